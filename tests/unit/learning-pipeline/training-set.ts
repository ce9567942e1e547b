/** A training set without charts: features that carry a known signal, one or two landmarks a patient. */
import { createRandom } from '../../../src/numerics/index.ts';
import type { CohortPatient, LandmarkRow } from '../../../src/learning/pipeline/cohort.ts';
import { stratifiedFolds } from '../../../src/learning/pipeline/folds.ts';
import type { TrainingSet } from '../../../src/learning/pipeline/modality-score.ts';
import { chartOf, patient } from '../support/fhir.ts';

export const NAMES = ['a', 'b', 'c', 'd'] as const;
export const FOLDS = 5;
const chart = chartOf([patient()]);

export interface Outcome {
  readonly months: number;
  readonly event: boolean;
}

export interface Material {
  readonly outcomes: readonly Outcome[];
  /** Per patient: a to d, NaN where missing. The hazard rises with a + b / 2. */
  readonly features: readonly (readonly number[])[];
}

export function drawMaterial(patients: number, seed: number, missingShare = 0.1): Material {
  const random = createRandom(seed);
  const features = Array.from({ length: patients }, () => NAMES.map(() => random.normal()));
  const outcomes = features.map(([a = 0, b = 0]): Outcome => {
    const eventMonths = (30 * random.exponential()) / Math.exp(a + b / 2);
    const censoredMonths = 4 + 40 * random.uniform();
    return { months: Math.min(eventMonths, censoredMonths), event: eventMonths <= censoredMonths };
  });
  return {
    outcomes,
    features: features.map((row) => row.map((value) => (random.uniform() < missingShare ? NaN : value))),
  };
}

/** Rows at 1 and 3 months, as far as each patient was at risk. */
export function trainingSet(
  { outcomes, features }: Material,
  seed: number,
  folds: Int32Array = stratifiedFolds(
    outcomes.map(({ event }, index) => ({ id: String(index), event })),
    FOLDS,
    createRandom(seed),
  ),
  names: readonly string[] = NAMES,
): TrainingSet {
  const patients = outcomes.map((outcome, index): CohortPatient => ({
    id: String(index),
    chart,
    surgeryDate: '2026-01-15',
    ...outcome,
  }));
  const rows = outcomes.flatMap(({ months }, index) =>
    [1, 3].flatMap((entryMonths, position): LandmarkRow[] => {
      if (months <= entryMonths) return [];
      const values = features[index] ?? [];
      // the later landmark measures a little more, so that a patient's rows are not the same
      const vector = Object.fromEntries(names.map((name, at) => [name, (values[at] ?? NaN) + position / 10]));
      return [{ patient: index, landmark: position, entryMonths, features: new Map([['cfdna', vector]]) }];
    }),
  );
  return { patients, rows, folds };
}
