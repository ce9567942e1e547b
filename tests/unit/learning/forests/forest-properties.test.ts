import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitClassificationForest,
  fitSurvivalForest,
  forestContributions,
  permutationImportance,
  predictClassProbabilities,
  predictMortality,
} from '../../../../src/learning/forests/index.ts';
import { createRandom } from '../../../../src/numerics/index.ts';
import { madeData } from './made-data.ts';

const made = madeData(60, 3, 11, { steps: 4, missing: 0.1 });
type Input = Parameters<typeof fitSurvivalForest>[0];
type ClassInput = Parameters<typeof fitClassificationForest>[0];
const fit = (over: Partial<Input> = {}) =>
  fitSurvivalForest({ ...made, trees: 20, random: createRandom(1), ...over });
const fitClasses = (over: Partial<ClassInput> = {}) =>
  fitClassificationForest({ ...made, trees: 20, random: createRandom(1), ...over });
const censored = { time: made.data.time, event: new Uint8Array(60) };

describe('what forests do not hang on', () => {
  it('the scale of features (here exact in float32)', async () => {
    const before = predictMortality(await fit(), made.x);
    const scale = fc.constantFrom(0.25, 2, 8);
    await fc.assert(
      fc.asyncProperty(scale, fc.integer({ min: -8, max: 8 }), async (factor, shift) => {
        const x = made.x.map((value) => value * factor + shift);
        expect(predictMortality(await fit({ x }), x)).toEqual(before);
      }),
      { numRuns: 8 },
    );
  });

  it('a monotone change of features: training rows go the same ways', async () => {
    // Thresholds lie in the middle of two training values, which a change moves: only those values stay on their side.
    const whole = { withReplacement: false, sampleShare: 1 };
    const x = made.x.map((value) => Math.exp(value));
    const [changed, before] = await Promise.all([fit({ x, ...whole }), fit(whole)]);
    expect(predictMortality(changed, x)).toEqual(predictMortality(before, made.x));
    expect(changed.nodes.feature).toEqual(before.nodes.feature);
  });

  it('a monotone change of time', async () => {
    const data = { ...made.data, time: made.data.time.map((t) => t ** 3 + 1) };
    const [changed, before] = await Promise.all([fit({ data }), fit()]);
    expect(changed.nodes).toEqual(before.nodes);
    expect(changed.outOfBagError).toBe(before.outOfBagError);
  });

  it('the seed fixes all, another gives another forest', async () => {
    expect((await fit()).nodes).toEqual((await fit()).nodes);
    expect((await fit({ random: createRandom(2) })).outOfBag).not.toEqual((await fit()).outOfBag);
  });

  it('finite on any data: few rows, ties everywhere, missing values', async () => {
    const seeds = fc.integer({ min: 0, max: 1e6 });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 25 }), seeds, fc.boolean(), expectWhole), {
      numRuns: 60,
    });
  });
});

const sumOfRow = (values: Float64Array, row: number, width: number): number =>
  values.subarray(row * width, (row + 1) * width).reduce((a, b) => a + b, 0);

