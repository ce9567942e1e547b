import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createTrainingSession } from '../../../src/learning/autodiff/index.ts';
import {
  buildScoringModel,
  buildTrainingStep,
  createCohortLoss,
  FIRST_MOMENT,
  initialParameters,
  mapSize,
  parameterCount,
  parametersOf,
  type ResNetSpec,
} from '../../../src/learning/resnet/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { uniformValues } from '../../support/uniform-values.ts';
import { valuesOf } from './session.ts';

const SPEC: ResNetSpec = {
  depth: 10,
  width: 4,
  sizeVoxels: 16,
  strides: [1, 2, 2, 1],
  stemPool: false,
  groups: 2,
};
const SERVED: ResNetSpec = { ...SPEC, width: 16, sizeVoxels: 64, stemPool: true, groups: 8 };
const MEGABYTE = 2 ** 20;
const invalid = (): unknown => expect.objectContaining({ code: 'LEARNING_INPUT_INVALID' });

describe('the network', () => {
  it('has the parameters of its definition, counted by hand, in at most 8 MB', () => {
    // stem 7^3; stages: first, second and (where channels change) shortcut; norms have 2 a channel; head.
    const stage = (from: number, to: number) =>
      27 * to * (from + to) + 4 * to + (from === to ? 0 : from * to + 2 * to);
    const expected = 343 * 16 + 32 + stage(16, 16) + stage(16, 32) + stage(32, 64) + stage(64, 128) + 256;
    expect(parameterCount(SERVED)).toBe(expected);
    const model = buildScoringModel(SERVED, initialParameters(SERVED, createRandom(1)), { mean: 0, sd: 1 });
    expect(model.length).toBeGreaterThan(4 * expected);
    expect(model.length).toBeLessThan(8 * MEGABYTE);
  });

  it('of 18 layers has twice the blocks, whose second ones have no shortcut to learn', () => {
    const names = parametersOf({ ...SPEC, depth: 18 }).map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('.first.weight'))).toHaveLength(8);
    expect(names.filter((name) => name.includes('shortcut.weight'))).toEqual([
      'stage2.block1.shortcut.weight',
      'stage3.block1.shortcut.weight',
      'stage4.block1.shortcut.weight',
    ]);
  });

  it.each([
    [[1, 2, 2, 2], true, 2],
    [[1, 2, 2, 1], true, 4],
    [[1, 2, 1, 1], true, 8],
    [[1, 2, 2, 2], false, 4],
  ] as const)('with strides %j, pooled: %s, leaves a map of %i', (strides, stemPool, size) => {
    expect(mapSize({ ...SERVED, strides, stemPool })).toBe(size);
  });

  it('starts as He says, from the seed alone', () => {
    const parameters = initialParameters(SERVED, createRandom(5));
    expect(initialParameters(SERVED, createRandom(5))).toEqual(parameters);
    expect(initialParameters(SERVED, createRandom(6))).not.toEqual(parameters);
    const { data } = parameters.get('stage4.block1.second.weight')!;
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    expect(variance / (2 / (128 * 27))).toBeCloseTo(1, 1);
    expect(new Set(parameters.get('stem.scale')!.data)).toEqual(new Set([1]));
    expect(new Set(parameters.get('stem.shift')!.data)).toEqual(new Set([0]));
  });

  it.each([
    ['another depth', { depth: 12 }],
    ['no channels', { width: 0 }],
    ['a fraction of a voxel', { sizeVoxels: 16.5 }],
    ['a stride of 3', { strides: [1, 2, 3, 1] }],
    ['three stages', { strides: [1, 2, 2] }],
    ['groups that do not divide the width', { groups: 3 }],
    ['a volume too small to normalise', { sizeVoxels: 2, groups: 4 }],
  ])('refuses %s', (_, change) => {
    const spec = { ...SPEC, ...change } as ResNetSpec;
    expect(() => parametersOf(spec)).toThrow(invalid());
  });

  it('refuses parameters that are missing, of another shape or not finite, and an sd of 0', () => {
    const good = initialParameters(SPEC, createRandom(1));
    const build = (parameters: typeof good, sd = 1) => buildScoringModel(SPEC, parameters, { mean: 0, sd });
    const changed = (data: Float32Array, dims: readonly number[]) =>
      new Map(good).set('head.weight', { data, dims });
    expect(() => build(new Map([...good].slice(1)))).toThrow(invalid());
    expect(() => build(changed(new Float32Array(64), [1, 64]))).toThrow(invalid());
    expect(() => build(changed(new Float32Array(64).fill(NaN), [64, 1]))).toThrow(invalid());
    expect(() => build(good, 0)).toThrow(invalid());
  });
});

