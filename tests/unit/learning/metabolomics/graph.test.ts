import fc from 'fast-check';
import type { InferenceSession } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  evaluateMetabolomicScore,
  fitMetabolomicScore,
  METABOLOMIC_SETTINGS,
  metabolomicScoreModel,
  type FittedMetabolomicScore,
} from '../../../../src/learning/metabolomics/index.ts';
import { createRandom } from '../../../../src/numerics/index.ts';
import { float32, openSession, valuesOf } from '../session.ts';
import { drawPanels, namesOf } from './panels.ts';

const ANALYTES = 12;
const COLUMNS = 5 * ANALYTES;
const names = namesOf(ANALYTES);
const SETTINGS = {
  ...METABOLOMIC_SETTINGS,
  slopes: true,
  trees: 12,
  halfSamples: 10,
  lambdaCount: 8,
  minimumFeatures: 6,
};
const training = drawPanels({ patients: 120, seed: 3, analytes: ANALYTES, informative: 4 });
const fit = () => fitMetabolomicScore(training, names, SETTINGS, { random: createRandom(1) });

let fitted: FittedMetabolomicScore;
let bytes: Uint8Array;
let session: InferenceSession;
beforeAll(async () => {
  fitted = await fit();
  bytes = metabolomicScoreModel(fitted.model);
  session = await openSession(bytes);
}, 60_000);

const check = async (x: Float64Array): Promise<void> => {
  const n = x.length / COLUMNS;
  const ours = evaluateMetabolomicScore(fitted.model, x);
  const theirs = await session.run({ features: float32(x, n, COLUMNS) });
  const near = (name: 'score' | 'contributions' | 'imputed', tolerance: number): void => {
    const values = valuesOf(theirs[name]);
    expect(values.length).toBe(ours[name].length);
    ours[name].forEach((value, at) => {
      expect(Number.isFinite(value)).toBe(true);
      expect(Math.abs(value - (values[at] ?? NaN))).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(value)),
      );
    });
  };
  near('score', 1e-6);
  near('contributions', 1e-6);
  near('imputed', 0);
  const contributions = valuesOf(theirs['contributions']);
  ours.score.forEach((score, row) => {
    const own = contributions.slice(row * COLUMNS, (row + 1) * COLUMNS);
    expect(own.reduce((sum, part) => sum + part, ours.offset)).toBeCloseTo(score, 5);
    expect(own.slice(3 * ANALYTES).every((part) => part === 0)).toBe(true);
  });
};

