import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aucDifference,
  cumulativeDynamicAuc,
  kaplanMeier,
  meanAuc,
  selectRows,
  type SurvivalData,
} from '../../../src/survival/index.ts';
import { cohorts } from './arbitrary.ts';

const rowsOf = ({ time }: SurvivalData): number[] => [...time.keys()];

/** G(t-) of the censoring, events first. */
const censoringBefore = ({ time, event }: SurvivalData, t: number): number => {
  const count = (which: (row: number) => boolean): number => [...time.keys()].filter(which).length;
  return [...new Set(time)]
    .filter((u) => u < t)
    .reduce((g, u) => {
      const censored = count((row) => time[row] === u && event[row] === 0);
      return censored === 0 ? g : g * (1 - censored / (censored + count((row) => time[row]! > u)));
    }, 1);
};

/** Every pair of a case and a control; a case weighs 1/G(time-), and the controls weigh alike. */
const byDefinition = (data: SurvivalData, score: Float64Array, horizon: number): number => {
  const cases = rowsOf(data).filter((row) => data.time[row]! <= horizon && data.event[row] === 1);
  const controls = rowsOf(data).filter((row) => data.time[row]! > horizon);
  let [agreeing, all] = [0, 0];
  for (const i of cases) {
    for (const j of controls) {
      const weight = 1 / censoringBefore(data, data.time[i]!);
      all += weight;
      agreeing += (weight * (Math.sign(score[i]! - score[j]!) + 1)) / 2;
    }
  }
  return agreeing / all;
};

/** Without entry, with a horizon by which some have and some have not had their event. */
const judgeable = cohorts(3, 30)
  .map(({ data: { time, event }, score }) => ({ data: { time, event }, score }))
  .chain(({ data, score }) => fc.integer({ min: 1, max: 16 }).map((horizon) => ({ data, score, horizon })))
  .filter(({ data, horizon }) => !Number.isNaN(byDefinition(data, data.time, horizon)));