const size = SPEC.sizeVoxels ** 3;
const volumes = (seed: number, pairs: number) => uniformValues(seed, [pairs, size], 0, 1);

const score = async (model: Uint8Array, baseline: Float32Array, postoperative: Float32Array) => {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const dims = [baseline.length / size, 1, 16, 16, 16];
  const outputs = await session.run({
    baseline: new Tensor('float32', baseline, dims),
    postoperative: new Tensor('float32', postoperative, dims),
  });
  await session.release();
  return outputs;
};

describe('the scoring model', () => {
  const parameters = initialParameters(SPEC, createRandom(3));
  const standardisation = { mean: -0.4, sd: 0.25 };
  const model = buildScoringModel(SPEC, parameters, standardisation);
  const [baseline, postoperative] = [volumes(1, 3), volumes(2, 3)];

  it('has activation maps whose means, less mean / sd, add up to the risk score', async () => {
    const outputs = await score(model, baseline, postoperative);
    const maps = ['activation:baseline', 'activation:postoperative'].map((name) => outputs[name]!);
    for (const map of maps) expect(map.dims).toEqual([3, 2, 2, 2]);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    valuesOf(outputs['riskScore']).forEach((riskScore, row) => {
      const parts = maps.map((map) => mean(valuesOf(map).slice(row * 8, (row + 1) * 8)));
      expect(parts[0]).not.toBeCloseTo(parts[1]!, 2);
      expect(parts[0]! + parts[1]! - standardisation.mean / standardisation.sd).toBeCloseTo(riskScore, 4);
    });
  });

  it('scores a patient alone as among others, and tells the CTs apart', async () => {
    const all = valuesOf((await score(model, baseline, postoperative))['riskScore']);
    const second = (values: Float32Array) => values.slice(size, 2 * size);
    const alone = await score(model, second(baseline), second(postoperative));
    expect(valuesOf(alone['riskScore'])[0]).toBeCloseTo(all[1]!, 4);
    const changedOver = await score(model, second(postoperative), second(baseline));
    expect(Math.abs(valuesOf(changedOver['riskScore'])[0]! - all[1]!)).toBeGreaterThan(1e-3);
  });

  it('gives the eta of the training step, whose filled up rows move nothing', async () => {
    const cohort = createCohortLoss({ time: Float64Array.of(3, 1, 2, 5), event: Uint8Array.of(1, 0, 1, 1) });
    const step = buildTrainingStep(SPEC, { pairs: 3, events: cohort.columns, optimiser: { beta1: 0 } });
    const session = await createTrainingSession(step);
    const rates = { learningRate: Float32Array.of(0), step: Float32Array.of(1) };
    const inputs = { ...cohort.inputs([0, 2], new Float64Array(4), 3), ...rates };
    const slopesWith = async (third: number) => {
      const filled = [baseline, postoperative].map((images) => images.slice().fill(third, 2 * size));
      session.load(parameters);
      const { eta, loss } = await session.run({ ...inputs, baseline: filled[0]!, postoperative: filled[1]! });
      const slopes = [...session.state()].filter(([name]) => name.startsWith(FIRST_MOMENT));
      return { eta: Array.from(eta!), loss: loss![0]!, slopes };
    };
    const [empty, full] = [await slopesWith(0), await slopesWith(0.7)];
    expect(full.slopes.map(([, { data }]) => data.some((value) => value !== 0))).not.toContain(false);
    expect(full.loss).toBeCloseTo(empty.loss, 5);
    full.slopes.forEach(([name, { data }], i) => {
      const other = empty.slopes[i]![1].data;
      const furthest = Math.max(...data.map((value, at) => Math.abs(value - other[at]!)));
      expect(furthest, name).toBeLessThan(1e-5);
    });
    const scored = buildScoringModel(SPEC, parameters, { mean: 0, sd: 1 });
    const riskScores = valuesOf((await score(scored, baseline, postoperative))['riskScore']);
    expect(empty.eta[0]).toBeCloseTo(riskScores[0]!, 4);
    expect(empty.eta[1]).toBeCloseTo(riskScores[1]!, 4);
    await session.release();
  });

  it('refuses a step without pairs or columns', () => {
    expect(() => buildTrainingStep(SPEC, { pairs: 0, events: 1 })).toThrow(invalid());
    expect(() => buildTrainingStep(SPEC, { pairs: 1, events: 1.5 })).toThrow(invalid());
  });
});
