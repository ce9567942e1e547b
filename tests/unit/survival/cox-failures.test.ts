import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { type CoxInput, fitCox, isCoxFailure, type Ties } from '../../../src/survival/index.ts';

interface Rows {
  readonly time: number[];
  readonly event: number[];
  readonly entry?: number[];
  /** One array a row. */
  readonly x: number[][];
  readonly strata?: number[];
  readonly weights?: number[];
  readonly ties?: Ties;
}

const toInput = ({ time, event, entry, x, strata, weights, ties = 'efron' }: Rows): CoxInput => ({
  x: Float64Array.from(x.flat()),
  columns: x[0]!.length,
  data: {
    time: Float64Array.from(time),
    event: Uint8Array.from(event),
    ...(entry && { entry: Float64Array.from(entry) }),
  },
  ...(strata && { strata: Int32Array.from(strata) }),
  ...(weights && { weights: Float64Array.from(weights) }),
  ties,
});

const failure = (rows: Rows): { code: string; detail: string } | undefined => {
  try {
    const fit = fitCox(toInput(rows));
    for (const values of [fit.coefficients, fit.covariance]) expect(values.every(Number.isFinite)).toBe(true);
    return undefined;
  } catch (error) {
    if (!(error instanceof CdsError)) throw error;
    return { code: error.code, detail: error.detail ?? '' };
  }
};

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** n rows with noise columns and exponential times of hazard exp(eta). */
const noisy = (n: number, columns: number, eta: (x: number[]) => number, seed = 1): Rows => {
  const random = createRandom(seed);
  const x = range(n).map(() => range(columns).map(() => random.normal()));
  const time = x.map((row) => random.exponential() * Math.exp(-eta(row)) + 1e-9);
  return { time, event: range(n).map(() => Number(random.uniform() < 0.7)), x };
};

describe('fitCox names the column that has no finite coefficient', () => {
  const ordered = { time: [1, 2, 3, 4, 5], event: [1, 1, 1, 1, 1] };
  const background = noisy(200, 2, () => 0);
  const withoutEvents = range(200).map((i) => Number(i % 10 === 0));
  const random = createRandom(9);
  const shared = range(60).map(() => 10 * random.normal());
  const cases: Record<string, [rows: Rows, expected: RegExp]> = {
    'one column, highest first': [
      { ...ordered, x: [[5], [4], [3], [2], [1]] },
      /^column 0 separates.* plus infinity$/,
    ],
    'one column, lowest first': [
      { ...ordered, x: [[1], [2], [3.5], [4], [50]] },
      /^column 0 separates.* minus infinity$/,
    ],
    'one event, of the highest': [
      { time: [3, 1, 2], event: [0, 0, 1], x: [[1], [9], [2]] },
      /column 0 .*plus infinity$/,
    ],
    'a second column beside one that has an estimate': [
      {
        ...ordered,
        x: [
          [1, 4],
          [0, 3],
          [2, 2],
          [1, 1],
          [0, 0],
        ],
      },
      /column 1 .*plus infinity/,
    ],
    'a group without events among noise': [
      {
        ...background,
        event: background.event.map((event, i) => (withoutEvents[i] === 1 ? 0 : event)),
        x: background.x.map((row, i) => [...row, withoutEvents[i]!]),
      },
      /^column 2 .*minus infinity$/,
    ],
    'the difference of two columns': [
      {
        time: range(60).map((i) => i + 1),
        event: range(60).map((i) => Number(i % 3 !== 0)),
        x: range(60).map((i) => [shared[i]!, shared[i]! + 0.1 * i + 0.01 * (i % 2)]),
      },
      /^column [01] .*, together with column [01]$/,
    ],
    'in each stratum only': [
      {
        time: [1, 2, 3, 4, 1.5, 2.5, 3.5, 4.5],
        event: [1, 1, 1, 1, 1, 1, 1, 1],
        x: [[14], [13], [12], [11], [4], [3], [2], [1]],
        strata: [0, 0, 0, 0, 1, 1, 1, 1],
      },
      /^column 0 .*plus infinity$/,
    ],
    'among those who have entered only': [
      { time: [1, 3, 5, 6], event: [1, 1, 1, 0], entry: [0, 0, 3, 3], x: [[3], [2], [9], [1.5]] },
      /^column 0 .*plus infinity$/,
    ],
    'with weights': [
      { ...ordered, x: [[5], [4], [3], [2], [1]], weights: [1, 5, 0.1, 2, 3] },
      /^column 0 .*plus infinity$/,
    ],
    'those that die together, where ties are exact': [
      { time: [1, 1, 2, 3], event: [1, 1, 1, 0], x: [[5], [3], [2], [1]], ties: 'exact' },
      /^column 0 .*plus infinity$/,
    ],
  };
  it.each(Object.entries(cases))('%s', (_, [rows, expected]) => {
    expect(failure(rows)).toEqual({ code: 'COX_SEPARATED', detail: expect.stringMatching(expected) });
  });
});

