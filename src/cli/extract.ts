import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { failureReason, judgeChart, landmarkOf, statusOfFailure } from '../assessment/index.ts';
import { openCohort, parseChart, type ChartQuery, type ChartSource } from '../chart/index.ts';
import { asCdsError, CdsError, type Landmark } from '../domain/index.ts';
import { CRITERION_TEXTS, DEFAULT_ELIGIBILITY, type Eligibility } from '../eligibility/index.ts';
import { createFolderSource, type ImageSource, type Modality } from '../modalities/index.ts';
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

/** Where a patient is read from. */
interface Opened {
  readonly source: ChartSource;
  readonly images?: ImageSource;
  readonly close?: () => Promise<void>;
}

/** A cohort has no address: with one, a configuration only lends its settings. Its CTs lie beside its charts. */
const open = async (
  options: ExtractOptions,
  env: CliContext['env'],
  queries: readonly ChartQuery[],
): Promise<Opened> => {
  const { cohort, fhir, config, tenant } = options;
  if (cohort !== undefined && fhir === undefined) {
    const folder = path.join(cohort, 'dicom');
    const source = await openCohort(cohort, queries);
    return { source, ...(existsSync(folder) && { images: createFolderSource(folder) }) };
  }
  if (cohort !== undefined || (fhir ?? config ?? tenant) === undefined)
    throw new CdsError('COMMAND_INVALID', 'Give one of --fhir, --config and --cohort.');
  const { source, images } = await openFhir(options, env, queries);
  return { source, ...(images !== undefined && { images, close: () => images.close() }) };
};

const NEVER = AbortSignal.any([]);

/** What is usable and its features; where they cannot be read, why, as a card would tell it. */
const describeModality = async (
  modality: Modality,
  chart: Parameters<Modality['select']>[0],
  landmark: Landmark,
  images: ImageSource | undefined,
) => {
  const selection = modality.select(chart, landmark);
  if (selection.status !== 'present') return selection;
  if (modality.needsImages === true && images === undefined)
    return { ...selection, status: 'absent', reason: 'no-archive' };
  try {
    const context = { signal: NEVER, ...(images !== undefined && { images }) };
    const { features, images: read, flags = [] } = await modality.extract(chart, landmark, context);
    return {
      ...selection,
      flags: [...selection.flags, ...flags],
      features,
      ...(read !== undefined && { images: read }),
    };
  } catch (error) {
    const reason = failureReason(error);
    if (reason === undefined || reason === 'failed') throw error;
    return { ...selection, status: statusOfFailure(reason), reason, code: asCdsError(error).code };
  }
};

/** Each criterion with its text before what it came to: what is printed is read by people. */
const withTexts = ({ criteria, ...rest }: Eligibility) => ({
  ...rest,
  criteria: criteria.map(({ id, ...judged }) => ({ id, text: CRITERION_TEXTS[id], ...judged })),
});

const describe = async (
  { source, images }: Opened,
  options: ExtractOptions,
  configured: ReturnType<typeof configuredTenant>,
): Promise<object> => {
  const reading = readingOf(configured);
  const timeZone = options.timeZone ?? configured?.tenant.timeZone ?? 'UTC';
  const keys = reading.queries.map((query) => query.key);
  const chart = parseChart(await source.read(options.patient, keys, NEVER), timeZone, keys);
  const date = options.landmark ?? calendarDate(systemClock.now(), timeZone);
  const rules = configured?.tenant.eligibility ?? DEFAULT_ELIGIBILITY;
  const judged = judgeChart(chart, { asOf: date, barAsOf: date }, reading.terminology, rules);
  const { clinical } = judged;
  const eligibility = withTexts(judged.eligibility);
  if (clinical.surgery === undefined) return { landmark: { date }, eligibility, modalities: {} };
  const landmark = landmarkOf(clinical, clinical.surgery.performedOn, date);
  const modalities = await Promise.all(
    reading.modalities.map(
      async (modality) => [modality.id, await describeModality(modality, chart, landmark, images)] as const,
    ),
  );
  return { landmark, eligibility, modalities: Object.fromEntries(modalities) };
};

/**
 * What the models would be given of one patient, as JSON: facts, eligibility, each modality's state and features; by
 * the codes, the time zone and the eligibility settings of the tenant where a configuration is given.
 *
 * @throws {CdsError} COMMAND_INVALID, CONFIG_INVALID, COHORT_INVALID, FHIR_*, SMART_*
 */
export async function extract(options: ExtractOptions, env: CliContext['env']): Promise<object> {
  const configured = configuredTenant(options, env);
  const opened = await open(options, env, readingOf(configured).queries);
  try {
    return await describe(opened, options, configured);
  } finally {
    await opened.close?.();
  }
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
