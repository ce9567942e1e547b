import { judgeChart, lacksImages, landmarkOf } from '../../assessment/index.ts';
import { clinicalFacts, openCohort, parseChart, type Chart, type ChartQuery } from '../../chart/index.ts';
import {
  addDays,
  asCdsError,
  CdsError,
  DAYS_PER_MONTH,
  monthsSinceSurgery,
  type FeatureVector,
  type Landmark,
  type ModalityId,
} from '../../domain/index.ts';
import { DEFAULT_ELIGIBILITY, type EligibilitySettings } from '../../eligibility/index.ts';
import type { Extracted, Modality } from '../../modalities/index.ts';
import { createExtractor, type Extractor } from './extractor.ts';
import { outcomeOf, type Outcome } from './outcome.ts';

/** The statistical contract's landmarks. */
export const LANDMARK_MONTHS = [1, 3, 6, 9, 12, 18, 24] as const;

export interface CohortPatient extends Outcome {
  readonly id: string;
  readonly chart: Chart;
}

/** One patient at one landmark, event-free and observed then: what was known, by modality. */
export interface LandmarkRow {
  readonly patient: number;
  /** Index into LANDMARK_MONTHS. */
  readonly landmark: number;
  /** Months since surgery, of the landmark's own date. */
  readonly entryMonths: number;
  readonly features: ReadonlyMap<ModalityId, FeatureVector>;
}

export interface Reading {
  readonly terminology: Parameters<typeof clinicalFacts>[1];
  readonly queries: readonly ChartQuery[];
  readonly modalities: readonly Modality[];
  /** Of cohorts with images; without one, those modalities are absent. */
  readonly extractor?: Extractor;
}

/** Patients that were left out, by why. */
export interface LeftOut {
  notEligible: number;
  noOutcome: number;
}

/** The study judges who may enter when the operation is over and its pathology known. */
const PATHOLOGY_DAYS = 30;

const isEligible = (
  chart: Chart,
  surgeryDate: string,
  { terminology }: Reading,
  rules: EligibilitySettings,
): boolean => {
  const asOf = addDays(surgeryDate, PATHOLOGY_DAYS);
  const { eligibility } = judgeChart(chart, { asOf, barAsOf: asOf }, terminology, rules);
  // Of a cohort whoever meets the criteria counts, also who is to recur within these days.
  return !eligibility.criteria.some((criterion) => criterion.blocks);
};

/**
 * The eligible patients of a cohort, by date of surgery, the earliest first.
 *
 * @param rules who is eligible: the study's rules, or a site's that trains on patients it will assess
 * @throws {CdsError} COHORT_INVALID
 */
export async function readCohort(
  directory: string,
  reading: Reading,
  rules: EligibilitySettings = DEFAULT_ELIGIBILITY,
): Promise<{ patients: CohortPatient[]; leftOut: LeftOut; simulated: boolean }> {
  const source = await openCohort(directory, reading.queries);
  const keys = reading.queries.map((query) => query.key);
  const leftOut: LeftOut = { notEligible: 0, noOutcome: 0 };
  const patients: CohortPatient[] = [];
  for (const id of source.patientIds) {
    // Bulk Data gives instants with their offset; UTC dates keep the cohort the same wherever it is read.
    const chart = parseChart(await source.read(id, keys, AbortSignal.any([])), 'UTC', keys);
    const outcome = outcomeOf(chart, reading.terminology);
    if (outcome === undefined) leftOut.noOutcome++;
    else if (!isEligible(chart, outcome.surgeryDate, reading, rules)) leftOut.notEligible++;
    else patients.push({ id, chart, ...outcome });
  }
  if (patients.length === 0)
    throw new CdsError('COHORT_INVALID', 'no patient in it is eligible with an outcome');
  patients.sort((a, b) => a.surgeryDate.localeCompare(b.surgeryDate) || a.id.localeCompare(b.id));
  return { patients, leftOut, simulated: source.simulated };
}

/** The landmark of a patient's chart on a day. */
export const landmarkOn = (
  { chart, surgeryDate }: Pick<CohortPatient, 'chart' | 'surgeryDate'>,
  date: string,
  terminology: Reading['terminology'],
): Landmark => landmarkOf(clinicalFacts(chart, terminology, date), surgeryDate, date);

/** The landmark of a patient's chart, months after surgery. */
export const landmarkAt = (
  patient: Pick<CohortPatient, 'chart' | 'surgeryDate'>,
  months: number,
  terminology: Reading['terminology'],
): Landmark =>
  landmarkOn(patient, addDays(patient.surgeryDate, Math.round(months * DAYS_PER_MONTH)), terminology);

/**
 * What each modality knows at a landmark, by the code that serving uses. One whose images cannot be read is absent, as
 * it would be when serving.
 *
 * @param how `extract` with tensors, `features` without
 */
export async function knownAt(
  chart: Chart,
  landmark: Landmark,
  { modalities, extractor = createExtractor() }: Reading,
  how: 'extract' | 'features' = 'features',
): Promise<Map<ModalityId, Extracted>> {
  const known = new Map<ModalityId, Extracted>();
  for (const modality of modalities) {
    const selection = modality.select(chart, landmark);
    if (selection.status !== 'present') continue;
    const extracted = await extractor[how](modality, chart, landmark, selection).catch(unlessUnreadable);
    if (extracted !== undefined) known.set(modality.id, extracted);
  }
  return known;
}

const unlessUnreadable = (error: unknown): undefined => {
  if (!lacksImages(asCdsError(error).code)) throw error;
};

/** Every patient at every landmark reached event-free and under observation. */
export async function landmarkRows(
  patients: readonly CohortPatient[],
  reading: Reading,
  progress: (done: number) => void,
): Promise<LandmarkRow[]> {
  const rows: LandmarkRow[] = [];
  for (const [index, patient] of patients.entries()) {
    for (const [position, months] of LANDMARK_MONTHS.entries()) {
      const landmark = landmarkAt(patient, months, reading.terminology);
      const entryMonths = monthsSinceSurgery(landmark);
      if (patient.months <= entryMonths) break;
      const known = await knownAt(patient.chart, landmark, reading);
      const features = new Map([...known].map(([id, extracted]) => [id, extracted.features]));
      rows.push({ patient: index, landmark: position, entryMonths, features });
    }
    progress(index + 1);
  }
  return rows;
}
