/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { ModalityId } from '../../domain/index.ts';
import { concordanceIndex, selectRows, type SurvivalData } from '../../survival/index.ts';
import type { LandmarkRow } from './cohort.ts';
import { landmarkData, matrixOf, type TrainingSet } from './modality-score.ts';

/** Something that knows too much of the outcome to have been known at the landmark. */
export interface Suspect {
  readonly modality: ModalityId;
  readonly feature: string;
  /** `value`: the feature's values; `missing`: whether it was measured. */
  readonly by: 'value' | 'missing';
  /**
   * C of it alone within landmarks, above 0.5 where more of it (or its absence) means earlier events; of the time to
   * the event or of there ever being one, whichever is further from 0.5.
   */
  readonly concordance: number;
}

/** Two patients with the same measurements: one patient twice, who would sit on both sides of a fold. */
export interface Twins {
  readonly modality: ModalityId;
  readonly pairs: number;
}

export interface LeakCheck {
  readonly suspects: readonly Suspect[];
  readonly twins: readonly Twins[];
}

/** The statistical contract's flag rule: no honest single feature of such a cohort comes so far from 0.5. */
const FLAGGED = 0.3;
/** Fewer patients with an event among those measured, or without, and a C that far from 0.5 is chance. */
const LEAST_EVENTFUL = 15;
const LEAST_MEASURED = 40;

interface Rows {
  readonly data: SurvivalData;
  readonly landmark: Int32Array;
  readonly patient: Int32Array;
}

const isEnough = ({ data, patient }: Rows): boolean =>
  new Set(patient).size >= LEAST_MEASURED &&
  new Set(patient.filter((_, row) => data.event[row] === 1)).size >= LEAST_EVENTFUL;

const concordanceOf = (rows: Rows, values: Float64Array): number | undefined => {
  const measured = Int32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]!));
  const pick = (of: Int32Array): Int32Array => measured.map((row) => of[row]!);
  const own = {
    data: selectRows(rows.data, measured),
    landmark: pick(rows.landmark),
    patient: pick(rows.patient),
  };
  if (!isEnough(own)) return undefined;
  const score = Float64Array.from(measured, (row) => values[row]!);
  return concordanceIndex(own.data, score, { strata: own.landmark }).concordance;
};

const rowsWith = (training: TrainingSet, modality: ModalityId): LandmarkRow[] =>
  training.rows.filter(({ features }) => features.has(modality));

/** Who ever has an event, as times: C is then the AUC of those who have against those who have not. */
const everEvent = (rows: readonly LandmarkRow[], patients: TrainingSet['patients']): SurvivalData => {
  const event = Uint8Array.from(rows, ({ patient }) => Number(patients[patient]!.event));
  return { time: Float64Array.from(event, (flag) => 2 - flag), event };
};

const suspectsOf = (
  rows: readonly LandmarkRow[],
  { patients }: TrainingSet,
  modality: ModalityId,
  names: readonly string[],
): Suspect[] => {
  const x = matrixOf(rows, modality, names);
  const known = {
    landmark: Int32Array.from(rows, (row) => row.landmark),
    patient: Int32Array.from(rows, (row) => row.patient),
  };
  const outcomes: readonly Rows[] = [landmarkData(rows, patients), everEvent(rows, patients)].map((data) => ({
    data,
    ...known,
  }));
  const furthest = (values: Float64Array): number =>
    outcomes
      .map((outcome) => concordanceOf(outcome, values) ?? 0.5)
      .reduce((far, each) => (Math.abs(each - 0.5) > Math.abs(far - 0.5) ? each : far));
  return names.flatMap((feature, j): Suspect[] => {
    const values = Float64Array.from(rows, (_, row) => x[row * names.length + j]!);
    const absent = values.map((value) => Number(Number.isNaN(value)));
    const screened: (readonly [Suspect['by'], Float64Array])[] = [['value', values]];
    // What is always or never missing tells nothing.
    if (absent.includes(0) && absent.includes(1)) screened.push(['missing', absent]);
    return screened.flatMap(([by, score]) => {
      const concordance = furthest(score);
      return Math.abs(concordance - 0.5) > FLAGGED ? [{ modality, feature, by, concordance }] : [];
    });
  });
};

/** Pairs of patients with a row of the same values, of at least two different ones. */
const twinPairs = (rows: readonly LandmarkRow[], modality: ModalityId, names: readonly string[]): number => {
  const seen = new Map<string, number>();
  const pairs = new Set<string>();
  for (const { patient, features } of rows) {
    const vector = features.get(modality);
    const values = names.map((name) => vector?.[name] ?? Number.NaN);
    if (new Set(values.filter((value) => !Number.isNaN(value))).size < 2) continue;
    const key = values.join(',');
    const other = seen.get(key);
    if (other === undefined) seen.set(key, patient);
    else if (other !== patient)
      pairs.add(`${String(Math.min(other, patient))},${String(Math.max(other, patient))}`);
  }
  return pairs.size;
};

/**
 * Looks for what can only have come from the outcome, before anything is fitted: a feature that alone has |C - 0.5|
 * above 0.30 among rows of the same landmark, by its values or by being missing, for the time to the event or for
 * there ever being one, and patients who are in the cohort
 * twice. It is a screen: a leak that is weaker than the rule is not found.
 *
 * @param names features by modality, those without a score left out
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 */
export function checkLeaks(
  training: TrainingSet,
  names: ReadonlyMap<ModalityId, readonly string[]>,
): LeakCheck {
  const each = [...names].map(([modality, own]) => {
    const rows = rowsWith(training, modality);
    return {
      suspects: rows.length === 0 ? [] : suspectsOf(rows, training, modality, own),
      twins: { modality, pairs: twinPairs(rows, modality, own) },
    };
  });
  return {
    suspects: each.flatMap(({ suspects }) => suspects),
    twins: each.flatMap(({ twins }) => (twins.pairs > 0 ? [twins] : [])),
  };
}

/** The findings in sentences; no patient is named. */
export const leaksInWords = ({ suspects, twins }: LeakCheck): string[] => [
  ...suspects.map(
    ({ modality, feature, by, concordance }) =>
      `${modality}: ${by === 'missing' ? `whether ${feature} is missing` : feature} alone has a C of ${concordance.toFixed(2)} ` +
      'with the outcome; it looks as if it had been known after it',
  ),
  ...twins.map(
    ({ modality, pairs }) =>
      `${modality}: ${String(pairs)} pairs of patients have the same measurements; one patient may be in the cohort twice`,
  ),
];
