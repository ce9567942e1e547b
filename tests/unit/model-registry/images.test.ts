import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { graphBuilder } from '../../../src/learning/onnx/index.ts';
import { digestOfFolds, readModel, type ImageScoreManifest } from '../../../src/model-registry/index.ts';
import { createImageScorer } from '../../../src/model-registry/image-score.ts';
import { startRunner, type RunnerSettings } from '../../../src/model-registry/runner.ts';
import { createRandom } from '../../../src/numerics/index.ts';

const SIZE = 8;
const INPUTS = ['baseline', 'postoperative'] as const;

/** A stand-in for a network, of the same shape: each map is its image times a weight, the score the sum of both means. */
const linearNetwork = (weights: Readonly<Record<(typeof INPUTS)[number], number>>): Uint8Array => {
  const graph = graphBuilder('linear');
  graph.initializer('axes', BigInt64Array.of(1n, 2n, 3n), [3]);
  graph.initializer('flat', BigInt64Array.of(-1n, 1n), [2]);
  graph.initializer('cube', BigInt64Array.of(-1n, 8n, 8n, 8n), [4]);
  const parts = INPUTS.map((input) => {
    graph.input(input, 'float32', ['N', 1, SIZE, SIZE, SIZE]);
    const weight = graph.initializer(`weight:${input}`, Float32Array.of(weights[input]), [1]);
    const map = `activation:${input}`;
    graph.node('Mul', [graph.op('Reshape', [input, 'cube']), weight], [map]);
    graph.output(map, 'float32', ['N', SIZE, SIZE, SIZE]);
    return graph.op('Reshape', [graph.op('ReduceMean', [map, 'axes']), 'flat']);
  });
  graph.node('Add', parts, ['riskScore']);
  graph.output('riskScore', 'float32', ['N', 1]);
  return graph.build();
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const FOLDS = [
  linearNetwork({ baseline: 1, postoperative: 2 }),
  linearNetwork({ baseline: 3, postoperative: -1 }),
];

const manifest: ImageScoreManifest = {
  id: 'radiomics-recurrence',
  version: '1.0.0',
  kind: 'image-score',
  modality: 'radiomics',
  sha256: digestOfFolds(FOLDS.map((fold) => ({ sha256: sha256(fold) }))),
  folds: FOLDS.map((fold, index) => ({ file: `fold-${String(index)}.onnx`, sha256: sha256(fold) })),
  preprocessing: 'radiomics/1',
  inputs: [...INPUTS],
  tensor: { sizeVoxels: SIZE, spacingMm: 5, windowHu: [-1000, 400], marginMm: 10 },
  trainingCohort: { kind: 'simulated', description: 'none', patients: 2, events: 1 },
  intendedUse: 'tests',
  containsPatientLevelData: false,
};

const SETTINGS: RunnerSettings = {
  executionProviders: ['cpu'],
  threads: 1,
  intraOpThreads: 1,
  maximumBatch: 4,
};

const cube = (seed: number) => {
  const random = createRandom(seed);
  return { data: Float32Array.from({ length: SIZE ** 3 }, () => random.uniform()), dims: [SIZE, SIZE, SIZE] };
};
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});
const scorerOf = (folds = FOLDS, settings = SETTINGS) => {
  const scorer = createImageScorer(manifest, folds, settings);
  closers.push(() => scorer.close());
  return scorer;
};

describe('the image scorer', () => {
  it('averages scores and activation maps over the folds; the maps add up to the score', async () => {
    const [baseline, postoperative] = [cube(1), cube(2)];
    const { score, byFold, contributions, activations } = await scorerOf().score({ baseline, postoperative });
    const means = [mean(baseline.data), mean(postoperative.data)] as const;
    expect(byFold[0]).toBeCloseTo(means[0] + 2 * means[1], 5);
    expect(byFold[1]).toBeCloseTo(3 * means[0] - means[1], 5);
    expect(score).toBeCloseTo(2 * means[0] + 0.5 * means[1], 5);
    expect(activations['baseline']?.dims).toEqual([1, SIZE, SIZE, SIZE]);
    expect(activations['postoperative']?.data[7]).toBeCloseTo(0.5 * (postoperative.data[7] ?? 0), 6);
    expect(contributions.map(({ feature }) => feature)).toEqual(['ct:baseline', 'ct:postoperative']);
    expect(contributions.reduce((sum, { logHazard }) => sum + logHazard, 0)).toBeCloseTo(score, 5);
  });

  it('gives each of many concurrent patients their own answer, the same as alone', async () => {
    const scorer = scorerOf();
    const patients = Array.from({ length: 13 }, (_, seed) => ({
      baseline: cube(seed),
      postoperative: cube(seed + 100),
    }));
    const together = await Promise.all(patients.map((each) => scorer.score(each)));
    for (const [index, each] of patients.entries()) {
      const alone = await scorer.score(each);
      expect(together[index]?.score).toBeCloseTo(alone.score, 6);
      expect(together[index]?.activations).toEqual(alone.activations);
    }
  });

  it.each([
    ['another size', { baseline: { data: new Float32Array(7), dims: [7] }, postoperative: cube(1) }],
    ['a missing time point', { baseline: cube(1) }],
    ['NaN', { baseline: { data: cube(1).data.fill(Number.NaN, 3, 4), dims: [8] }, postoperative: cube(1) }],
  ])('refuses tensors of %s', async (_, tensors) => {
    await expect(scorerOf().score(tensors as never)).rejects.toMatchObject({ code: 'MODEL_RUN_FAILED' });
  });

  it('is warmed without an answer, refuses after close, and says so of a file that is no model', async () => {
    const scorer = scorerOf();
    await expect(scorer.warm()).resolves.toBeUndefined();
    await scorer.close();
    await expect(scorer.score({ baseline: cube(1), postoperative: cube(2) })).rejects.toMatchObject({
      code: 'MODEL_RUN_FAILED',
    });
    const broken = scorerOf([Uint8Array.of(1, 2, 3)]);
    await expect(broken.warm()).rejects.toMatchObject({ code: 'MODEL_RUN_FAILED' });
  });
});

