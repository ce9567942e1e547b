import { beforeAll, describe, expect, it } from 'vitest';
import { fitMetabolomicScore, METABOLOMIC_SETTINGS } from '../../../../src/learning/metabolomics/index.ts';
import { patientValues } from '../../../../src/learning/metabolomics/patient-values.ts';
import { selectFeatures } from '../../../../src/learning/metabolomics/selection.ts';
import { summarise } from '../../../../src/learning/metabolomics/report/summary.ts';
import type { PanelTraining } from '../../../../src/learning/metabolomics/training.ts';
import { createRandom } from '../../../../src/numerics/index.ts';
import { concordanceIndex } from '../../../../src/survival/index.ts';
import { drawPanels, namesOf } from './panels.ts';

const SETTINGS = {
  ...METABOLOMIC_SETTINGS,
  slopes: true,
  trees: 15,
  halfSamples: 10,
  lambdaCount: 8,
  minimumFeatures: 6,
};
const ANALYTES = 12;
const training = drawPanels({ patients: 150, seed: 5, analytes: ANALYTES, informative: 6 });
const fit = (of: PanelTraining) =>
  fitMetabolomicScore(of, namesOf(ANALYTES), SETTINGS, { random: createRandom(2) });
const concordance = (of: PanelTraining, score: Float64Array): number =>
  concordanceIndex(of.data, score).concordance;

describe('one value a patient', () => {
  // patients 0 (event at 30 months), 1 (event-free throughout), 2 (censored early); landmarks 0 and 1
  const small: PanelTraining = {
    rows: training.rows,
    patient: Int32Array.of(0, 0, 1, 1, 2),
    landmark: Int32Array.of(0, 1, 0, 1, 0),
    fold: new Int32Array(5),
    data: { time: Float64Array.of(24, 20, 24, 24, 10), event: Uint8Array.of(0, 1, 0, 0, 0) },
    horizonMonths: 24,
  };

  it('is the mean over the landmarks that show the group, less the mean of the landmark', () => {
    const { x, group, patients } = patientValues(Float64Array.of(1, 5, 3, 7, 8), 1, small);
    expect([...patients]).toEqual([0, 1]);
    expect([...group]).toEqual([1, 0]);
    // landmark means 4 and 6: patient 0 by its second landmark -1; patient 1 (-1 + 1) / 2
    expect([...x]).toEqual([-1, 0]);
  });
});

describe('selection', () => {
  const draw = (signal: number) => {
    const random = createRandom(6);
    const group = Uint8Array.from({ length: 80 }, (_, i) => i % 2);
    const x = Float64Array.from({ length: 80 * 30 }, (_, at) => {
      const informative = at % 30 < 3;
      return random.normal() + (informative ? signal * (group[Math.floor(at / 30)] ?? 0) : 0);
    });
    return { x, group, patients: Int32Array.from(group.keys()) };
  };
  const usable = new Uint8Array(30).fill(1);

  it('finds what differs, and is sure of it in most half-samples', () => {
    const { selected, stability, effect, qValue } = selectFeatures(
      draw(1.2),
      usable,
      SETTINGS,
      createRandom(1),
    );
    for (const j of [0, 1, 2]) {
      expect(selected).toContain(j);
      expect(stability[j]).toBeGreaterThan(0.9);
      expect(effect[j]).toBeGreaterThan(0.3);
      expect(qValue[j]).toBeLessThan(0.01);
    }
  });

  it('is never empty, and never takes what is not usable', () => {
    const none = usable.map((_, j) => j % 2);
    const { selected, qValue } = selectFeatures(
      draw(0),
      none,
      { ...SETTINGS, perHalfSample: 2, stability: 0.99 },
      createRandom(1),
    );
    expect(selected.length).toBe(SETTINGS.minimumFeatures);
    expect(selected.every((j) => j % 2 === 1)).toBe(true);
    expect(qValue.every((q, j) => j % 2 === 1 || q === 1)).toBe(true);
  });

  it('refuses fewer than four patients in a group, and features that are all constant', () => {
    const few = draw(1);
    const group = few.group.map((_, i) => Number(i < 3));
    const code = expect.objectContaining({ code: 'LEARNING_INPUT_INVALID' });
    expect(() => selectFeatures({ ...few, group }, usable, SETTINGS, createRandom(1))).toThrow(code);
    expect(() => selectFeatures(few, new Uint8Array(30), SETTINGS, createRandom(1))).toThrow(code);
  });
});

