import path from 'node:path';
import type { Command } from 'commander';
import { createReading } from '../app/index.ts';
import { landmarkOf } from '../assessment/index.ts';
import {
  clinicalFacts,
  createFhirClient,
  createFhirSource,
  openCohort,
  parseChart,
  staticToken,
  type ChartSource,
} from '../chart/index.ts';
import { CdsError, type Landmark } from '../domain/index.ts';
import { judgeEligibility } from '../eligibility/index.ts';
import type { Modality } from '../modalities/index.ts';
import { calendarDate, PACKAGE_ROOT, systemClock } from '../platform/index.ts';
import { calendarDateOption, timeZoneOption, type CliContext } from './context.ts';

interface ExtractOptions {
  readonly fhir?: string;
  readonly cohort?: string;
  readonly patient: string;
  readonly landmark?: string;
  readonly timeZone: string;
}

type Reading = ReturnType<typeof createReading>;

const sourceOf = async ({ fhir, cohort }: ExtractOptions, { queries }: Reading): Promise<ChartSource> => {
  if (fhir !== undefined && cohort === undefined)
    return createFhirSource({
      client: createFhirClient({
        baseUrl: fhir,
        tokens: staticToken(),
        concurrency: 16,
        retries: 3,
        maxPages: 50,
      }),
      queries,
      timeoutMs: 30_000,
    });
  if (cohort !== undefined && fhir === undefined) return openCohort(cohort, queries);
  throw new CdsError('COMMAND_INVALID', 'Give one of --fhir and --cohort.');
};

const describeModality = async (
  modality: Modality,
  chart: Parameters<Modality['select']>[0],
  landmark: Landmark,
) => {
  const selection = modality.select(chart, landmark);
  if (selection.status !== 'present') return selection;
  return { ...selection, features: await modality.extract(chart, landmark, AbortSignal.any([])) };
};

/** What the models would be given of one patient, as JSON: facts, eligibility, each modality's state and features. */
export async function extract(options: ExtractOptions): Promise<object> {
  const reading = createReading({ terminology: [path.join(PACKAGE_ROOT, 'fhir-profiles')] });
  const source = await sourceOf(options, reading);
  const keys = reading.queries.map((query) => query.key);
  const sets = await source.read(options.patient, keys, AbortSignal.any([]));
  const chart = parseChart(sets, options.timeZone, keys);
  const date = options.landmark ?? calendarDate(systemClock.now(), options.timeZone);
  const clinical = clinicalFacts(chart, reading.terminology, date);
  const eligibility = judgeEligibility({ patient: chart.patient, clinical, asOf: date, barAsOf: date });
  if (clinical.surgery === undefined) return { landmark: { date }, eligibility, modalities: {} };
  const landmark = landmarkOf(clinical, clinical.surgery.performedOn, date);
  const modalities = await Promise.all(
    reading.modalities.map(
      async (modality) => [modality.id, await describeModality(modality, chart, landmark)] as const,
    ),
  );
  return { landmark, eligibility, modalities: Object.fromEntries(modalities) };
}

export const addExtract = (program: Command, context: CliContext): void => {
  program
    .command('extract')
    .description('print what the models would be given of one patient, as JSON (it is patient data)')
    .option('--fhir <url>', 'FHIR R4 base URL to read from')
    .option('--cohort <directory>', 'cohort folder to read from, instead of --fhir')
    .requiredOption('-p, --patient <id>', "the Patient's logical id")
    .option('-l, --landmark <date>', 'the visit, YYYY-MM-DD; default today', calendarDateOption('--landmark'))
    .option('--time-zone <name>', "the site's time zone", timeZoneOption, 'UTC')
    .action(async (options: ExtractOptions) => {
      context.out(`${JSON.stringify(await extract(options), null, 2)}\n`);
    });
};