describe('the threads of image models', () => {
  it('gather what waits for a busy thread into one run, up to the most that is allowed', async () => {
    // Rows tell their own batch: the mean over the first axis is of everybody in the run.
    const graph = graphBuilder('company');
    graph.input('x', 'float32', ['N', 1]);
    graph.initializer('axis', BigInt64Array.of(0n), [1]);
    const ones = graph.op('Add', [
      graph.op('Mul', ['x', graph.initializer('zero', Float32Array.of(0), [1])]),
      graph.initializer('one', Float32Array.of(1), [1]),
    ]);
    const count = graph.op('ReduceSum', [ones, 'axis'], { keepdims: 1 });
    graph.node('Mul', [ones, count], ['company']);
    graph.output('company', 'float32', ['N', 1]);
    const runner = await startRunner({ m: graph.build() }, { ...SETTINGS, maximumBatch: 3 });
    closers.push(() => runner.close());
    const answers = await Promise.all(
      Array.from({ length: 7 }, () =>
        runner.run('m', { x: { data: Float32Array.of(1), dims: [1, 1] } }, ['company']),
      ),
    );
    // The first found the thread idle and went alone: nobody waits for company.
    expect(answers.map((answer) => answer['company']?.data[0])).toEqual([1, 3, 3, 3, 3, 3, 3]);
  });

  it('answer the others where one question of a run cannot be answered', async () => {
    const runner = await startRunner({ m: FOLDS[0] ?? new Uint8Array() }, SETTINGS);
    closers.push(() => runner.close());
    const good = {
      baseline: { ...cube(1), dims: [1, 1, 8, 8, 8] },
      postoperative: { ...cube(2), dims: [1, 1, 8, 8, 8] },
    };
    const bad = {
      baseline: good.baseline,
      postoperative: { ...good.postoperative, data: new Float32Array(5) },
    };
    const answers = await Promise.allSettled(
      [good, bad, good, bad].map((inputs) => runner.run('m', inputs, ['riskScore'])),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
  });

  it('pass over a provider that this machine does not have, and say so', async () => {
    const runner = await startRunner(
      { m: FOLDS[0] ?? new Uint8Array() },
      { ...SETTINGS, executionProviders: ['cuda', 'cpu'] },
    );
    closers.push(() => runner.close());
    // A machine with CUDA has nothing to pass over.
    if (runner.ready.provider !== 'cuda') {
      expect(runner.ready.passedOver.map(({ provider }) => provider)).toEqual(['cuda']);
      expect(runner.ready.passedOver[0]?.reason).not.toBe('');
    }
  });

  it('share the work where there are several', async () => {
    const runner = await startRunner({ m: FOLDS[0] ?? new Uint8Array() }, { ...SETTINGS, threads: 2 });
    closers.push(() => runner.close());
    const inputs = {
      baseline: { ...cube(1), dims: [1, 1, 8, 8, 8] },
      postoperative: { ...cube(2), dims: [1, 1, 8, 8, 8] },
    };
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => runner.run('m', inputs, ['riskScore'])),
    );
    expect(new Set(answers.map((answer) => answer['riskScore']?.data[0])).size).toBe(1);
  });
});

describe('the files of an image model', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-images-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (changed: Partial<ImageScoreManifest>, fold = FOLDS[1]): void => {
    const own = path.join(folder, manifest.id, manifest.version);
    mkdirSync(own, { recursive: true });
    writeFileSync(path.join(own, 'manifest.json'), JSON.stringify({ ...manifest, ...changed }));
    writeFileSync(path.join(own, 'fold-0.onnx'), FOLDS[0] ?? '');
    writeFileSync(path.join(own, 'fold-1.onnx'), fold ?? '');
  };

  it('are read in the order of the manifest', () => {
    write({});
    const { folds } = readModel(folder, manifest.id);
    expect(folds.map(sha256)).toEqual(FOLDS.map(sha256));
  });

  it('are not loaded where one fold, or the digest over all, is another', () => {
    write({}, Uint8Array.of(1));
    expect(() => readModel(folder, manifest.id)).toThrow(/fold-1\.onnx/);
    write({ sha256: sha256(Uint8Array.of(2)) });
    expect(() => readModel(folder, manifest.id)).toThrow(
      expect.objectContaining({ code: 'MODEL_DIGEST_MISMATCH' }),
    );
    write({ tensor: { ...manifest.tensor, windowHu: [400, -1000] } });
    expect(() => readModel(folder, manifest.id)).toThrow(
      expect.objectContaining({ code: 'MODEL_MANIFEST_INVALID' }),
    );
  });
});
