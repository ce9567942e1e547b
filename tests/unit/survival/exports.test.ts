/** Every exported function of the room against every kind of bad input: nothing answers NaN, nothing hangs. */
import { describe, expect, it } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import * as survival from '../../../src/survival/index.ts';
import { good, ids, type Input, N, type Part, ROWS } from './exports.ts';

const random = createRandom(6);

const spoilt = (values: Float64Array, value: number): Float64Array => values.with(0, value);

/** Changes of the input, each with the part that makes it bad. */
const BAD: readonly (readonly [string, Part, (input: Input) => Partial<Input>])[] = [
  ...[NaN, Infinity, -Infinity, -1, 0].map(
    (value) => [`a time of ${value}`, 'time', ({ time }: Input) => ({ time: spoilt(time, value) })] as const,
  ),
  ['no rows', 'time', () => ({ ...empty })],
  ['too few times', 'time', ({ time }) => ({ time: time.slice(1) })],
  ['too few events', 'event', ({ event }) => ({ event: event.slice(1) })],
  ['an event of 2', 'event', ({ event }) => ({ event: event.with(0, 2) })],
  [
    'an entry of NaN',
    'time',
    ({ time }) => ({
      entry: spoilt(
        time.map(() => 0),
        NaN,
      ),
    }),
  ],
  [
    'an entry that is infinite',
    'time',
    ({ time }) => ({
      entry: spoilt(
        time.map(() => 0),
        -Infinity,
      ),
    }),
  ],
  [
    'an entry at the end',
    'time',
    ({ time }) => ({
      entry: spoilt(
        time.map(() => 0),
        time[0]!,
      ),
    }),
  ],
  ['too few entries', 'time', () => ({ entry: new Float64Array(3) })],
  ...(['x', 'score', 'risk', 'weights'] as const).flatMap((part) => [
    ...[NaN, Infinity, -Infinity].map(
      (value) => [`${value} in ${part}`, part, (i: Input) => ({ [part]: spoilt(i[part], value) })] as const,
    ),
    [`a value too few in ${part}`, part, (i: Input) => ({ [part]: i[part].slice(1) })] as const,
    [`nothing in ${part}`, part, () => ({ [part]: new Float64Array(0) })] as const,
  ]),
  ['a negative weight', 'weights', ({ weights }) => ({ weights: spoilt(weights, -1) })],
  ['weights of 0', 'weights', ({ weights }) => ({ weights: weights.map(() => 0) })],
  ['a risk below 0', 'risk', ({ risk }) => ({ risk: spoilt(risk, -0.1) })],
  ['a risk above 1', 'risk', ({ risk }) => ({ risk: spoilt(risk, 1.1) })],
  ...(['strata', 'cluster', 'groups', 'foldIds'] as const).flatMap((part) => [
    [`a value too few in ${part}`, part, (i: Input) => ({ [part]: i[part].slice(1) })] as const,
    [`nothing in ${part}`, part, () => ({ [part]: new Int32Array(0) })] as const,
  ]),
  ['one cluster', 'cluster', ({ cluster }) => ({ cluster: cluster.map(() => 7) })],
  ['one fold', 'foldIds', ({ foldIds }) => ({ foldIds: foldIds.map(() => 7) })],
  ['no columns', 'columns', () => ({ columns: 0, x: new Float64Array(0) })],
  ['half a column', 'columns', () => ({ columns: 0.5 })],
  ['a column too many', 'columns', () => ({ columns: 3 })],
  ...[NaN, Infinity, 0, -1].map(
    (horizon) => [`a horizon of ${horizon}`, 'horizon', () => ({ horizon })] as const,
  ),
  ...[NaN, 0, 1, -1, 2].map((level) => [`a level of ${level}`, 'level', () => ({ level })] as const),
];
const empty = { time: new Float64Array(0), event: new Uint8Array(0) };

