/** Every function that these rooms export refuses bad input by name: a new one without a row here fails. */
import { describe, expect, it } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import * as clusters from '../../../src/learning/clusters/index.ts';
import * as forests from '../../../src/learning/forests/index.ts';
import * as hypothesis from '../../../src/learning/hypothesis/index.ts';
import * as linear from '../../../src/learning/linear/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { graphBuilder } from '../../../src/learning/onnx/index.ts';
import { madeData } from './forests/made-data.ts';

/** What is called, and what the error says. */
type Row = readonly [call: () => unknown, detail: string, code?: string];
type Table = Readonly<Record<string, readonly Row[]>>;

const random = createRandom(1);
const { x, columns, data, labels, classes } = madeData(30, 2, 1);
const nan = x.with(3, NaN);
const huge = x.with(3, 1e200);
const binary = Uint8Array.from(labels, (_, row) => row % 2);
const grown = await forests.fitSurvivalForest({ x, columns, data, trees: 2, random });
const grownClasses = await forests.fitClassificationForest({ x, columns, labels, classes, trees: 2, random });
const given = { x, columns, labels: binary };
const folds = Uint8Array.from(binary, (_, row) => row % 3);
const path = linear.logisticElasticNet({ ...given, alpha: 1, lambdaCount: 5 });
const pls = linear.plsDiscriminant({ ...given, components: 1 });
const mixed = clusters.gaussianMixture({ x, columns, components: 1, covariance: 'diagonal', random });

const FORESTS: Table = {
  fitSurvivalForest: [
    [() => forests.fitSurvivalForest({ x: x.with(0, Infinity), columns, data, random }), 'infinite'],
    [() => forests.fitSurvivalForest({ x: x.slice(2), columns, data, random }), 'data has 30 rows, x 29'],
  ],
  fitClassificationForest: [
    [() => forests.fitClassificationForest({ x, columns, labels, classes: 1, random }), 'classes is 1'],
    [
      () => forests.fitClassificationForest({ x: new Float64Array(0), columns, labels, classes, random }),
      'x has 0 values',
    ],
  ],
  correctedImpurityImportance: [
    [() => forests.correctedImpurityImportance({ x, columns: 0, data, random }), 'columns is 0'],
    [
      () => forests.correctedImpurityImportance({ x, columns, data, random, featuresPerSplit: 3 }),
      'featuresPerSplit is 3',
    ],
  ],
  permutationImportance: [
    [() => forests.permutationImportance(grown, { x, columns: 1, data, random }), 'columns is 1'],
    [() => forests.permutationImportance(grown, { x: x.slice(2), columns, data, random }), 'x has 29 rows'],
    [
      () => forests.permutationImportance(grown, { x, columns, data, random, groups: [[2]] }),
      'groups names column 2',
    ],
  ],
  predictMortality: [[() => forests.predictMortality(grown, x.slice(1)), 'x has 59 values']],
  predictCumulativeHazard: [
    [() => forests.predictCumulativeHazard(grown, new Float64Array(0)), 'x has 0 values'],
  ],
  predictClassProbabilities: [
    [() => forests.predictClassProbabilities(grownClasses, Float64Array.of(1, -Infinity)), 'row 0, column 1'],
  ],
  forestContributions: [
    [() => forests.forestContributions(grown, x.slice(1)), 'x has 59 values'],
    [() => forests.forestContributions(grownClasses, x, { classIndex: 3 }), 'classIndex is 3'],
  ],
  addForestContributions: [
    [
      () => forests.addForestContributions(graphBuilder('g'), grownClasses, 'features', { classIndex: -1 }),
      'classIndex is -1',
    ],
  ],
};

const HYPOTHESIS: Table = {
  rankSumTest: [
    [() => hypothesis.rankSumTest([], [1]), 'a is empty'],
    [() => hypothesis.rankSumTest([1], [NaN]), 'b is not finite'],
  ],
  rankSumColumns: [
    [() => hypothesis.rankSumColumns(x, 0, binary), 'columns is 0'],
    [() => hypothesis.rankSumColumns(x, 1.5, binary), 'columns is 1.5'],
    [() => hypothesis.rankSumColumns(x, columns, new Uint8Array(30)), 'group 1 has no rows'],
  ],
  signedRankTest: [
    [() => hypothesis.signedRankTest([]), 'differences is empty'],
    [() => hypothesis.signedRankTest([1.5e308], [-1.5e308]), 'differences is not finite'],
  ],
  kruskalWallisTest: [[() => hypothesis.kruskalWallisTest([1, 2], [0, 0]), 'one group']],
  dunnComparisons: [[() => hypothesis.dunnComparisons([1, NaN], [0, 1]), 'values is not finite']],
  adjustBenjaminiHochberg: [[() => hypothesis.adjustBenjaminiHochberg([NaN]), 'pValues is NaN']],
  adjustBenjaminiYekutieli: [[() => hypothesis.adjustBenjaminiYekutieli([2]), 'pValues is 2']],
  adjustBonferroni: [[() => hypothesis.adjustBonferroni([-1]), 'pValues is -1']],
  adjustHolm: [[() => hypothesis.adjustHolm([NaN]), 'pValues is NaN']],
};

