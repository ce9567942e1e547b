import fc from 'fast-check';
import type { SurvivalData } from '../../../src/survival/index.ts';

export interface Cohort {
  data: SurvivalData;
  /** Shape (n, 2), row-major. */
  x: Float64Array;
  score: Float64Array;
}

const row = fc.record({
  entry: fc.integer({ min: 0, max: 5 }),
  stay: fc.integer({ min: 1, max: 12 }),
  event: fc.boolean(),
  x: fc.tuple(fc.integer({ min: -3, max: 3 }), fc.double({ min: -2, max: 2, noNaN: true })),
  score: fc.integer({ min: -2, max: 2 }),
});

/** Small cohorts with many ties in time and score, with or without delayed entry. */
export const cohorts = (minLength: number, maxLength: number): fc.Arbitrary<Cohort> =>
  fc.tuple(fc.array(row, { minLength, maxLength }), fc.boolean()).map(([rows, delayed]) => {
    const time = Float64Array.from(rows, ({ entry, stay }) => entry + stay);
    const event = Uint8Array.from(rows, (r) => Number(r.event));
    return {
      data: delayed ? { entry: Float64Array.from(rows, ({ entry }) => entry), time, event } : { time, event },
      x: Float64Array.from(rows.flatMap((r) => r.x)),
      score: Float64Array.from(rows, (r) => r.score),
    };
  });
