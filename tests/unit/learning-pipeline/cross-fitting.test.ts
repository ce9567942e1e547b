import { describe, expect, it } from 'vitest';
import { evaluateLinearScore, linearScoreModel } from '../../../src/learning/cox/index.ts';
import {
  fitModalityScore,
  landmarkData,
  type TrainingSet,
} from '../../../src/learning/pipeline/modality-score.ts';
import { createRandom, quantile } from '../../../src/numerics/index.ts';
import { concordanceIndex } from '../../../src/survival/index.ts';
import { float32, openSession, valuesOf } from '../learning/session.ts';
import { drawMaterial, FOLDS, NAMES, trainingSet, type Material } from './training-set.ts';

const OPTIONS = { alpha: 0.5, lambdaCount: 12 };
const fit = (training: TrainingSet, names: readonly string[] = NAMES) =>
  fitModalityScore(training, 'cfdna', names, OPTIONS);
const foldOf = ({ rows, folds }: TrainingSet, row: number): number => folds[rows[row]?.patient ?? -1] ?? -1;
const rowsOf = (training: TrainingSet, fold: number): number[] =>
  [...training.rows.keys()].filter((row) => foldOf(training, row) === fold);
const pick = (values: Float64Array, rows: readonly number[]): number[] =>
  rows.map((row) => values[row] ?? NaN);

const material = drawMaterial(120, 1);
const training = trainingSet(material, 2);
const fitted = fit(training);

describe('cross-fitting', () => {
  it('finds the signal that is there', () => {
    const { concordance } = concordanceIndex(
      landmarkData(training.rows, training.patients),
      fitted.crossFitted,
    );
    expect(concordance).toBeGreaterThan(0.65);
  });

  it("a fold's scores do not know its own outcomes: reversing them changes none", () => {
    for (const fold of [0, 3]) {
      const of = (patient: number): boolean => training.folds[patient] === fold;
      const members = [...training.folds.keys()].filter(of);
      // At risk at both landmarks before and after, so that the rows stay the same.
      const outcomes = material.outcomes.map((outcome, index) =>
        of(index) && outcome.months > 3 ? { months: 60 - outcome.months, event: !outcome.event } : outcome,
      );
      expect(members.length).toBeGreaterThan(15);
      const altered = trainingSet({ ...material, outcomes }, 2, training.folds);
      const scores = fit(altered).crossFitted;
      const own = rowsOf(training, fold);
      expect(pick(scores, own)).toEqual(pick(fitted.crossFitted, own));
      // and the others do know
      const others = rowsOf(training, (fold + 1) % FOLDS);
      expect(pick(scores, others)).not.toEqual(pick(fitted.crossFitted, others));
    }
  });

  it("the event itself, planted in one fold's patients, raises none of that fold's scores", () => {
    const fold = 2;
    const names = [...NAMES, 'leak'];
    const leak = material.outcomes.map(({ event }, index) =>
      training.folds[index] === fold ? Number(event) : 0,
    );
    const planted: Material = {
      ...material,
      features: material.features.map((row, index) => [...row, leak[index] ?? 0]),
    };
    // No position is added to the leak: the model of this fold has to see a constant.
    const set = trainingSet(planted, 2, training.folds, names);
    const rows = set.rows.map((row) => ({
      ...row,
      features: new Map([['cfdna' as const, { ...row.features.get('cfdna'), leak: leak[row.patient] ?? 0 }]]),
    }));
    const scores = fit({ ...set, rows }, names).crossFitted;
    const own = rowsOf(training, fold);
    pick(scores, own).forEach((score, at) => {
      expect(score).toBeCloseTo(pick(fitted.crossFitted, own)[at] ?? NaN, 9);
    });
  });

  it('the number of the fold cannot rank within a fold', () => {
    const rows = training.rows.map((row) => ({
      ...row,
      features: new Map([
        ['cfdna' as const, { ...row.features.get('cfdna'), fold: training.folds[row.patient] ?? 0 }],
      ]),
    }));
    const scores = fit({ ...training, rows }, [...NAMES, 'fold']).crossFitted;
    const within = (values: Float64Array): number => {
      const each = [...Array(FOLDS).keys()].map((fold) => {
        const own = rowsOf(training, fold);
        const data = landmarkData(
          own.flatMap((row) => training.rows[row] ?? []),
          training.patients,
        );
        return concordanceIndex(data, Float64Array.from(pick(values, own))).concordance;
      });
      return each.reduce((sum, c) => sum + c, 0) / FOLDS;
    };
    expect(within(scores) - within(fitted.crossFitted)).toBeLessThan(0.02);
  });

  it('rows without the modality have no score and take part in nothing', () => {
    const gone = new Set([0, 5, 17]);
    const rows = training.rows.map((row, index) => (gone.has(index) ? { ...row, features: new Map() } : row));
    const { crossFitted } = fit({ ...training, rows });
    expect([...crossFitted.keys()].filter((row) => Number.isNaN(crossFitted[row]))).toEqual([...gone]);
  });

  it('refuses features that are all constant', () => {
    const rows = training.rows.map((row) => ({ ...row, features: new Map([['cfdna' as const, { a: 1 }]]) }));
    expect(() => fit({ ...training, rows }, ['a'])).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID' }),
    );
  });
});