const mixture = (over: Partial<Parameters<typeof clusters.gaussianMixture>[0]>) => () =>
  clusters.gaussianMixture({ x, columns, components: 2, covariance: 'full', random, ...over });
const consensus = (over: Partial<Parameters<typeof clusters.consensusClusters>[0]>) => () =>
  clusters.consensusClusters({ x, columns, random, ...over });
const CLUSTERS: Table = {
  kMeans: [
    [() => clusters.kMeans({ x: nan, columns, k: 2, random }), 'x is not finite'],
    [() => clusters.kMeans({ x: huge, columns, k: 2, random }), 'overflow'],
    [() => clusters.kMeans({ x, columns, k: 31, random }), 'k is 31'],
  ],
  wardClusters: [
    [() => clusters.wardClusters(huge, columns), 'overflow'],
    [() => clusters.wardClusters(new Float64Array(0), columns), 'x has no rows'],
  ],
  gaussianMixture: [
    [mixture({ x: nan }), 'x is not finite'],
    [mixture({ x: huge }), 'overflow'],
    [mixture({ x: new Float64Array(60).fill(1) }), 'column 0 of x is constant'],
    [mixture({ components: 25 }), 'collapsed', 'LEARNING_NOT_CONVERGED'],
  ],
  predictMixture: [
    [() => clusters.predictMixture(mixed, x.slice(1)), 'x has 59 values'],
    [() => clusters.predictMixture(mixed, nan), 'x is not finite'],
  ],
  consensusClusters: [
    [consensus({ x: nan }), 'x is not finite'],
    [consensus({ x: x.slice(0, 4) }), 'maximumGroups is 1'],
    [consensus({ level: NaN }), 'level is NaN'],
    [consensus({ level: 2 }), 'level is 2'],
  ],
  silhouette: [
    [() => clusters.silhouette(huge, columns, binary), 'overflow'],
    [() => clusters.silhouette(x, columns, new Uint8Array(30)), 'one group'],
  ],
  calinskiHarabasz: [
    [() => clusters.calinskiHarabasz(huge, columns, binary), 'overflow'],
    [() => clusters.calinskiHarabasz(nan, columns, binary), 'x is not finite'],
  ],
  adjustedRandIndex: [[() => clusters.adjustedRandIndex([0, 2], [0, 1]), 'labels of row 1 is 2']],
};

const net = (over: Partial<Parameters<typeof linear.logisticElasticNet>[0]>) => () =>
  linear.logisticElasticNet({ ...given, alpha: 0.5, ...over });
const LINEAR: Table = {
  logisticElasticNet: [
    [net({ x: nan }), 'x is NaN at row 1, column 1'],
    [net({ x: huge }), 'too large'],
    [net({ labels: new Uint8Array(30) }), 'no row has label 1'],
    [net({ tolerance: NaN }), 'tolerance is NaN'],
    [net({ weights: new Float64Array(30) }), 'weights is not positive'],
    [net({ lambdas: Float64Array.of(NaN) }), 'lambdas'],
  ],
  crossValidatedLogisticElasticNet: [
    [
      () =>
        linear.crossValidatedLogisticElasticNet({
          ...given,
          alpha: 1,
          foldIds: Float64Array.from(folds).fill(NaN, 0, 5),
        }),
      'foldIds has a value that is no finite number',
    ],
  ],
  predictLogOdds: [
    [() => linear.predictLogOdds(path, 0, nan), 'x is NaN'],
    [() => linear.predictLogOdds(path, 99, x), 'lambda 99'],
  ],
  plsDiscriminant: [
    [() => linear.plsDiscriminant({ ...given, x: nan, components: 1 }), 'x is NaN'],
    [() => linear.plsDiscriminant({ ...given, components: 0 }), 'components'],
  ],
  crossValidatedPls: [
    [() => linear.crossValidatedPls({ ...given, components: -1, foldIds: folds }), 'components'],
    [() => linear.crossValidatedPls({ ...given, components: 1, foldIds: new Uint8Array(30) }), '2 folds'],
  ],
  predictPls: [
    [() => linear.predictPls(pls, 1, nan), 'x is NaN'],
    [() => linear.predictPls(pls, NaN, x), 'components'],
  ],
};

/** They write down a forest that is there: nothing of their input can be wrong. */
const WITHOUT_INPUT = new Set(['addForestPrediction', 'addExplainedForest']);

const errorOf = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe.each([
  ['forests', forests, FORESTS],
  ['hypothesis', hypothesis, HYPOTHESIS],
  ['clusters', clusters, CLUSTERS],
  ['linear', linear, LINEAR],
] as const)('%s', (_, room: object, table: Table) => {
  const names = Object.entries(room)
    .filter(([name, value]) => typeof value === 'function' && !WITHOUT_INPUT.has(name))
    .map(([name]) => name);

  it.each(names)('%s refuses by name', async (name) => {
    const rows = table[name] ?? [];
    expect(rows.length).toBeGreaterThan(0);
    for (const [call, detail, code = 'LEARNING_INPUT_INVALID'] of rows) {
      const error = await errorOf(call);
      expect(error, detail).toBeInstanceOf(CdsError);
      expect(error).toMatchObject({ code, detail: expect.stringContaining(detail) as string });
    }
  });
});
