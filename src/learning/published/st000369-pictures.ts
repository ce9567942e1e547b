/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createRandom } from '../../numerics/index.ts';
import type { Picture } from '../charts/index.ts';
import { wardClusters } from '../clusters/index.ts';
import { fitClassificationForest, permutationImportance } from '../forests/index.ts';
import { adjustBenjaminiHochberg, rankSumColumns } from '../hypothesis/index.ts';
import type { MatrixResult } from './nested.ts';
import { PIPELINE } from './pipeline.ts';
import { learnPreprocessing, preprocess } from './preprocessing.ts';
import type { PublishedRecipe } from './recipe.ts';
import { rocCorners } from './roc.ts';
import { type LabelledSamples, rowsWhere } from './samples.ts';

const HEAT_MAP_ROWS = 25;
const FOREST_SEEDS = 5;

/** How the two groups differ in one metabolite. */
export interface Difference {
  readonly name: string;
  /** Mean log2 of cancer less that of healthy. */
  readonly effect: number;
  readonly pValue: number;
  readonly qValue: number;
}

/** Descriptive, on all samples of a matrix: nothing here is a claim about new ones. */
export interface Described {
  /** Normalised and autoscaled, shape (samples, names). */
  readonly x: Float64Array;
  readonly names: readonly string[];
  readonly differences: readonly Difference[];
}

/** Rank-sum tests of each metabolite after the pipeline's preprocessing, with false discovery rates over all. */
export function describe<M extends string>(samples: LabelledSamples<M>): Described {
  const learned = learnPreprocessing(samples, PIPELINE.preprocessing);
  const x = preprocess(learned, samples);
  const columns = learned.kept.length;
  const { pValue } = rankSumColumns(x, columns, samples.labels);
  const q = adjustBenjaminiHochberg(pValue);
  const names = Array.from(learned.kept, (column) => samples.features[column]!);
  const meanWhere = (column: number, label: number): number => {
    const own = rowsWhere(samples.labels, (each) => each === label);
    return own.reduce((sum, row) => sum + x[row * columns + column]!, 0) / own.length;
  };
  const differences = names.map((name, k) => ({
    name,
    effect: ((meanWhere(k, 1) - meanWhere(k, 0)) * learned.sd[k]!) / Math.LN2,
    pValue: pValue[k]!,
    qValue: q[k]!,
  }));
  return { x, names, differences };
}

/** The metabolites of least p, with Ward trees of metabolites and of samples. */
const heat = async (samples: LabelledSamples<string>, described: Described): Promise<Picture> => {
  const { heatMap } = await import('../charts/index.ts');
  const { x, names } = described;
  const n = samples.labels.length;
  const rows = Array.from(names.keys())
    .sort((a, b) => described.differences[a]!.pValue - described.differences[b]!.pValue)
    .slice(0, HEAT_MAP_ROWS);
  const values = Float64Array.from(
    rows.flatMap((row) => Array.from({ length: n }, (_, at) => x[at * names.length + row]!)),
  );
  const bySample = Float64Array.from({ length: values.length }, (_, at) => {
    const [sample, row] = [Math.floor(at / rows.length), at % rows.length];
    return values[row * n + sample]!;
  });
  const [rowTree, sampleTree] = [wardClusters(values, n), wardClusters(bySample, rows.length)];
  return heatMap({
    title: `The ${rows.length} metabolites of least p in ${samples.matrix}`,
    subtitle: 'Ward trees of the metabolites and of the samples; the metabolites were picked by the groups',
    values,
    columns: n,
    rowNames: rows.map((row) => names[row]!),
    rowOrder: rowTree.order,
    rowMerges: rowTree,
    columnOrder: sampleTree.order,
    columnMerges: sampleTree,
    columnGroups: Array.from(samples.labels, (label) => (label === 1 ? 'cancer' : 'healthy')),
    columnGroupsTitle: 'health',
  });
};

/** Permutation importance over a few seeds: mean and range. */
const importance = async (
  samples: LabelledSamples<string>,
  { x, names }: Described,
  threads: number,
): Promise<Picture> => {
  const labels = Int32Array.from(samples.labels);
  const columns = names.length;
  const all: Float64Array[] = [];
  for (let seed = 1; seed <= FOREST_SEEDS; seed++) {
    const random = createRandom(seed);
    const forest = await fitClassificationForest({
      x,
      columns,
      labels,
      classes: 2,
      trees: 500,
      random,
      threads,
    });
    all.push(permutationImportance(forest, { x, columns, labels, random: random.fork('permute') }));
  }
  const { importancePlot } = await import('../charts/index.ts');
  return importancePlot(
    names.map((name, j) => {
      const values = all.map((each) => each[j]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { name, importance: mean, lower: Math.min(...values), upper: Math.max(...values) };
    }),
    {
      title: `Forest importance in ${samples.matrix}`,
      subtitle: `500 trees; mean and range over ${FOREST_SEEDS} seeds`,
      importanceAxis: 'out-of-bag increase of the Brier score when permuted',
    },
  );
};

/** Volcano plot, heat map and forest importance of one matrix. */
export async function matrixPictures(
  samples: LabelledSamples<string>,
  threads: number,
): Promise<Record<string, Picture>> {
  const { volcanoPlot } = await import('../charts/index.ts');
  const described = describe(samples);
  const { matrix } = samples;
  return {
    [`${matrix}-volcano`]: await volcanoPlot(described.differences, {
      title: `Cancer against healthy, ${matrix}`,
      subtitle: 'rank-sum tests after quotient normalisation, Benjamini-Hochberg',
      effectAxis: 'mean log2 fold change (cancer / healthy)',
    }),
    [`${matrix}-heat-map`]: await heat(samples, described),
    [`${matrix}-importance`]: await importance(samples, described, threads),
  };
}

/** Curves of the mean held-out scores, and the AUCs over seeds. */
export async function summaryPictures(
  results: readonly { readonly samples: LabelledSamples<string>; readonly nested: MatrixResult }[],
  recipe: PublishedRecipe,
): Promise<Record<string, Picture>> {
  const { rocPlot, seedStripPlot } = await import('../charts/index.ts');
  const roc = await rocPlot(
    results.map(({ samples, nested }) => ({
      name: samples.matrix,
      ...rocCorners(nested.pipeline.scores, samples.labels),
      area: nested.pipeline.ofMeanScores,
    })),
    {
      title: 'Nested cross-validation',
      subtitle: 'the pipeline; mean held-out score of each sample over the repeats',
    },
  );
  const seeds = await seedStripPlot(
    [
      { name: 'serum: forest, published recipe', values: recipe.forest, published: 0.71 },
      ...results.flatMap(({ nested: { matrix, pipeline, choice } }) => [
        { name: `${matrix}: pipeline`, values: pipeline.areas },
        ...(choice.areas.length === 0
          ? []
          : [{ name: `${matrix}: chosen inside the fold`, values: choice.areas }]),
        { name: `${matrix}: pipeline, shuffled labels`, values: pipeline.nullAreas },
      ]),
    ],
    { title: 'AUC over seeds', subtitle: 'dashed: chance', valueAxis: 'AUC', reference: 0.5 },
  );
  return { roc, 'auc-over-seeds': seeds };
}
