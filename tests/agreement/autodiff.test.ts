/** Gradients and training losses beside PyTorch's (fixtures/autodiff.py, float64); ours are float32. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as ad from '../../src/learning/autodiff/index.ts';
import { graphBuilder } from '../../src/learning/onnx/index.ts';
import { buildLossGradients } from '../support/resnet-gradients.ts';
import { type Told, worstError } from '../support/told.ts';
import { uniformValues } from '../support/uniform-values.ts';
import {
  buildTrainingStep,
  type ParameterSpec,
  parametersOf,
  type ResNetSpec,
} from '../../src/learning/resnet/index.ts';

interface OperationCase {
  readonly name: string;
  readonly shapes: number[][];
  readonly range: [number, number];
  readonly output: Told;
  readonly gradients: Told[];
}
interface NetworkCase {
  readonly spec: ResNetSpec;
  readonly eta: number[];
  readonly loss: number;
  readonly gradients: Record<string, Told>;
  readonly losses: number[];
}
interface Fixture {
  readonly torch: string;
  readonly operations: OperationCase[];
  readonly cohort: Record<string, (number | null)[]>;
  readonly cox: { readonly eta: number[]; readonly loss: number; readonly gradient: number[] };
  readonly networks: NetworkCase[];
}

const fixture = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'fixtures/autodiff.json'), 'utf8'),
) as Fixture;

/** Of a gradient's Euclidean norm. */
const TOLERANCE = 1e-5;

type Operation = (...inputs: ad.Tensor[]) => ad.Tensor;
const s = (x: ad.Tensor, value: number): ad.Tensor => x.tape.scalar(value);

/** Ours, by the name of PyTorch's case. */
const OPERATIONS: Record<string, Operation> = {
  add: ad.add,
  sub: ad.sub,
  mul: ad.mul,
  'mul-itself': (a) => ad.mul(a, a),
  div: ad.div,
  neg: ad.neg,
  exp: ad.exp,
  log: ad.log,
  sqrt: ad.sqrt,
  relu: ad.relu,
  sigmoid: ad.sigmoid,
  softplus: ad.softplus,
  tanh: ad.tanh,
  reshape: (a) => ad.reshape(a, [3, 4]),
  transpose: (a) => ad.transpose(a, [2, 0, 1]),
  slice: (a) =>
    ad.slice(a, [
      { axis: 0, from: 1, to: 4 },
      { axis: 1, from: 1, to: 7, step: 2 },
    ]),
  pad: (a) =>
    ad.pad(a, [
      { axis: 0, before: 1, after: 3 },
      { axis: 1, before: 2, after: 0 },
    ]),
  concat: (a, b) => ad.concat([a, b], 1),
  reduceSum: (a) => ad.reduceSum(a, [0, 2]),
  reduceMean: (a) => ad.reduceMean(a, [1]),
  matMul: (a, b) => ad.matMul(a, b),
  'matMul-ta': (a, b) => ad.matMul(a, b, { a: true }),
  'matMul-tb': (a, b) => ad.matMul(a, b, { b: true }),
  'matMul-ta-tb': (a, b) => ad.matMul(a, b, { a: true, b: true }),
  dense: (x, w, b) => ad.dense(x, w, b),
  meanSquaredError: ad.meanSquaredError,
  binaryCrossEntropy: (z, y) => ad.binaryCrossEntropy(ad.sub(ad.mul(z, s(z, 6)), s(z, 3)), y),
  globalAveragePool: ad.globalAveragePool,
  groupNorm: (x, scale, shift) => ad.groupNorm(x, scale, shift, { groups: 3 }),
  maxPool3d: (x) => ad.maxPool3d(x, { kernel: 3, stride: 2, padding: 1 }),
  'maxPool3d-2': (x) => ad.maxPool3d(x, { kernel: 2, stride: 2, padding: 0 }),
};

const operationOf = (name: string): Operation => {
  const convolution = /^conv3d k\d s(\d) p(\d)/.exec(name);
  if (convolution !== null) {
    const stride = Number(convolution[1]) as 1 | 2;
    return (x, w) => ad.conv3d(x, w, { stride, padding: Number(convolution[2]) });
  }
  return OPERATIONS[name] ?? expect.fail(`no operation ${name}`);
};

