import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concordanceDifference,
  concordanceIndex,
  type ConcordanceOptions,
  selectRows,
  type SurvivalData,
  unoConcordance,
} from '../../../src/survival/index.ts';
import { cohorts } from './arbitrary.ts';

const rowsOf = ({ time }: SurvivalData): number[] => [...time.keys()];

/** Is i's event known to come before whatever becomes of j? */
const comparable = ({ entry, time, event }: SurvivalData, i: number, j: number): boolean => {
  const outlives = time[j]! > time[i]! || (time[j] === time[i] && event[j] === 0);
  return event[i] === 1 && outlives && (entry?.[j] ?? -1) < time[i]!;
};

/** G(t-): the product over the earlier times of 1 - censored / (at risk, less those with events). */
const censoringBefore = ({ time, event }: SurvivalData, weights: Float64Array, t: number): number => {
  const total = (which: (row: number) => boolean): number =>
    [...time.keys()].filter(which).reduce((sum, row) => sum + weights[row]!, 0);
  return [...new Set(time)]
    .filter((u) => u < t)
    .reduce((g, u) => {
      const censored = total((row) => time[row] === u && event[row] === 0);
      return censored === 0
        ? g
        : g * (1 - censored / total((row) => time[row]! > u || (time[row] === u && event[row] === 0)));
    }, 1);
};

/** Every ordered pair, by the definition; the standard error from each row's own pairs. */
const byDefinition = (data: SurvivalData, score: Float64Array, options: ConcordanceOptions = {}) => {
  const { truncateAt = Infinity, timeWeight = 'n', strata, cluster } = options;
  const weights = options.weights ?? data.time.map(() => 1);
  const power = { n: 0, S: 1, 'n/G2': 2 }[timeWeight];
  const pairs = rowsOf(data)
    .filter((i) => data.time[i]! <= truncateAt)
    .flatMap((i) => {
      const scale = power === 0 ? 1 : censoringBefore(data, weights, data.time[i]!) ** -power;
      return rowsOf(data)
        .filter((j) => comparable(data, i, j) && strata?.[i] === strata?.[j])
        .map((j) => ({
          i,
          j,
          weight: weights[i]! * weights[j]! * scale,
          sign: Math.sign(score[i]! - score[j]!),
        }));
    });
  const sum = (sign: number): number =>
    pairs.filter((pair) => pair.sign === sign).reduce((total, { weight }) => total + weight, 0);
  const [concordant, tiedRisk, discordant] = [sum(1), sum(0), sum(-1)];
  const all = concordant + tiedRisk + discordant;
  const concordance = (concordant + tiedRisk / 2) / all;
  const parts = new Map<number, number>();
  for (const row of rowsOf(data)) {
    const own = pairs
      .filter(({ i, j }) => i === row || j === row)
      .reduce((total, { weight, sign }) => total + weight * ((sign + 1) / 2 - concordance), 0);
    const unit = cluster?.[row] ?? row;
    parts.set(unit, (parts.get(unit) ?? 0) + own / all);
  }
  const standardError = Math.sqrt([...parts.values()].reduce((total, part) => total + part ** 2, 0));
  return {
    concordant,
    discordant,
    tiedRisk,
    comparable: all,
    pairs: pairs.length,
    concordance,
    standardError,
  };
};

const expectSame = (ours: object, expected: object): void => {
  for (const [key, value] of Object.entries(ours) as [keyof typeof expected, number][])
    expect(value, key).toBeCloseTo(expected[key], 9);
};