describe('fitCox does not cry wolf', () => {
  const settled: Record<string, Rows> = {
    'an effect of 5 per standard deviation': noisy(300, 2, ([a = 0]) => 5 * a),
    'an effect of 20': noisy(300, 2, ([a = 0, b = 0]) => 20 * a - 15 * b),
    'a group with a single event in 500': (() => {
      const rows = noisy(500, 1, () => 0);
      const rare = range(500).map((i) => Number(i % 5 === 0));
      const first = rare.indexOf(1);
      return {
        ...rows,
        event: rows.event.map((event, i) => (rare[i] === 1 ? Number(i === first) : event)),
        x: rows.x.map((row, i) => [...row, rare[i]!]),
      };
    })(),
    'one that is separated only where entry is delayed': {
      time: [1, 3, 5, 6],
      event: [1, 1, 1, 0],
      x: [[3], [2], [9], [1.5]],
    },
    'one row out of order': {
      time: range(30).map((i) => i + 1),
      event: range(30).map(() => 1),
      x: range(30).map((i) => [i === 20 ? 19.5 : i === 19 ? 20 : i]),
    },
    'tied events that differ (Efron)': { time: [1, 1, 2, 3], event: [1, 1, 1, 0], x: [[5], [3], [2], [1]] },
    'a column that is large between strata only': {
      ...noisy(120, 1, ([a = 0]) => a),
      x: noisy(120, 1, ([a = 0]) => a).x.map(([a = 0], i) => [a + 1e7 * (i % 3)]),
      strata: range(120).map((i) => i % 3),
    },
  };
  it.each(Object.entries(settled))('%s', (_, rows) => {
    expect(failure(rows)).toBeUndefined();
  });

  it('keeps the digits of a column that is large between strata only', () => {
    const plain = noisy(120, 1, ([a = 0]) => a);
    const strata = range(120).map((i) => i % 3);
    const far = { ...plain, x: plain.x.map(([a = 0], i) => [a + 1e6 * (i % 3)]), strata };
    const [near, shifted] = [fitCox(toInput({ ...plain, strata })), fitCox(toInput(far))];
    expect(shifted.coefficients[0]).toBeCloseTo(near.coefficients[0]!, 8);
  });
});

describe('fitCox names a column that is no column of its own', () => {
  const time = [1, 2, 3, 4, 5];
  const event = [1, 1, 0, 1, 1];
  it.each<[string, Rows, RegExp]>([
    ['constant', { time, event, x: range(5).map((i) => [(i * 3) % 5, 7]) }, /^column 1 is constant$/],
    [
      'constant in every stratum',
      { time, event, strata: [0, 1, 0, 1, 0], x: range(5).map((i) => [(i * i) % 3, i % 2]) },
      /^column 1 is constant in every stratum$/,
    ],
    [
      'a multiple',
      { time, event, x: range(5).map((i) => [(i * 3) % 5, 2 * ((i * 3) % 5) + 1]) },
      /^column 1 follows/,
    ],
    [
      'a sum of two',
      { ...noisy(50, 2, () => 0), x: noisy(50, 2, () => 0).x.map(([a = 0, b = 0]) => [a, b, a - 3 * b]) },
      /^column 2 follows/,
    ],
    [
      'constant among those at risk at events',
      { time: [1, 1.5, 3, 4, 5], event: [0, 0, 1, 1, 0], x: [[3], [4], [1], [1], [1]] },
      /^column 0 follows .* or is constant in every risk set$/,
    ],
    [
      'as many columns as rows',
      { time, event, x: range(5).map((i) => range(5).map((j) => (i * j + j) % 7)) },
      /5 columns .* 5 rows/,
    ],
    [
      'the last event alone',
      { time: [1, 2, 3], event: [0, 0, 1], x: [[1], [0], [4]] },
      /constant in every risk set/,
    ],
  ])('%s', (_, rows, expected) => {
    expect(failure(rows)).toEqual({ code: 'COX_COLLINEAR', detail: expect.stringMatching(expected) });
  });

  it.each<Ties>(['efron', 'breslow', 'exact'])('and nobody with an event (%s)', (ties) => {
    expect(failure({ time, event: [0, 0, 0, 0, 0], x: time.map((t) => [t]), ties })?.code).toBe(
      'SURVIVAL_NO_EVENTS',
    );
  });
});