describe(`gradients of single operations, beside PyTorch ${fixture.torch}`, () => {
  it('has a case for each operation', () => {
    const names = fixture.operations.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(OPERATIONS)));
  });

  it.each(fixture.operations)('$name', async ({ name, shapes, range, output, gradients }) => {
    const graph = graphBuilder('operation');
    const tape = ad.createTape(graph);
    const inputs = shapes.map((shape, i) => tape.parameter(`x${i}`, shape));
    const y = operationOf(name)(...inputs);
    const shape = y.shape.map(Number);
    const loss = ad.sumAll(ad.mul(y, tape.input('weights', shape)));
    const slopes = ad.gradients(loss, inputs);
    tape.output('y', y);
    slopes.forEach((slope, i) => {
      tape.output(`d${i}`, slope);
    });
    const session = await ad.createTrainingSession(graph.build());
    const given = Object.fromEntries(
      shapes.map((dims, i) => [`x${i}`, uniformValues(1 + i, dims, ...range)]),
    );
    const made = await session.run({ ...given, weights: uniformValues(50, shape) });
    expect(worstError(made['y'], output)).toBeLessThan(TOLERANCE);
    gradients.forEach((told, i) => {
      expect(slopes[i]?.shape).toEqual(shapes[i]);
      expect(worstError(made[`d${i}`], told), `gradient ${i}`).toBeLessThan(TOLERANCE);
    });
    await session.release();
  });
});

const cohort = Object.fromEntries(
  Object.entries(fixture.cohort).map(([name, values]) => [
    name,
    Float32Array.from(values, (value) => value ?? -Infinity),
  ]),
);

/** What autodiff.py starts from: uniform values with the variance of He's. */
const start = ({ dims, role }: ParameterSpec, seed: number): Float32Array => {
  if (role === 'scale') return uniformValues(seed, dims, 0.7, 1.3);
  if (role === 'shift') return uniformValues(seed, dims, -0.3, 0.3);
  const isHead = dims.length === 2;
  const fan = isHead ? dims[0]! : dims.slice(1).reduce((a, b) => a * b);
  const bound = Math.sqrt((isHead ? 3 : 6) / fan);
  return uniformValues(seed, dims, -bound, bound);
};
const startOf = (spec: ResNetSpec) =>
  new Map(
    parametersOf(spec).map((one, i) => [one.name, { data: start(one, 100 + i), dims: one.dims }] as const),
  );

const images = ({ sizeVoxels: size }: ResNetSpec) => ({
  baseline: uniformValues(11, [4, 1, size, size, size], 0, 1),
  postoperative: uniformValues(12, [4, 1, size, size, size], 0, 1),
});

describe('the Cox loss of a batch within its cohort', () => {
  it('has the value and the gradient of PyTorch, with eta from -30 to 30', async () => {
    const session = await ad.createTrainingSession(buildLossGradients(4, 7));
    const { loss, slope } = await session.run({ eta: Float32Array.from(fixture.cox.eta), ...cohort });
    expect(loss![0]).toBeCloseTo(fixture.cox.loss, 5);
    expect(worstError(slope, { values: fixture.cox.gradient })).toBeLessThan(TOLERANCE);
    await session.release();
  });
});

describe.each(fixture.networks)('R$spec.depth with strides $spec.strides', ({ spec, ...expected }) => {
  /** Decay none, rate 1, betas 0: the first moment is the gradient. */
  it('has the gradients of PyTorch', async () => {
    const step = buildTrainingStep(spec, { pairs: 4, events: 7, optimiser: { beta1: 0 } });
    const session = await ad.createTrainingSession(step);
    session.load(startOf(spec));
    const given = { ...images(spec), ...cohort, learningRate: Float32Array.of(0), step: Float32Array.of(1) };
    const { loss, eta } = await session.run(given);
    expect(worstError(eta, { values: expected.eta })).toBeLessThan(TOLERANCE);
    expect(Math.abs(loss![0]! / expected.loss - 1)).toBeLessThan(TOLERANCE);
    const state = session.state();
    for (const [name, told] of Object.entries(expected.gradients)) {
      expect(worstError(state.get(`moment1:${name}`)?.data, told), name).toBeLessThan(TOLERANCE);
    }
    expect(Object.keys(expected.gradients)).toEqual(parametersOf(spec).map(({ name }) => name));
    await session.release();
  });

  it(`has the losses of PyTorch's AdamW`, async () => {
    const step = buildTrainingStep(spec, { pairs: 4, events: 7, optimiser: { weightDecay: 0.05 } });
    const session = await ad.createTrainingSession(step);
    session.load(startOf(spec));
    const losses: number[] = [];
    for (let at = 1; at <= expected.losses.length; at++) {
      const rates = { learningRate: Float32Array.of(3e-4), step: Float32Array.of(at) };
      const { loss } = await session.run({ ...images(spec), ...cohort, ...rates });
      losses.push(loss![0]!);
    }
    const worst = Math.max(...losses.map((loss, i) => Math.abs(loss - expected.losses[i]!)));
    expect(worst).toBeLessThan(5e-6);
    await session.release();
  });
});
