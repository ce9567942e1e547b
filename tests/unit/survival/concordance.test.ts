import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concordanceIndex, type SurvivalData } from '../../../src/survival/index.ts';
import { cohorts } from './arbitrary.ts';

/** Is i's event known to come before whatever becomes of j? */
const comparable = ({ entry, time, event }: SurvivalData, i: number, j: number): boolean => {
  const outlives = time[j]! > time[i]! || (time[j] === time[i] && event[j] === 0);
  return event[i] === 1 && outlives && (entry?.[j] ?? -1) < time[i]!;
};

/** Every ordered pair, by the definition. */
const byDefinition = (data: SurvivalData, score: Float64Array, truncateAt = Infinity) => {
  const pairs = [...data.time.keys()]
    .filter((i) => data.time[i]! <= truncateAt)
    .flatMap((i) =>
      [...data.time.keys()].filter((j) => comparable(data, i, j)).map((j) => score[i]! - score[j]!),
    );
  return {
    concordant: pairs.filter((difference) => difference > 0).length,
    discordant: pairs.filter((difference) => difference < 0).length,
    tiedRisk: pairs.filter((difference) => difference === 0).length,
    comparable: pairs.length,
  };
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

  it('is what the definition says, with ties, delayed entry and truncation', () => {
    fc.assert(
      fc.property(cohorts(2, 30), fc.integer({ min: 1, max: 20 }), ({ data, score }, truncateAt) => {
        const expected = byDefinition(data, score, truncateAt);
        fc.pre(expected.comparable > 0);
        expect(concordanceIndex(data, score, { truncateAt })).toMatchObject(expected);
      }),
    );
  });

  it('of a score and of its negative sum to 1', () => {
    fc.assert(
      fc.property(cohorts(2, 30), ({ data, score }) => {
        fc.pre(byDefinition(data, score).comparable > 0);
        const mirrored = concordanceIndex(
          data,
          score.map((s) => -s),
        ).concordance;
        expect(concordanceIndex(data, score).concordance + mirrored).toBeCloseTo(1, 12);
      }),
    );
  });

  it.each([
    ['no comparable pair', { time: Float64Array.of(1, 2), event: Uint8Array.of(0, 0) }, [1, 2]],
    ['a score that is NaN', all, [1, NaN, 2]],
    ['too few scores', all, [1, 2]],
  ])('refuses %s', (_, data, score) => {
    expect(() => concordanceIndex(data, Float64Array.from(score))).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID' }),
    );
  });
});
