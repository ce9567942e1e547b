import type { Command } from 'commander';
import { judgeChart, landmarkOf } from '../assessment/index.ts';
import { openCohort, parseChart, type ChartQuery, type ChartSource } from '../chart/index.ts';
import { CdsError, type Landmark } from '../domain/index.ts';
import { CRITERION_TEXTS, DEFAULT_ELIGIBILITY, type Eligibility } from '../eligibility/index.ts';
import type { Modality } from '../modalities/index.ts';
import { calendarDate, systemClock } from '../platform/index.ts';
import { calendarDateOption, timeZoneOption, type CliContext } from './context.ts';
import {
  addFhirAccessOptions,
  configuredTenant,
  openFhir,
  readingOf,
  type FhirAccessOptions,
} from './fhir-access.ts';

interface ExtractOptions extends FhirAccessOptions {
  readonly cohort?: string;
  readonly patient: string;
  readonly landmark?: string;
  readonly timeZone?: string;
}

/** A cohort has no address: with one, a configuration only lends its settings. */
const sourceOf = async (
  options: ExtractOptions,
  env: CliContext['env'],
  queries: readonly ChartQuery[],
): Promise<ChartSource> => {
  const { cohort, fhir, config, tenant } = options;
  if (cohort !== undefined && fhir === undefined) return openCohort(cohort, queries);
  if (cohort !== undefined || (fhir ?? config ?? tenant) === undefined)
    throw new CdsError('COMMAND_INVALID', 'Give one of --fhir, --config and --cohort.');
  return (await openFhir(options, env, queries)).source;
};

const describeModality = async (
  modality: Modality,
  chart: Parameters<Modality['select']>[0],
  landmark: Landmark,
) => {
  const selection = modality.select(chart, landmark);
  if (selection.status !== 'present') return selection;
  const { features } = await modality.extract(chart, landmark, { signal: AbortSignal.any([]) });
  return { ...selection, features };
};

/** Each criterion with its text before what it came to: what is printed is read by people. */
const withTexts = ({ criteria, ...rest }: Eligibility) => ({
  ...rest,
  criteria: criteria.map(({ id, ...judged }) => ({ id, text: CRITERION_TEXTS[id], ...judged })),
});

/**
 * What the models would be given of one patient, as JSON: facts, eligibility, each modality's state and features; by
 * the codes, the time zone and the eligibility settings of the tenant where a configuration is given.
 *
 * @throws {CdsError} COMMAND_INVALID, CONFIG_INVALID, COHORT_INVALID, FHIR_*, SMART_*
 */
export async function extract(options: ExtractOptions, env: CliContext['env']): Promise<object> {
  const configured = configuredTenant(options, env);
  const reading = readingOf(configured);
  const source = await sourceOf(options, env, reading.queries);
  const timeZone = options.timeZone ?? configured?.tenant.timeZone ?? 'UTC';
  const keys = reading.queries.map((query) => query.key);
  const sets = await source.read(options.patient, keys, AbortSignal.any([]));
  const chart = parseChart(sets, timeZone, keys);
  const date = options.landmark ?? calendarDate(systemClock.now(), timeZone);
  const judgedOn = { asOf: date, barAsOf: date };
  const rules = configured?.tenant.eligibility ?? DEFAULT_ELIGIBILITY;
  const judged = judgeChart(chart, judgedOn, reading.terminology, rules);
  const { clinical } = judged;
  const eligibility = withTexts(judged.eligibility);
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
  const command = program
    .command('extract')
    .description('print what the models would be given of one patient, as JSON (it is patient data)')
    .option('--cohort <directory>', 'cohort folder to read from, instead of a server')
    .requiredOption('-p, --patient <id>', "the Patient's logical id")
    .option('-l, --landmark <date>', 'the visit, YYYY-MM-DD; default today', calendarDateOption('--landmark'))
    .option('--time-zone <name>', "the site's time zone; default the tenant's, or UTC", timeZoneOption);
  addFhirAccessOptions(command).action(async (options: ExtractOptions) => {
    context.out(`${JSON.stringify(await extract(options, context.env), null, 2)}\n`);
  });
};