const expectWhole = async (n: number, seed: number, withReplacement: boolean): Promise<void> => {
  const small = madeData(n, 2, seed, { steps: 1, missing: 0.4 });
  const data = { time: small.data.time.map((t) => Math.ceil(2 * t)), event: small.data.event };
  data.event[0] = 1;
  const settings = { trees: 5, minimumNodeSize: 1, withReplacement, random: createRandom(seed) };
  const mortality = predictMortality(await fitSurvivalForest({ ...small, data, ...settings }), small.x);
  expect(mortality.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
  const forest = await fitClassificationForest({ ...small, ...settings });
  const probabilities = predictClassProbabilities(forest, small.x);
  const { baseline, contributions } = forestContributions(forest, small.x, { classIndex: 0 });
  for (let row = 0; row < n; row++) {
    expect(sumOfRow(probabilities, row, 3)).toBeCloseTo(1, 12);
    expect(baseline + sumOfRow(contributions, row, 2)).toBeCloseTo(probabilities[3 * row] ?? NaN, 12);
  }
};

describe('bags', () => {
  it('hold clusters whole: a duplicated patient predicts nothing of himself out of bag', async () => {
    const noise = madeData(60, 3, 5);
    const twice = (values: Float64Array): Float64Array => Float64Array.from([...values, ...values]);
    const data = {
      time: twice(made.data.time),
      event: Uint8Array.from([...made.data.event, ...made.data.event]),
    };
    const input = { x: twice(noise.x), data, trees: 100, minimumNodeSize: 1 };
    const clusters = Int32Array.from({ length: 120 }, (_, row) => (row % 60) * 7);
    const [apart, together] = await Promise.all([fit(input), fit({ ...input, clusters })]);
    expect(apart.outOfBagError).toBeLessThan(0.3); // the twin gives it away
    expect(together.outOfBagError).toBeGreaterThan(0.4);
    expect(together.outOfBag.slice(0, 60)).toEqual(together.outOfBag.slice(60));
  });

  it('that hold all rows leave nothing out: NaN, as documented', async () => {
    const forest = await fit({ withReplacement: false, sampleShare: 1 });
    expect(new Set(forest.outOfBag)).toEqual(new Set([NaN]));
    expect(forest.outOfBagError).toBeNaN();
    expect(() => permutationImportance(forest, { ...made, random: createRandom(1) })).toThrow(
      expect.objectContaining({ code: 'LEARNING_INPUT_INVALID' }) as Error,
    );
  });
});

describe('missing values', () => {
  it('go the way that gives the better split, and the larger way where training saw none', async () => {
    // Labels follow the feature: missing ones are of class 1, as are those above 5.
    const x = Float64Array.from([1, 2, 3, 4, 6, 7, 8, 9, NaN, NaN]);
    const labels = Int32Array.from([0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    const whole = {
      trees: 1,
      withReplacement: false,
      sampleShare: 1,
      columns: 1,
      classes: 2,
      minimumNodeSize: 1,
    };
    const forest = await fitClasses({ ...whole, x, labels });
    expect([...predictClassProbabilities(forest, Float64Array.of(NaN, 5, 5.5))]).toEqual([0, 1, 1, 0, 0, 1]);
    const seen = await fitClasses({ ...whole, x: x.slice(0, 7), labels: labels.slice(0, 7) });
    expect([...predictClassProbabilities(seen, Float64Array.of(NaN))]).toEqual([1, 0]);
  });
});

describe('permutation importance', () => {
  it('of a group permutes its columns together', async () => {
    const forest = await fit({ trees: 50 });
    const input = { ...made, random: createRandom(1), groups: [[0, 1], [2]] };
    const [signal = NaN, noise = NaN] = permutationImportance(forest, input);
    expect(signal).toBeGreaterThan(0.05);
    expect(Math.abs(noise)).toBeLessThan(0.05);
  });
});

describe('threads', () => {
  it('end when the signal aborts, with its reason', async () => {
    const big = madeData(2000, 20, 1);
    const cancel = new AbortController();
    const growing = fit({ ...big, trees: 5000, threads: 2, signal: cancel.signal });
    cancel.abort(new Error('enough'));
    await expect(growing).rejects.toThrow('enough');
  });
});

describe('bad input is named', () => {
  it.each<[string, Partial<Input>, string, string]>([
    ['an infinite value', { x: made.x.with(4, Infinity) }, 'LEARNING_INPUT_INVALID', 'row 1, column 1'],
    ['a value beyond float32', { x: made.x.with(0, 1e39) }, 'LEARNING_INPUT_INVALID', 'infinite as float32'],
    ['no rows', { x: new Float64Array(0) }, 'LEARNING_INPUT_INVALID', 'x has 0 values'],
    ['half a row', { columns: 7 }, 'LEARNING_INPUT_INVALID', 'columns'],
    ['no columns', { columns: 0 }, 'LEARNING_INPUT_INVALID', 'columns is 0'],
    ['other lengths', { x: made.x.slice(3) }, 'LEARNING_INPUT_INVALID', 'data has 60 rows, x 59'],
    ['only censored rows', { data: censored }, 'SURVIVAL_NO_EVENTS', 'censored'],
    [
      'delayed entry',
      { data: { ...made.data, entry: new Float64Array(60) } },
      'LEARNING_INPUT_INVALID',
      'entry',
    ],
    [
      'a negative time',
      { data: { ...made.data, time: made.data.time.with(3, -1) } },
      'SURVIVAL_INPUT_INVALID',
      'time',
    ],
    ['no trees', { trees: 0 }, 'LEARNING_INPUT_INVALID', 'trees is 0'],
    ['too many features', { featuresPerSplit: 4 }, 'LEARNING_INPUT_INVALID', 'featuresPerSplit is 4'],
    ['no node size', { minimumNodeSize: 0 }, 'LEARNING_INPUT_INVALID', 'minimumNodeSize'],
    ['half a level', { maximumDepth: 1.5 }, 'LEARNING_INPUT_INVALID', 'maximumDepth'],
    ['an empty bag', { sampleShare: 0 }, 'LEARNING_INPUT_INVALID', 'sampleShare'],
    ['half a thread', { threads: 0.5 }, 'LEARNING_INPUT_INVALID', 'threads'],
    ['few clusters', { clusters: new Int32Array(3) }, 'LEARNING_INPUT_INVALID', 'clusters has 3'],
  ])('%s', async (_, over, code, detail) => {
    await expect(fit(over)).rejects.toMatchObject({
      code,
      detail: expect.stringContaining(detail) as string,
    });
  });

  it.each<[string, Partial<ClassInput>, string]>([
    ['a label out of range', { labels: made.labels.with(2, 3) }, 'row 2 is 3'],
    ['a negative label', { labels: made.labels.with(2, -1) }, 'row 2 is -1'],
    ['one class', { classes: 1 }, 'classes is 1'],
    ['other lengths', { labels: new Int32Array(2) }, 'labels has 2 rows'],
  ])('%s', async (_, over, detail) => {
    await expect(fitClasses(over)).rejects.toMatchObject({
      code: 'LEARNING_INPUT_INVALID',
      detail: expect.stringContaining(detail) as string,
    });
  });
});

describe('little data', () => {
  it('one event is enough', async () => {
    const event = new Uint8Array(60);
    event[10] = 1;
    const mortality = predictMortality(await fit({ data: { time: made.data.time, event } }), made.x);
    expect(Math.max(...mortality)).toBeGreaterThan(0);
  });

  it('one row is a forest of leaves', async () => {
    const x = Float64Array.of(1, 2, 3);
    const data = { time: Float64Array.of(2), event: Uint8Array.of(1) };
    const forest = await fit({ x, data });
    expect([...predictMortality(forest, x)]).toEqual([1]);
    expect(forest.outOfBagError).toBeNaN();
  });
});