describe('concordanceIndex', () => {
  const all = { time: Float64Array.of(1, 2, 3), event: Uint8Array.of(1, 1, 1) };

  it('counts a tie in the score one half', () => {
    // comparable pairs (1,2) (1,3) (2,3); first tied: (1/2 + 1 + 1) / 3
    expect(concordanceIndex(all, Float64Array.of(2, 2, 1)).concordance).toBeCloseTo(2.5 / 3, 14);
  });

  it('is 1 where a higher score means an earlier event', () => {
    expect(concordanceIndex(all, Float64Array.of(3, 2, 1))).toEqual({
      concordance: 1,
      standardError: 0,
      concordant: 3,
      discordant: 0,
      tiedRisk: 0,
      comparable: 3,
    });
  });

  it('takes a row censored at an event time as outliving it', () => {
    const data = { time: Float64Array.of(2, 2), event: Uint8Array.of(1, 0) };
    expect(concordanceIndex(data, Float64Array.of(1, 0)).concordance).toBe(1);
  });

  it('has a standard error from what each row contributes', () => {
    // Only the pair (1,2) agrees: C = 1/3. A row contributes its agreeing pairs less C times its pairs, over all
    // pairs: (1 - 2/3) / 3, (1 - 2/3) / 3, (0 - 2/3) / 3.
    const { standardError } = concordanceIndex(all, Float64Array.of(1, 0, 2));
    expect(standardError).toBeCloseTo(Math.sqrt(1 / 9 + 1 / 9 + 4 / 9) / 3, 14);
  });

  it('moves events before `from` to it, where they are not compared with each other', () => {
    // The events at 1 and 2 tie at 2: pairs (1,3) and (2,3) remain.
    expect(concordanceIndex(all, Float64Array.of(0, 2, 1), { from: 2 })).toMatchObject({
      concordant: 1,
      discordant: 1,
      comparable: 2,
    });
  });

  const many = cohorts(2, 30).chain((cohort) =>
    fc.record({
      cohort: fc.constant(cohort),
      truncateAt: fc.integer({ min: 1, max: 20 }),
      weights: fc
        .array(fc.integer({ min: 1, max: 5 }), {
          minLength: cohort.score.length,
          maxLength: cohort.score.length,
        })
        .map((values) => Float64Array.from(values)),
      groups: fc
        .array(fc.integer({ min: 0, max: 2 }), {
          minLength: cohort.score.length,
          maxLength: cohort.score.length,
        })
        .map((values) => Int32Array.from(values)),
    }),
  );

  it('is what the definition says, with ties, delayed entry, weights, strata, clusters and truncation', () => {
    fc.assert(
      fc.property(many, ({ cohort: { data, score }, truncateAt, weights, groups }) => {
        for (const options of [
          {},
          { truncateAt },
          { weights },
          { strata: groups },
          // At least two clusters: of one there is no standard error.
          ...(new Set(groups).size > 1 ? [{ cluster: groups, weights }] : []),
        ]) {
          const expected = byDefinition(data, score, options);
          if (expected.pairs > 0) expectSame(concordanceIndex(data, score, options), expected);
        }
      }),
    );
  });

  it("is what the definition says under Uno's and Peto's weights", () => {
    fc.assert(
      fc.property(many, ({ cohort: { data, score }, truncateAt, weights }) => {
        const { time, event } = data;
        for (const timeWeight of ['n/G2', 'S'] as const) {
          const options = { timeWeight, truncateAt, weights };
          const expected = byDefinition({ time, event }, score, options);
          if (expected.pairs > 0) expectSame(concordanceIndex({ time, event }, score, options), expected);
        }
      }),
    );
  });

  it('of a score and of its negative sum to 1, with one standard error', () => {
    fc.assert(
      fc.property(cohorts(2, 30), ({ data, score }) => {
        fc.pre(byDefinition(data, score).pairs > 0);
        const own = concordanceIndex(data, score);
        const mirrored = concordanceIndex(
          data,
          score.map((s) => -s),
        );
        expect(own.concordance + mirrored.concordance).toBeCloseTo(1, 12);
        expect(mirrored.standardError).toBeCloseTo(own.standardError, 12);
      }),
    );
  });

  it('does not change with monotone time, monotone score, or the order of rows', () => {
    fc.assert(
      fc.property(cohorts(2, 30), fc.infiniteStream(fc.nat()), ({ data, score }, keys) => {
        fc.pre(byDefinition(data, score).pairs > 0);
        const expected = concordanceIndex(data, score);
        const later = { ...data, time: data.time.map((t) => t ** 3) };
        if (data.entry !== undefined) Object.assign(later, { entry: data.entry.map((t) => t ** 3) });
        expectSame(concordanceIndex(later, score.map(Math.exp)), expected);
        const order = rowsOf(data)
          .map((row) => [keys.next().value as number, row] as const)
          .sort(([a], [b]) => a - b)
          .map(([, row]) => row);
        expectSame(
          concordanceIndex(
            selectRows(data, order),
            Float64Array.from(order, (row) => score[row]!),
          ),
          expected,
        );
      }),
    );
  });

  it('of rows that all come twice is the same; clustered, its standard error too', () => {
    fc.assert(
      fc.property(cohorts(2, 20), ({ data, score }) => {
        fc.pre(byDefinition(data, score).pairs > 0);
        const once = concordanceIndex(data, score);
        const rows = [...rowsOf(data), ...rowsOf(data)];
        const twice = Float64Array.from(rows, (row) => score[row]!);
        const cluster = Int32Array.from(rows);
        const doubled = concordanceIndex(selectRows(data, rows), twice, { cluster });
        expect(doubled.concordance).toBeCloseTo(once.concordance, 12);
        expect(doubled.standardError).toBeCloseTo(once.standardError, 12);
      }),
    );
  });

  it('is 1/2 where every score is the same, and defined with one event', () => {
    const data = { time: Float64Array.of(1, 2, 2, 4), event: Uint8Array.of(0, 1, 0, 0) };
    const one = concordanceIndex(data, Float64Array.of(0, 0, 0, 0));
    expect(one).toMatchObject({ concordance: 0.5, standardError: 0, tiedRisk: 2 });
    expect(concordanceIndex(data, Float64Array.of(0, 1, 0, 2))).toMatchObject({
      concordance: 0.5,
      comparable: 2,
    });
  });

  const INVALID = 'SURVIVAL_INPUT_INVALID';
  const delayed = { ...all, entry: Float64Array.of(0, 1, 2) };
  const alone = { time: Float64Array.of(1, 1), event: Uint8Array.of(1, 1) };
  it.each([
    [
      'rows that are all censored',
      { time: Float64Array.of(1, 2), event: Uint8Array.of(0, 0) },
      [1, 2],
      {},
      'SURVIVAL_NO_EVENTS',
    ],
    ['no event by the truncation', all, [1, 2, 3], { truncateAt: 0.5 }, 'SURVIVAL_NO_EVENTS'],
    ['no comparable pair', alone, [1, 2], {}, INVALID],
    ['a score that is NaN', all, [1, NaN, 2], {}, INVALID],
    ['too few scores', all, [1, 2], {}, INVALID],
    ['a weight of 0', all, [1, 2, 3], { weights: Float64Array.of(1, 0, 1) }, INVALID],
    ['too few strata', all, [1, 2, 3], { strata: Int32Array.of(1) }, INVALID],
    ['too many clusters', all, [1, 2, 3], { cluster: Int32Array.of(1, 2, 3, 4) }, INVALID],
    ['a truncation that is NaN', all, [1, 2, 3], { truncateAt: NaN }, INVALID],
    ["Uno's weights with delayed entry", delayed, [1, 2, 3], { timeWeight: 'n/G2' }, INVALID],
    ['`from` with delayed entry', delayed, [1, 2, 3], { from: 1 }, INVALID],
    [
      'a row censored before `from`',
      { ...all, event: Uint8Array.of(0, 1, 1) },
      [1, 2, 3],
      { from: 2 },
      INVALID,
    ],
  ] as const)('refuses %s', (_, data, score, options, code) => {
    expect(() => concordanceIndex(data, Float64Array.from(score), options)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('unoConcordance', () => {
  it("is Harrell's where nobody is censored", () => {
    const data = { time: Float64Array.of(1, 2, 3, 5), event: Uint8Array.of(1, 1, 1, 1) };
    const score = Float64Array.of(2, 3, 1, 0);
    expect(unoConcordance(data, score)).toEqual(concordanceIndex(data, score));
  });
});

describe('concordanceDifference', () => {
  const data = { time: Float64Array.of(1, 2, 3, 5, 6), event: Uint8Array.of(1, 1, 0, 1, 0) };

  it('is 0 with p = 1 for scores that order alike', () => {
    const score = Float64Array.of(2, 3, 1, 0, 2);
    expect(concordanceDifference(data, [score, score.map((s) => 2 * s)])).toMatchObject({
      difference: 0,
      standardError: 0,
      pValue: 1,
    });
  });

  it('of a score and its negative is 2 C - 1, with twice the standard error', () => {
    const score = Float64Array.of(2, 3, 1, 0, 2);
    const { concordance, standardError } = concordanceIndex(data, score);
    const ours = concordanceDifference(data, [score, score.map((s) => -s)]);
    expect(ours.difference).toBeCloseTo(2 * concordance - 1, 14);
    expect(ours.standardError).toBeCloseTo(2 * standardError, 14);
  });
});