describe('cross-fitting', { timeout: 60_000 }, () => {
  let fitted: Awaited<ReturnType<typeof fit>>;
  beforeAll(async () => {
    fitted = await fit(training);
  }, 60_000);
  const own = (fold: number): number[] =>
    [...training.fold.keys()].filter((row) => training.fold[row] === fold);
  const pick = (values: Float64Array, rows: readonly number[]) => rows.map((row) => values[row]);

  it('finds the signal that is there', () => {
    expect(concordance(training, fitted.crossFitted)).toBeGreaterThan(0.55);
  });

  it("a fold's scores do not know its own outcomes, nor its own values: changing them moves no other", async () => {
    const rows = own(1);
    const inside = new Set(rows);
    const event = training.data.event.map((flag, row) => (inside.has(row) ? 1 - flag : flag));
    const flipped = await fit({ ...training, data: { time: training.data.time, event } });
    expect(pick(flipped.crossFitted, rows)).toEqual(pick(fitted.crossFitted, rows));
    expect(pick(flipped.crossFitted, own(2))).not.toEqual(pick(fitted.crossFitted, own(2)));

    const width = training.rows.layout.columns;
    const row = rows[0] ?? 0;
    const x = training.rows.x.map((value, at) => (Math.floor(at / width) === row ? 3 * value : value));
    const changed = await fit({ ...training, rows: { ...training.rows, x } });
    const others = rows.slice(1);
    expect(pick(changed.crossFitted, others)).toEqual(pick(fitted.crossFitted, others));
  });

  it('standardises each fold by its own training rows, the forest out of bag', () => {
    for (const { standard, forestStandard, linearStandard } of fitted.model.folds) {
      for (const { mean, sd } of [standard, forestStandard, linearStandard]) {
        expect(Number.isFinite(mean)).toBe(true);
        expect(sd).toBeGreaterThan(0);
      }
      // two correlated scores of sd 1
      expect(standard.sd).toBeLessThanOrEqual(1 + 1e-9);
      expect(Math.abs(standard.mean)).toBeLessThan(0.1);
    }
    const mean = fitted.crossFitted.reduce((sum, value) => sum + value, 0) / fitted.crossFitted.length;
    expect(Math.abs(mean)).toBeLessThan(0.3);
  });

  it('is told of, feature by feature', () => {
    const summary = summarise(fitted.model, training, () => undefined, createRandom(1));
    expect(summary).toHaveLength(3 * ANALYTES);
    for (const { importance, qValue, pValue, stability, selectedFolds } of summary) {
      expect(importance.every(Number.isFinite)).toBe(true);
      expect(qValue).toBeGreaterThanOrEqual(pValue);
      expect(stability).toBeLessThanOrEqual(1);
      if (selectedFolds === 0) expect(importance).toEqual([0, 0, 0]);
    }
    expect(summary.some(({ importance: [mean] }) => mean > 0)).toBe(true);
  });

  it('finds nothing where there is nothing: mean C of shuffled patients within two standard errors of .5', async () => {
    const found: number[] = [];
    for (let shuffle = 1; shuffle <= 8; shuffle++) {
      const noise = drawPanels({ patients: 100, seed: 40 + shuffle, analytes: 6, informative: 0, signal: 0 });
      const { crossFitted } = await fitMetabolomicScore(
        noise,
        namesOf(6),
        { ...SETTINGS, trees: 8, halfSamples: 5, lambdaCount: 4 },
        { random: createRandom(shuffle) },
      );
      found.push(concordance(noise, crossFitted));
    }
    const mean = found.reduce((sum, c) => sum + c, 0) / found.length;
    const sd = Math.sqrt(found.reduce((sum, c) => sum + (c - mean) ** 2, 0) / (found.length - 1));
    expect(sd).toBeGreaterThan(0.005);
    expect(Math.abs(mean - 0.5)).toBeLessThan((2.5 * sd) / Math.sqrt(found.length));
  }, 60_000);

  it.each<[string, Partial<PanelTraining>]>([
    ['two folds only', { fold: training.fold.map((fold) => fold % 2) }],
    ['lengths that differ', { patient: training.patient.slice(1) }],
    [
      'delayed entry',
      { data: { ...training.data, entry: new Float64Array(training.patient.length).fill(-1) } },
    ],
  ])('refuses %s', async (_, change) => {
    await expect(fit({ ...training, ...change })).rejects.toHaveProperty('code', 'LEARNING_INPUT_INVALID');
  });
});