describe('cumulativeDynamicAuc', () => {
  it('weighs a case by 1/G(time-)', () => {
    // One of 4 is censored at 1: G = 3/4 from then. Cases at 2 (beats the control) and, at 1, tied with it:
    // events come first, so its weight is 1. (4/3 + 1/2) / (4/3 + 1)
    const data = { time: Float64Array.of(1, 1, 2, 9, 9), event: Uint8Array.of(1, 0, 1, 0, 0) };
    // G after 1: at risk of censoring 4 (5 less the event), 1 censored.
    const [at] = cumulativeDynamicAuc(data, Float64Array.of(0, 5, 1, 0, 0), [3]);
    expect(at!.auc).toBeCloseTo((4 / 3 + 1 / 2) / (4 / 3 + 1), 14);
    expect(at).toMatchObject({ horizon: 3, cases: 2, controls: 2 });
  });

  it('takes an event at the horizon as a case, and a row censored at it as neither', () => {
    const data = { time: Float64Array.of(3, 3, 4), event: Uint8Array.of(1, 0, 0) };
    expect(cumulativeDynamicAuc(data, Float64Array.of(1, 9, 0), [3])).toMatchObject([
      { auc: 1, cases: 1, controls: 1 },
    ]);
  });

  it('is what the definition says', () => {
    fc.assert(
      fc.property(judgeable, ({ data, score, horizon }) => {
        const [at] = cumulativeDynamicAuc(data, score, [horizon]);
        expect(at!.auc).toBeCloseTo(byDefinition(data, score, horizon), 10);
        expect(at!.standardError).toBeGreaterThanOrEqual(0);
        expect(at!.standardError).toBeLessThan(Infinity);
      }),
    );
  });

  it('does not change with monotone time and score, or the order of rows; a reversed score has 1 - AUC', () => {
    fc.assert(
      fc.property(judgeable, ({ data, score, horizon }) => {
        const [expected] = cumulativeDynamicAuc(data, score, [horizon]);
        const same = (other: typeof expected): void => {
          expect(other!.auc).toBeCloseTo(expected!.auc, 10);
          expect(other!.standardError).toBeCloseTo(expected!.standardError, 10);
        };
        const squared = { ...data, time: data.time.map((t) => t ** 2) };
        same(cumulativeDynamicAuc(squared, score.map(Math.exp), [horizon ** 2])[0]);
        const order = rowsOf(data).reverse();
        same(cumulativeDynamicAuc(selectRows(data, order), score.slice().reverse(), [horizon])[0]);
        const [mirrored] = cumulativeDynamicAuc(
          data,
          score.map((s) => -s),
          [horizon],
        );
        expect(mirrored!.auc).toBeCloseTo(1 - expected!.auc, 10);
      }),
    );
  });

  it('of rows that all come twice is the same; clustered, its standard error too', () => {
    fc.assert(
      fc.property(judgeable, ({ data, score, horizon }) => {
        const rows = [...rowsOf(data), ...rowsOf(data)];
        const [once] = cumulativeDynamicAuc(data, score, [horizon]);
        const [twice] = cumulativeDynamicAuc(
          selectRows(data, rows),
          Float64Array.from(rows, (row) => score[row]!),
          [horizon],
          { cluster: Int32Array.from(rows) },
        );
        expect(twice!.auc).toBeCloseTo(once!.auc, 10);
        expect(twice!.standardError).toBeCloseTo(once!.standardError, 10);
      }),
    );
  });

  it('is 1/2 with no error where every score is the same', () => {
    fc.assert(
      fc.property(judgeable, ({ data, horizon }) => {
        const [at] = cumulativeDynamicAuc(data, new Float64Array(data.time.length), [horizon]);
        expect(at!.auc).toBeCloseTo(0.5, 12);
        expect(at!.standardError).toBeCloseTo(0, 12);
      }),
    );
  });

  it('takes a score for each horizon, row-major', () => {
    const data = { time: Float64Array.of(1, 2, 9), event: Uint8Array.of(1, 1, 0) };
    const both = cumulativeDynamicAuc(data, Float64Array.of(0, 2, 1, 1, 2, 0), [1, 2]);
    // horizon 1: the case scores 0 against 1 and 2; horizon 2: cases 2 and 1 against 0
    expect(both.map(({ auc }) => auc)).toEqual([0, 1]);
  });

  const data = { time: Float64Array.of(1, 2, 3), event: Uint8Array.of(1, 0, 1) };
  const INVALID = 'SURVIVAL_INPUT_INVALID';
  it.each([
    ['no event by the horizon', data, [1, 2, 3], 0.5, 'SURVIVAL_NO_EVENTS'],
    [
      'rows that are all censored',
      { ...data, event: Uint8Array.of(0, 0, 0) },
      [1, 2, 3],
      2,
      'SURVIVAL_NO_EVENTS',
    ],
    ['a horizon with nobody at risk beyond', data, [1, 2, 3], 3, INVALID],
    ['a horizon that is NaN', data, [1, 2, 3], NaN, INVALID],
    ['a horizon of 0', data, [1, 2, 3], 0, INVALID],
    ['a score that is NaN', data, [1, NaN, 3], 2, INVALID],
    ['too few scores', data, [1, 2], 2, INVALID],
    ['delayed entry', { ...data, entry: Float64Array.of(0, 0, 0) }, [1, 2, 3], 2, INVALID],
  ] as const)('refuses %s', (_, rows, score, horizon, code) => {
    expect(() => cumulativeDynamicAuc(rows, Float64Array.from(score), [horizon])).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('says why it refuses delayed entry', () => {
    expect(() =>
      cumulativeDynamicAuc({ ...data, entry: Float64Array.of(0, 0, 0) }, Float64Array.of(1, 2, 3), [2]),
    ).toThrow('no accepted definition with delayed entry');
  });
});

describe('aucDifference', () => {
  it('of a score and its negative is 2 AUC - 1, with twice the standard error', () => {
    fc.assert(
      fc.property(judgeable, ({ data, score, horizon }) => {
        const { auc, standardError } = cumulativeDynamicAuc(data, score, [horizon])[0]!;
        const [ours] = aucDifference(data, [score, score.map((s) => -s)], [horizon]);
        expect(ours!.difference).toBeCloseTo(2 * auc - 1, 10);
        expect(ours!.standardError).toBeCloseTo(2 * standardError, 10);
      }),
    );
  });
});

describe('meanAuc', () => {
  const data = { time: Float64Array.of(1, 2, 3, 4, 5), event: Uint8Array.of(1, 0, 1, 1, 0) };
  const score = Float64Array.of(1, 2, 3, 0, 2);

  it('weighs each horizon by the fall of the Kaplan-Meier curve since the one before', () => {
    // S = 4/5, then 4/5 * 2/3 = 8/15, then 4/15
    expect([...kaplanMeier(data).survival].map((s) => s * 15)).toEqual(
      [12, 12, 8, 4, 4].map((s) => expect.closeTo(s, 12)),
    );
    const curve = cumulativeDynamicAuc(data, score, [1, 3.5, 4]);
    const [first, second, third] = curve.map(({ auc }) => auc) as [number, number, number];
    expect(meanAuc(data, curve)).toBeCloseTo((3 * first + 4 * second + 4 * third) / 11, 12);
  });

  it.each([
    ['horizons that do not ascend', [3, 1]],
    ['no horizons', []],
  ])('refuses %s', (_, horizons) => {
    const curve = cumulativeDynamicAuc(data, score, horizons);
    expect(() => meanAuc(data, curve)).toThrow(expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID' }));
  });
});