/** Where a number of an answer is NaN; undefined where none is. */
const findNaN = (value: unknown, path = 'answer'): string | undefined => {
  if (typeof value === 'number') return Number.isNaN(value) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const found = findNaN(part, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** NaN is the documented answer: an interval where survival is 0, values a patient does not have. */
const DOCUMENTED = new Set(['survivalInterval', 'survivalAt']);

const functions = Object.entries(survival).filter(([, value]) => typeof value === 'function');

it('has a row for every function, and no other', () => {
  expect(Object.keys(ROWS).sort()).toEqual(functions.map(([name]) => name).sort());
});

const outcome = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};

const LETS_THROUGH: ReadonlySet<string> = new Set([
  // A horizon of infinity follows patients to their end.
  'landmarkOutcomes: a horizon of Infinity',
  'stackLandmarks: a horizon of Infinity',
]);

describe.each(Object.entries(ROWS))('%s', (name, { call, takes }) => {
  it('answers valid input, without NaN', () => {
    const answer = outcome(() => call(good()));
    expect(answer).not.toBeInstanceOf(Error);
    if (!DOCUMENTED.has(name)) expect(findNaN(answer)).toBeUndefined();
  });

  it.each(BAD.filter(([, part]) => takes.includes(part)))('refuses %s', (label, _, change) => {
    const input = good();
    const answer = outcome(() => call({ ...input, ...change(input) }));
    if (LETS_THROUGH.has(`${name}: ${label}`)) expect(findNaN(answer)).toBeUndefined();
    else expect(answer, 'is answered').toBeInstanceOf(CdsError);
  });

  it('never answers NaN, nor with an error without a name', () => {
    for (const [label, , change] of BAD) {
      const input = good();
      const answer = outcome(() => call({ ...input, ...change(input) }));
      if (answer instanceof Error) expect(answer, label).toBeInstanceOf(CdsError);
      else if (!DOCUMENTED.has(name)) expect(findNaN(answer), label).toBeUndefined();
    }
  });

  it.each([
    ['nobody has the event', ({ event }: Input) => ({ event: event.map(() => 0) })],
    ['everybody has it', ({ event }: Input) => ({ event: event.map(() => 1) })],
    ['one has it', ({ event }: Input) => ({ event: event.map((_, at) => Number(at === 5)) })],
    ['everything is tied', ({ time }: Input) => ({ time: time.map(() => 4) })],
    ['columns are constant', ({ x }: Input) => ({ x: x.map(() => 3) })],
    [
      'a column is twice the other',
      ({ x }: Input) => ({ x: x.map((value, at) => (at % 2 ? 2 * x[at - 1]! : value)) }),
    ],
    [
      'there are more columns than rows',
      () => ({ columns: 30, x: Float64Array.from({ length: 30 * N }, () => random.normal()) }),
    ],
    [
      'scores are all the same',
      ({ score, risk }: Input) => ({ score: score.map(() => 1), risk: risk.map(() => 0.5) }),
    ],
    ['risks are 0 and 1', ({ risk }: Input) => ({ risk: risk.map((_, at) => at % 2) })],
    [
      'a group, stratum, cluster and fold has one row',
      () => {
        const alone = ids((at) => Number(at === 0));
        return { groups: alone, strata: alone, cluster: alone, foldIds: alone };
      },
    ],
    ['every row is a stratum and a group', () => ({ strata: ids((at) => at), groups: ids((at) => at) })],
    ['rows enter late', ({ time }: Input) => ({ entry: time.map((end, at) => (at % 2 ? end / 2 : 0)) })],
    ['times are 1e8', ({ time }: Input) => ({ time: time.map((end) => end * 1e8), horizon: 6e8 })],
    ['times are 1e-8', ({ time }: Input) => ({ time: time.map((end) => end * 1e-8), horizon: 6e-8 })],
    [
      'weights differ by 1e12',
      ({ weights }: Input) => ({ weights: weights.map((_, at) => (at % 2 ? 1e6 : 1e-6)) }),
    ],
    [
      'scores are as large as doubles',
      ({ score }: Input) => ({ score: score.map((value) => value * 1e300) }),
    ],
    ['covariates vary a little about 1e6', ({ x }: Input) => ({ x: x.map((value) => 1e6 + value * 1e-3) })],
  ] as const)('where %s: an answer without NaN, or an error with a name', (_, change) => {
    const input = good();
    const answer = outcome(() => call({ ...input, ...(change(input) as Partial<Input>) }));
    if (answer instanceof Error) expect(answer).toBeInstanceOf(CdsError);
    else if (!DOCUMENTED.has(name)) expect(findNaN(answer)).toBeUndefined();
  });
});
