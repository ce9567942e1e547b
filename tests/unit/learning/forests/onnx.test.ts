import { describe, expect, it } from 'vitest';
import {
  addForestContributions,
  addForestPrediction,
  type ClassificationForest,
  fitClassificationForest,
  fitSurvivalForest,
  forestContributions,
  predictClassProbabilities,
  predictMortality,
  type SurvivalForest,
} from '../../../../src/learning/forests/index.ts';
import { graphBuilder } from '../../../../src/learning/onnx/index.ts';
import { createRandom } from '../../../../src/numerics/index.ts';
import { float32, openSession, valuesOf } from '../session.ts';
import { madeData } from './made-data.ts';

const modelOf = (forest: SurvivalForest | ClassificationForest): Uint8Array => {
  const graph = graphBuilder('forest');
  const features = graph.input('features', 'float32', ['N', forest.columns]);
  const width = forest.kind === 'survival' ? 1 : forest.classes;
  graph.output(addForestPrediction(graph, forest, features), 'float32', ['N', width]);
  graph.output(addForestContributions(graph, forest, features), 'float32', ['N', forest.columns]);
  return graph.build();
};

const run = async (forest: SurvivalForest | ClassificationForest, x: Float64Array) => {
  const model = modelOf(forest);
  const session = await openSession(model);
  const [prediction = '', contributions = ''] = session.outputNames;
  const results = await session.run({ features: float32(x, x.length / forest.columns, forest.columns) });
  return { prediction: valuesOf(results[prediction]), contributions: valuesOf(results[contributions]) };
};

/** Largest difference, relative to the values' size (and `scale`, where they are sums of larger ones). */
const farthest = (ours: ArrayLike<number>, theirs: readonly number[], scale = 0): number => {
  expect(theirs.length).toBe(ours.length);
  return Math.max(
    ...theirs.map((value, at) => {
      const own = ours[at] ?? NaN;
      return Math.abs(value - own) / Math.max(Math.abs(own), scale, 1e-300);
    }),
  );
};

const trainOn = madeData(150, 6, 1, { missing: 0.15, steps: 4 });
const settings = { trees: 60, featuresPerSplit: 3 };

describe('forests as ONNX', () => {
  it('gives our own survival predictions and contributions, on ties and missing values too', async () => {
    const forest = await fitSurvivalForest({ ...trainOn, ...settings, random: createRandom(3) });
    const { x } = madeData(400, 6, 2, { missing: 0.3, steps: 8 });
    const { prediction, contributions } = await run(forest, x);
    const ours = predictMortality(forest, x);
    expect(farthest(ours, prediction)).toBeLessThan(1e-6);
    expect(farthest(forestContributions(forest, x).contributions, contributions, 1)).toBeLessThan(1e-6);
  });

  it('takes a value that is a threshold to the left, as we do', async () => {
    const forest = await fitSurvivalForest({ ...trainOn, ...settings, random: createRandom(4) });
    const thresholds = forest.nodes.threshold.filter((_, node) => (forest.nodes.feature[node] ?? -1) >= 0);
    const rows = 500;
    const x = Float64Array.from({ length: rows * 6 }, (_, i) => thresholds[(i * 7) % thresholds.length] ?? 0);
    expect(farthest(predictMortality(forest, x), (await run(forest, x)).prediction)).toBeLessThan(1e-6);
  });

  it('gives our own class probabilities and contributions', async () => {
    const forest = await fitClassificationForest({ ...trainOn, ...settings, random: createRandom(3) });
    const { x } = madeData(400, 6, 2, { missing: 0.3, steps: 8 });
    const { prediction, contributions } = await run(forest, x);
    expect(farthest(predictClassProbabilities(forest, x), prediction, 1)).toBeLessThan(1e-6);
    expect(farthest(forestContributions(forest, x).contributions, contributions, 1)).toBeLessThan(1e-6);
  });

  it('gives one row what it gives it among many', async () => {
    const forest = await fitSurvivalForest({ ...trainOn, ...settings, random: createRandom(5) });
    const row = trainOn.x.slice(0, 6);
    expect(farthest(predictMortality(forest, row), (await run(forest, row)).prediction)).toBeLessThan(1e-6);
  });

  it('exports trees of one leaf', async () => {
    const { data } = trainOn;
    const x = new Float64Array(data.time.length * 2).fill(1);
    const forest = await fitSurvivalForest({ x, columns: 2, data, trees: 5, random: createRandom(1) });
    expect(forest.nodes.feature).toEqual(new Int32Array(5).fill(-1));
    const { prediction, contributions } = await run(forest, x);
    expect(farthest(predictMortality(forest, x), prediction)).toBeLessThan(1e-6);
    expect(new Set(contributions)).toEqual(new Set([0]));
  });
});
