import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { panelLayout } from '../../../../src/learning/metabolomics/layout.ts';
import {
  centreBatches,
  combat,
  conditionalMean,
  correctDrift,
  fitCensoredNormal,
  fitPreprocessor,
  fitScaling,
  inverseMillsRatio,
  measuredShares,
  pooledQcRsd,
  preprocess,
  quotientNormalise,
} from '../../../../src/learning/metabolomics/preprocess/index.ts';
import { METABOLOMIC_SETTINGS } from '../../../../src/learning/metabolomics/settings.ts';
import { createRandom, loess } from '../../../../src/numerics/index.ts';
import { drawPanels, namesOf } from './panels.ts';

const invalid = expect.objectContaining({ code: 'LEARNING_INPUT_INVALID' });
const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('censored normal', () => {
  it('without censoring is mean and maximum-likelihood sd', () => {
    const fitted = fitCensoredNormal({
      values: Float64Array.of(1, 2, NaN, 6),
      limits: new Float64Array(4).fill(NaN),
    });
    expect(fitted.mean).toBeCloseTo(3, 12);
    expect(fitted.sd).toBeCloseTo(Math.sqrt((4 + 1 + 9) / 3), 12);
  });

  it('finds the distribution back that half of the values are hidden of', () => {
    const random = createRandom(4);
    const values = Float64Array.from({ length: 4000 }, () => 3 + 2 * random.normal());
    const { mean, sd } = fitCensoredNormal({ values, limits: values.map((value) => (value < 3 ? 3 : NaN)) });
    expect(Math.abs(mean - 3)).toBeLessThan(0.15);
    expect(Math.abs(sd - 2)).toBeLessThan(0.15);
  });

  it('moves with the unit of the values', () => {
    const values = Float64Array.of(1, 2, 3, 5, 8, 0, 0);
    const limits = Float64Array.of(NaN, NaN, NaN, NaN, NaN, 1.5, 0.5);
    const one = fitCensoredNormal({ values, limits });
    fc.assert(
      fc.property(finite(-1e3, 1e3), finite(1e-3, 1e3), (shift, scale) => {
        const moved = fitCensoredNormal({
          values: values.map((value) => shift + scale * value),
          limits: limits.map((limit) => shift + scale * limit),
        });
        expect(Math.abs(moved.mean - (shift + scale * one.mean))).toBeLessThan(
          1e-7 * (Math.abs(shift) + scale),
        );
        expect(Math.abs(moved.sd / (scale * one.sd) - 1)).toBeLessThan(1e-5);
      }),
    );
  });

  it('imputes below the limit, the lower the lower it is', () => {
    fc.assert(
      fc.property(finite(-50, 50), finite(0.01, 10), finite(-300, 300), (mean, sd, z) => {
        const limit = mean + sd * z;
        const value = conditionalMean({ mean, sd }, limit);
        expect(Number.isFinite(value)).toBe(true);
        expect(value).toBeLessThanOrEqual(limit + 1e-9 * Math.abs(limit));
        expect(conditionalMean({ mean, sd }, limit - sd)).toBeLessThan(value + 1e-9);
      }),
    );
    expect(inverseMillsRatio(40)).toBe(0);
  });

  it.each([
    ['all below detection', [0, 0], [1, 1]],
    ['one value only', [3, 3, 0], [NaN, NaN, 1]],
    ['an infinite value', [1, 2, Infinity], [NaN, NaN, NaN]],
    ['lengths that differ', [1, 2], [NaN]],
  ])('refuses %s', (_, values, limits) => {
    const input = { values: Float64Array.from(values), limits: Float64Array.from(limits) };
    expect(() => fitCensoredNormal(input)).toThrow(invalid);
  });
});

describe('quotient normalisation', () => {
  it('takes the median log quotient of what is measured, and that only', () => {
    const reference = Float64Array.of(1, 2, 3, 4, NaN);
    // quotients 1, 1, 4, missing, of no reference: median 1
    const result = quotientNormalise(Float64Array.of(2, 3, 7, NaN, 9), reference);
    expect([...result]).toEqual([1, 2, 6, NaN, NaN]);
    expect([...quotientNormalise(new Float64Array(5).fill(NaN), reference)]).toEqual(Array(5).fill(NaN));
  });

  it('does not see a dilution', () => {
    const logs = fc.array(fc.oneof(finite(-10, 10), fc.constant(NaN)), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(logs, finite(-5, 5), (row, dilution) => {
        const reference = Float64Array.from({ length: 8 }, (_, j) => j / 2);
        const before = quotientNormalise(Float64Array.from(row), reference);
        const after = quotientNormalise(
          Float64Array.from(row, (value) => value + dilution),
          reference,
        );
        before.forEach((value, j) => {
          if (Number.isNaN(value)) expect(after[j]).toBeNaN();
          else expect(after[j]).toBeCloseTo(value, 9);
        });
      }),
    );
  });

  it('refuses lengths that do not fit', () => {
    expect(() => quotientNormalise(new Float64Array(5), new Float64Array(2))).toThrow(invalid);
  });
});

