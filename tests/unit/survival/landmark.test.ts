import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  landmarkOutcomes,
  type Measurements,
  stackLandmarks,
  type StackInput,
} from '../../../src/survival/index.ts';
import { cohorts } from './arbitrary.ts';

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID', message: expect.stringMatching(message) });

// Patient 0: event at 10. 1: censored at 3. 2: enters at 3, event at 30.
const data = {
  entry: Float64Array.of(0, 0, 3),
  time: Float64Array.of(10, 3, 30),
  event: Uint8Array.of(1, 0, 1),
};
const measurements = (
  rows: [patient: number, value: number, measured: number, usable: number][],
): Measurements => ({
  patient: Int32Array.from(rows, ([patient]) => patient),
  column: new Int32Array(rows.length),
  value: Float64Array.from(rows, ([, value]) => value),
  measured: Float64Array.from(rows, ([, , measured]) => measured),
  usableFrom: Float64Array.from(rows, ([, , , usable]) => usable),
});
const input: StackInput = { data, landmarks: Float64Array.of(1, 3, 6), horizon: 7 };

describe('stackLandmarks', () => {
  it('has those at risk after each landmark, censored at the horizon', () => {
    const set = stackLandmarks(input);
    // At 3 patient 1 has left and patient 2 comes in.
    expect([...set.landmarkTime]).toEqual([1, 1, 3, 3, 6, 6]);
    expect([...set.patient]).toEqual([0, 1, 0, 2, 0, 2]);
    expect([...set.landmark]).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...set.data.entry!]).toEqual([1, 1, 3, 3, 6, 6]);
    // The event at 10 is within 7 of 3, to the day, and not of 1.
    expect([...set.data.time]).toEqual([8, 3, 10, 10, 10, 13]);
    expect([...set.data.event]).toEqual([0, 0, 1, 0, 1, 0]);
  });

  it('counts from the landmark where asked, without entry, and to the end without a horizon', () => {
    const set = stackLandmarks({ ...input, clock: 'landmark', horizon: Infinity });
    expect(set.data.entry).toBeUndefined();
    expect([...set.data.time]).toEqual([9, 2, 7, 27, 4, 24]);
    expect([...set.data.event]).toEqual([1, 0, 1, 1, 1, 1]);
  });

  it('sees the value taken last of those known by the landmark, unless it is too old', () => {
    const values = (rows: Parameters<typeof measurements>[0], maximumAge?: number) =>
      stackLandmarks({
        ...input,
        measurements: measurements(rows),
        columns: 1,
        ...(maximumAge !== undefined && { maximumAge }),
      }).values.filter((_, row) => [0, 2, 4].includes(row)); // patient 0 at 1, 3, 6
    // Taken at 0, 2 and 2.5; known at 0, 3 and 7.
    const rows: Parameters<typeof measurements>[0] = [
      [0, 3, 2.5, 7],
      [0, 1, 0, 0],
      [0, 2, 2, 3],
    ];
    expect([...values(rows)]).toEqual([1, 2, 2]);
    expect([...values(rows, 2)]).toEqual([1, 2, NaN]);
    // A value that is too old hides nothing older, and nothing is seen before it is known.
    expect([...values([[0, 9, 2, 6.5]])]).toEqual([NaN, NaN, NaN]);
    // Taken together: the one known last (a correction).
    expect([
      ...values([
        [0, 5, 0, 2],
        [0, 4, 0, 1],
      ]),
    ]).toEqual([4, 5, 5]);
  });

  it('knows nothing of what becomes usable later: it changes no earlier row', () => {
    const measured = fc.record({ at: fc.integer({ min: 0, max: 6 }), delay: fc.integer({ min: 0, max: 6 }) });
    fc.assert(
      fc.property(cohorts(1, 10), fc.array(measured, { maxLength: 20 }), (cohort, list) => {
        const landmarks = Float64Array.of(0, 2, 4);
        const stack = (rows: Parameters<typeof measurements>[0]) =>
          stackLandmarks({
            data: cohort.data,
            landmarks,
            horizon: 3,
            columns: 1,
            measurements: measurements(rows),
          });
        fc.pre(
          landmarks.some((s) => cohort.data.time.some((t, i) => t > s && (cohort.data.entry?.[i] ?? 0) <= s)),
        );
        const n = cohort.data.time.length;
        const rows = list.map(({ at, delay }, i): [number, number, number, number] => [
          i % n,
          i,
          at,
          at + delay,
        ]);
        const all = stack(rows);
        const early = stack(rows.filter(([, , , usable]) => usable <= 2));
        all.landmarkTime.forEach((s, row) => {
          if (s <= 2) expect(all.values[row]).toBe(early.values[row]);
          expect(all.data.time[row]! > s).toBe(true);
          expect(all.data.time[row]! <= s + 3).toBe(true);
        });
      }),
    );
  });

  const one = (row: [number, number, number, number]) => ({ measurements: measurements([row]), columns: 1 });
  it.each<[string, Partial<StackInput>, RegExp]>([
    ['no landmarks', { landmarks: new Float64Array(0) }, /landmarks is empty/],
    ['a negative landmark', { landmarks: Float64Array.of(-1) }, /landmarks is negative at index 0/],
    ['landmarks that do not rise', { landmarks: Float64Array.of(1, 1) }, /does not rise at index 1/],
    ['a NaN landmark', { landmarks: Float64Array.of(NaN) }, /landmarks is not finite/],
    ['a horizon of 0', { horizon: 0 }, /horizon is 0/],
    ['nobody at risk', { landmarks: Float64Array.of(30) }, /nobody is at risk/],
    ['an age of 0', { maximumAge: 0 }, /maximumAge is 0/],
    ['columns of NaN', { columns: NaN }, /columns is NaN/],
    ['a patient who is not there', one([3, 1, 0, 0]), /patient 3 is not in data/],
    ['a value that is NaN', one([0, NaN, 0, 0]), /measurements.value is not finite/],
    ['a value known before it was taken', one([0, 1, 2, 1]), /usableFrom is before measured/],
    ['a column too many', { ...one([0, 1, 0, 0]), columns: 0 }, /column 0 is not below 0/],
  ])('refuses %s', (_, change, message) => {
    expect(() => stackLandmarks({ ...input, ...change })).toThrow(refused(message));
  });
});

describe('landmarkOutcomes', () => {
  it('refuses patients who are not at risk, or not there', () => {
    const at = (patient: number, landmark: number) =>
      landmarkOutcomes({
        data,
        patient: Int32Array.of(patient),
        landmark: Float64Array.of(landmark),
        horizon: 2,
      });
    expect(() => at(1, 3)).toThrow(refused(/patient 1 is not at risk after the landmark 3/));
    expect(() => at(2, 2)).toThrow(refused(/patient 2 is not at risk/));
    expect(() => at(7, 2)).toThrow(refused(/patient 7 is not in data/));
    expect(() => at(0, -1)).toThrow(refused(/negative/));
  });
});