describe('the exported score', () => {
  const { model } = fitted;
  /** Fold f's own scores of a row, as the contract says: its medians, its means, its standard. */
  const medianOf = (fold: number, name: string): number => {
    const values = training.rows.flatMap((row, index) => {
      const value = row.features.get('cfdna')?.[name] ?? NaN;
      return foldOf(training, index) === fold || Number.isNaN(value) ? [] : [value];
    });
    return quantile(Float64Array.from(values), 0.5);
  };
  const medians = model.foldModels.map((_, fold) => NAMES.map((name) => medianOf(fold, name)));
  const foldScore = (fold: number, row: readonly number[]): number => {
    const each = model.foldModels[fold];
    if (each === undefined) throw new Error('no fold');
    const eta = row.reduce((sum, value, at) => {
      const filled = Number.isNaN(value) ? (medians[fold]?.[at] ?? NaN) : value;
      return sum + (each.coefficients[at] ?? 0) * (filled - (each.centre[at] ?? 0));
    }, 0);
    return (eta - each.scoreMean) / each.scoreSd;
  };

  it("is the mean of the folds' scores, each with its own medians, also where values are missing", async () => {
    const session = await openSession(linearScoreModel(model));
    const patients: number[][] = [
      [0.3, -1.2, 0.8, 2],
      [NaN, -1.2, 0.8, 2],
      [0.3, NaN, NaN, 2],
      [NaN, NaN, NaN, NaN],
      ...material.features.slice(0, 30).map((row) => [...row]),
    ];
    const { score, imputed } = await session.run({ features: float32(patients.flat(), patients.length, 4) });
    patients.forEach((row, index) => {
      const mean = model.foldModels.reduce((sum, _, fold) => sum + foldScore(fold, row) / FOLDS, 0);
      expect(valuesOf(score)[index]).toBeCloseTo(mean, 5);
      expect(valuesOf(imputed)[index]).toBe(row.filter(Number.isNaN).length);
    });
  });

  it("a training row's cross-fitted score is the one of the fold that excluded it", () => {
    for (const [index, row] of training.rows.entries()) {
      const values = NAMES.map((name) => row.features.get('cfdna')?.[name] ?? NaN);
      expect(fitted.crossFitted[index]).toBeCloseTo(foldScore(foldOf(training, index), values), 9);
    }
  });

  it("is standardised by each fold's own training rows", () => {
    for (let fold = 0; fold < FOLDS; fold++) {
      const inside = training.rows.flatMap((row, index) =>
        foldOf(training, index) === fold
          ? []
          : [
              foldScore(
                fold,
                NAMES.map((name) => row.features.get('cfdna')?.[name] ?? NaN),
              ),
            ],
      );
      const mean = inside.reduce((sum, score) => sum + score, 0) / inside.length;
      const variance = inside.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (inside.length - 1);
      expect(mean).toBeCloseTo(0, 9);
      expect(variance).toBeCloseTo(1, 9);
    }
  });
});

describe('shuffled outcomes', () => {
  const all = drawMaterial(200, 9, 0);
  /** The first and the last 100 patients, outcomes dealt anew over all of them. */
  const halves = (shuffle: number | undefined): readonly [fitted: TrainingSet, held: TrainingSet] => {
    const order = [...all.outcomes.keys()];
    if (shuffle !== undefined) createRandom(shuffle).shuffle(order);
    const outcomes = order.flatMap((index) => all.outcomes[index] ?? []);
    const part = (from: number, to: number): Material => ({
      outcomes: outcomes.slice(from, to),
      features: all.features.slice(from, to),
    });
    return [trainingSet(part(0, 100), 3), trainingSet(part(100, 200), 3)];
  };
  /** C on the half that was not fitted on. Ridge: a lasso would refuse most cohorts without a signal. */
  const heldOutC = (shuffle: number | undefined): number => {
    const [one, other] = halves(shuffle);
    const { model } = fitModalityScore(one, 'cfdna', NAMES, { ...OPTIONS, alpha: 0 });
    const x = other.rows.flatMap((row) => NAMES.map((name) => row.features.get('cfdna')?.[name] ?? NaN));
    const { score } = evaluateLinearScore(model, Float64Array.from(x));
    return concordanceIndex(landmarkData(other.rows, other.patients), score).concordance;
  };

  it('leave nothing to be found: mean held-out C within two standard errors of .5', () => {
    expect(heldOutC(undefined)).toBeGreaterThan(0.65);
    const found = Array.from({ length: 30 }, (_, index) => heldOutC(index + 1));
    const mean = found.reduce((sum, c) => sum + c, 0) / found.length;
    const sd = Math.sqrt(found.reduce((sum, c) => sum + (c - mean) ** 2, 0) / (found.length - 1));
    expect(sd).toBeGreaterThan(0.01); // they were fitted, each to something else
    expect(Math.abs(mean - 0.5)).toBeLessThan((2 * sd) / Math.sqrt(found.length));
  });

  it('give a fold without a signal a score of 0 for everybody, not an error', () => {
    const partly = Array.from({ length: 40 }, (_, index) => halves(index + 1)[0]).flatMap((part) => {
      try {
        const { model, crossFitted } = fit(part);
        const silent = model.foldModels.findIndex((fold) => fold.coefficients.every((each) => each === 0));
        return silent < 0 ? [] : [{ part, silent, crossFitted }];
      } catch {
        return [];
      }
    });
    expect(partly.length).toBeGreaterThan(0);
    for (const { part, silent, crossFitted } of partly) {
      expect(new Set(pick(crossFitted, rowsOf(part, silent)))).toEqual(new Set([0]));
      expect(crossFitted.every(Number.isFinite)).toBe(true);
      expect(new Set(crossFitted).size).toBeGreaterThan(2);
    }
  });

  it('are refused at the penalty that training uses: no signal, no score', () => {
    expect(() => fit(halves(1)[0])).toThrow(expect.objectContaining({ code: 'COX_NOT_CONVERGED' }));
  });
});