/** Is the likelihood bounded away from its supremum, told from all differences within risk sets, in integers? */
const verdict = ({ time, event, entry, x, ties }: Rows): 'collinear' | 'separated' | 'fine' => {
  const differences: [number, number][] = [];
  range(time.length).forEach((i) => {
    if (event[i] !== 1) return;
    range(time.length).forEach((j) => {
      if (time[j]! < time[i]! || (entry?.[j] ?? 0) >= time[i]!) return;
      const diesToo = time[j] === time[i] && event[j] === 1;
      if (ties === 'exact' && diesToo) return;
      differences.push([x[i]![0]! - x[j]![0]!, x[i]![1]! - x[j]![1]!]);
    });
  });
  const real = differences.filter(([a, b]) => a !== 0 || b !== 0);
  const [first] = real;
  if (first === undefined || real.every(([a, b]) => a * first[1] === b * first[0])) return 'collinear';
  // An unbounded cone of directions has an edge, and an edge stands upright on one of the differences.
  const directions = real.flatMap(([a, b]) => [[-b, a] as const, [b, -a] as const]);
  const grows = directions.some(([u, v]) => real.every(([a, b]) => a * u + b * v >= 0));
  return grows ? 'separated' : 'fine';
};

const small = fc
  .array(
    fc.record({
      time: fc.integer({ min: 1, max: 6 }),
      entry: fc.integer({ min: 0, max: 3 }),
      event: fc.boolean(),
      x: fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })),
    }),
    { minLength: 4, maxLength: 14 },
  )
  .filter((rows) => rows.some(({ event }) => event));

it('tells separation, collinearity and neither apart, as the differences within risk sets do', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(
      small,
      fc.constantFrom<Ties>('efron', 'breslow', 'exact'),
      fc.boolean(),
      (rows, ties, delayed) => {
        const entry = rows.map((row) => Math.min(row.entry, row.time - 1));
        const cohort: Rows = {
          time: rows.map((row) => row.time),
          event: rows.map((row) => Number(row.event)),
          x: rows.map((row) => row.x),
          ties,
          ...(delayed && { entry }),
        };
        const expected = verdict(cohort);
        seen.set(expected, (seen.get(expected) ?? 0) + 1);
        const codes = { collinear: 'COX_COLLINEAR', separated: 'COX_SEPARATED', fine: undefined };
        expect(failure(cohort)?.code).toBe(codes[expected]);
      },
    ),
    { numRuns: 600, seed: 20240501 },
  );
  for (const kind of ['collinear', 'separated', 'fine']) expect(seen.get(kind)).toBeGreaterThan(30);
});

it('isCoxFailure knows the three codes and no other', () => {
  expect(
    (['COX_COLLINEAR', 'COX_SEPARATED', 'COX_NOT_CONVERGED'] as const).map((code) =>
      isCoxFailure(new CdsError(code, 'x')),
    ),
  ).toEqual([true, true, true]);
  expect(
    [new CdsError('SURVIVAL_NO_EVENTS', 'x'), new Error('COX_SEPARATED'), undefined].map(isCoxFailure),
  ).toEqual([false, false, false]);
});