describe('columns', () => {
  it('counts shares, and says which columns are constant', () => {
    const x = Float64Array.of(1, NaN, 4, 3, NaN, 4);
    expect([...measuredShares(x, 3)]).toEqual([1, 0, 1]);
    expect(fitScaling(x, 3)).toEqual({
      centre: Float64Array.of(2, 0, 4),
      scale: Float64Array.of(Math.SQRT2, 1, 1),
      constant: Uint8Array.of(0, 1, 1),
    });
  });
});

describe('drift and batches', () => {
  const order = Float64Array.from({ length: 50 }, (_, k) => k);
  const isPooledQc = Uint8Array.from(order, (k) => Number(k % 5 === 0));

  it('takes a smooth drift away, of an analyte that the QC samples have', () => {
    const drift = order.map((k) => Math.sin(k / 20));
    const patients = order.map((k) => (k % 5 === 0 ? 0 : Math.sin(k * 7)));
    const both = Float64Array.from({ length: 100 }, (_, at) => {
      const k = Math.floor(at / 2);
      const value = 5 + (patients[k] ?? 0) + (drift[k] ?? 0);
      return at % 2 === 0 ? value : isPooledQc[k] === 1 && k > 10 ? NaN : value;
    });
    const corrected = correctDrift(both, 2, { injectionOrder: order, isPooledQc });
    const first = order.map((k) => (corrected[2 * k] ?? NaN) - (patients[k] ?? NaN));
    const range = (values: Float64Array): number => Math.max(...values) - Math.min(...values);
    expect(range(drift)).toBeGreaterThan(0.99);
    expect(range(first)).toBeLessThan(0.15);
    // three QC measurements of the second: it is left alone
    for (const k of order) expect(corrected[2 * k + 1]).toBe(both[2 * k + 1]);
  });

  it('tells the RSD of the pooled QC samples', () => {
    const values = Float64Array.of(90, 1, 5, 7, 110, NaN);
    const [first, second] = pooledQcRsd(values, 2, Uint8Array.of(1, 0, 1));
    expect(first).toBeCloseTo((100 * Math.sqrt(200)) / 100, 10);
    expect(second).toBeNaN();
  });

  const batch = Array.from({ length: 24 }, (_, k) => (k % 2 === 0 ? 'a' : 'b'));
  const random = createRandom(2);
  const x = Float64Array.from({ length: 24 * 5 }, (_, at) => {
    const inB = batch[Math.floor(at / 5)] === 'b';
    return random.normal() * (inB ? 2 : 1) + (inB ? 3 : 0);
  });
  const meansOf = (values: Float64Array, name: string): number[] =>
    Array.from({ length: 5 }, (_, j) => {
      const own = [...batch.keys()].filter((k) => batch[k] === name).map((k) => values[k * 5 + j] ?? NaN);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    });

  it('brings batches together', () => {
    for (const corrected of [combat(x, 5, batch), centreBatches(x, 5, batch)])
      meansOf(corrected, 'a').forEach((mean, j) => {
        expect(Math.abs(mean - (meansOf(corrected, 'b')[j] ?? NaN))).toBeLessThan(1.1);
      });
    expect(Math.abs((meansOf(x, 'a')[0] ?? 0) - (meansOf(x, 'b')[0] ?? 0))).toBeGreaterThan(1.5);
    expect(combat(x, 5, Array<string>(24).fill('a'))).toEqual(x);
  });

  it.each([
    ['a missing value', x.with(3, NaN), batch],
    ['a batch of one', x, [...batch.slice(1), 'c']],
    ['lengths that differ', x, batch.slice(1)],
    ['a constant analyte', x.map((value, at) => (at % 5 === 0 ? 1 : value)), batch],
  ])('combat refuses %s', (_, values, batches) => {
    expect(() => combat(values, 5, batches)).toThrow(invalid);
  });
});