/** A value as the modality may give it: near what is common, far from it, or missing. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -6, max: 14, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: -60, max: 60, noNaN: true }) },
  { weight: 3, arbitrary: fc.constant(NaN) },
);

describe('the graph of the metabolomic score', { timeout: 60_000 }, () => {
  it('equals our own arithmetic on the rows it was trained on', async () => {
    expect(training.rows.x.some(Number.isNaN)).toBe(true);
    const below = training.rows.x.filter((each, at) => at % COLUMNS >= 3 * ANALYTES && !Number.isNaN(each));
    expect(below.length).toBeGreaterThan(100);
    await check(training.rows.x);
  });

  it('and on any row: values missing, below detection, far out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: COLUMNS, maxLength: COLUMNS }), async (row) => {
        await check(Float64Array.from(row));
      }),
      { numRuns: 200 },
    );
  });

  it('and where nothing is there, or a single value', async () => {
    const empty = new Float64Array(COLUMNS).fill(NaN);
    await check(empty);
    for (const at of [0, 5, ANALYTES, 2 * ANALYTES + 1, 3 * ANALYTES]) await check(empty.with(at, 3));
    const { imputed } = await session.run({ features: float32(empty, 1, COLUMNS) });
    expect(valuesOf(imputed)).toEqual([3 * ANALYTES]);
  });

  it('counts as imputed only what it would have learned from', async () => {
    const few = { ...SETTINGS, slopes: false, trees: 2, halfSamples: 3, lambdaCount: 3 };
    const { model } = await fitMetabolomicScore(training, names, few, { random: createRandom(1) });
    const empty = new Float64Array(COLUMNS).fill(NaN);
    const own = await openSession(metabolomicScoreModel(model));
    const { imputed, score } = await own.run({ features: float32(empty, 1, COLUMNS) });
    expect(valuesOf(imputed)).toEqual([2 * ANALYTES]);
    expect([...evaluateMetabolomicScore(model, empty).imputed]).toEqual([2 * ANALYTES]);
    const sloping = empty.map((_, at) => (Math.floor(at / ANALYTES) === 2 ? 0.3 : NaN));
    expect(evaluateMetabolomicScore(model, sloping).score[0]).toBeCloseTo(valuesOf(score)[0] ?? NaN, 6);
  });

  it('and on hostile rows: everything below detection, one draw only, values that no modality gives', async () => {
    const row = training.rows.x.slice(0, COLUMNS);
    const block = (at: number): number => Math.floor(at / ANALYTES);
    const hostile: ((value: number, at: number) => number)[] = [
      (value, at) => (block(at) === 3 ? (row[at % ANALYTES] ?? NaN) + 0.5 : value),
      (value, at) => (block(at) === 0 || block(at) === 3 ? value : NaN),
      (value, at) => (block(at) < 2 ? value + (at % 2 === 0 ? 20 : -20) : value),
      () => 1e30,
      (value, at) => (at === 2 ? Infinity : value),
      (value, at) => (at === 2 ? -Infinity : value),
      (value, at) => (block(at) === 3 ? -Infinity : value),
    ];
    for (const change of hostile) {
      const { score, contributions } = await session.run({
        features: float32(row.map(change), 1, COLUMNS),
      });
      expect(Math.abs(valuesOf(score)[0] ?? NaN)).toBeLessThan(6);
      const { offset } = evaluateMetabolomicScore(fitted.model, row);
      const sum = valuesOf(contributions).reduce((total, part) => total + part, offset);
      expect(sum).toBeCloseTo(valuesOf(score)[0] ?? NaN, 4);
    }
    for (const change of hostile.slice(0, 4)) await check(row.map(change));
  });

  it('lets one absurd analyte move the score by a few standard deviations at most', () => {
    const rows = training.rows.x.slice(0, 20 * COLUMNS);
    const { score } = evaluateMetabolomicScore(fitted.model, rows);
    let furthest = 0;
    for (let analyte = 0; analyte < ANALYTES; analyte++)
      for (const shift of [-40, 40]) {
        // a factor of 2^40 in the latest draw, and what follows for change and slope
        const moved = rows.map((each, at) =>
          at % ANALYTES === analyte && at % COLUMNS < 3 * ANALYTES ? each + shift : each,
        );
        evaluateMetabolomicScore(fitted.model, moved).score.forEach((each, row) => {
          furthest = Math.max(furthest, Math.abs(each - (score[row] ?? NaN)));
        });
      }
    expect(furthest).toBeGreaterThan(0.3);
    expect(furthest).toBeLessThan(4);
  });

  it('does not depend on the rows beside a row, nor on how often it is asked', async () => {
    const n = training.patient.length;
    const all = valuesOf((await session.run({ features: float32(training.rows.x, n, COLUMNS) }))['score']);
    for (const row of [0, 7, n - 1]) {
      const own = training.rows.x.subarray(row * COLUMNS, (row + 1) * COLUMNS);
      const once = valuesOf((await session.run({ features: float32(own, 1, COLUMNS) }))['score']);
      const again = valuesOf((await session.run({ features: float32(own, 1, COLUMNS) }))['score']);
      expect(once).toEqual([all[row]]);
      expect(again).toEqual(once);
    }
  });

  it('does not see a dilution of the samples', () => {
    const rows = training.rows.x.slice(0, 40 * COLUMNS);
    const moved = rows.map((each, at) => {
      const block = Math.floor((at % COLUMNS) / ANALYTES);
      return block < 2 ? each - 1.25 : each;
    });
    // Only rows without a value below detection: a limit does not move with the sample.
    const { score } = evaluateMetabolomicScore(fitted.model, rows);
    const after = evaluateMetabolomicScore(fitted.model, moved).score;
    const whole = [...score.keys()].filter((row) =>
      rows.subarray(row * COLUMNS + 3 * ANALYTES, (row + 1) * COLUMNS).every(Number.isNaN),
    );
    expect(whole.length).toBeGreaterThan(3);
    for (const row of whole) expect(after[row]).toBeCloseTo(score[row] ?? NaN, 3);
  });

  it('gives the same bytes of the same training, whatever the number of threads', async () => {
    const again = await fitMetabolomicScore(training, names, SETTINGS, {
      random: createRandom(1),
      threads: 2,
    });
    expect(metabolomicScoreModel(again.model)).toEqual(bytes);
    expect(again.crossFitted).toEqual(fitted.crossFitted);
  });
});