describe('loess', () => {
  it('gives a polynomial of its degree back', () => {
    fc.assert(
      fc.property(finite(-3, 3), finite(-3, 3), finite(-3, 3), (a, b, c) => {
        const x = Float64Array.from({ length: 15 }, (_, k) => k / 3);
        const curve = loess(
          x,
          x.map((at) => a + b * at + c * at * at),
        );
        for (const at of [0, 1.1, 4.2]) expect(curve(at)).toBeCloseTo(a + b * at + c * at * at, 8);
      }),
    );
  });

  const x = Float64Array.of(1, 2, 3, 4, 5);
  it.each<[string, () => unknown]>([
    ['lengths that differ', () => loess(x, x.slice(1))],
    ['NaN in x', () => loess(x.with(1, NaN), x)],
    ['an infinite y', () => loess(x, x.with(1, Infinity))],
    ['a span of 0', () => loess(x, x, { span: 0 })],
    ['a span above 1', () => loess(x, x, { span: 1.1 })],
    ['too few points', () => loess(x, x, { span: 0.4 })],
    ['points at one place', () => loess(new Float64Array(5).fill(2), x)(2)],
    ['points at two places for a parabola', () => loess(Float64Array.of(1, 1, 1, 2, 2), x, { span: 1 })(1.5)],
  ])('refuses %s', (_, run) => {
    expect(run).toThrow(invalid);
  });
});

describe('the preprocessor', () => {
  const panels = drawPanels({ patients: 60, seed: 8, analytes: 12 });
  const fitted = fitPreprocessor(panels.rows, METABOLOMIC_SETTINGS);

  it('autoscales what it was fitted on, and leaves nothing missing', () => {
    const z = preprocess(fitted, panels.rows);
    expect(z.every(Number.isFinite)).toBe(true);
    expect(Math.max(...z.map(Math.abs))).toBeLessThanOrEqual(METABOLOMIC_SETTINGS.clip);
    const first = z.filter((_, at) => at % 36 === 0);
    expect(Math.abs(first.reduce((sum, value) => sum + value, 0) / first.length)).toBeLessThan(0.05);
  });

  it('knows nothing of other rows: one row alone gives what it gave among others', () => {
    const { layout, x } = panels.rows;
    const z = preprocess(fitted, panels.rows);
    for (const row of [0, 9, 30]) {
      const own = { layout, x: x.slice(row * layout.columns, (row + 1) * layout.columns) };
      expect(preprocess(fitted, own)).toEqual(z.slice(row * 36, (row + 1) * 36));
    }
  });

  it('drops an analyte that is rarely measured, and one that is rarely above detection', () => {
    const { layout, x } = panels.rows;
    const rare = x.map((value, at) => {
      const [row, column] = [Math.floor(at / layout.columns), at % layout.columns];
      if (column === 3 && row % 4 === 0) return NaN;
      return column === 36 + 4 && row % 8 !== 0 ? 3 : value;
    });
    const { kept, usable } = fitPreprocessor({ layout, x: rare }, METABOLOMIC_SETTINGS);
    expect([...kept.keys()].filter((j) => kept[j] === 0)).toEqual([3, 4]);
    for (const j of [3, 15, 27, 4, 16, 28]) expect(usable[j]).toBe(0);
  });

  it('leaves the slopes out unless it is told to use them', () => {
    const slopes = (usable: Uint8Array) => usable.subarray(24);
    expect(slopes(fitted.usable).every((flag) => flag === 0)).toBe(true);
    expect(fitted.usable.subarray(0, 24).every((flag) => flag === 1)).toBe(true);
    const all = fitPreprocessor(panels.rows, { ...METABOLOMIC_SETTINGS, slopes: true });
    expect(slopes(all.usable).every((flag) => flag === 1)).toBe(true);
  });

  it('does without blocks that are not there', () => {
    const layout = panelLayout(namesOf(12).slice(0, 12));
    const x = panels.rows.x.filter((_, at) => at % 60 < 12);
    const { usable } = fitPreprocessor({ layout, x }, METABOLOMIC_SETTINGS);
    expect(usable.subarray(0, 12).every((flag) => flag === 1)).toBe(true);
    expect(usable.subarray(12).every((flag) => flag === 0)).toBe(true);
  });

  it('refuses a panel without an analyte that is measured often enough', () => {
    const { layout, x } = panels.rows;
    const empty = x.map(() => NaN);
    expect(() => fitPreprocessor({ layout, x: empty }, METABOLOMIC_SETTINGS)).toThrow(invalid);
  });
});

describe('panelLayout', () => {
  it.each([
    ['no levels', ['change:a']],
    ['an unknown block', ['log2:a', 'ratio:a']],
    ['another order', ['log2:a', 'log2:b', 'change:b', 'change:a']],
    ['half a block', ['log2:a', 'log2:b', 'slope:a']],
  ])('refuses %s', (_, names) => {
    expect(() => panelLayout(names)).toThrow(invalid);
  });
});
