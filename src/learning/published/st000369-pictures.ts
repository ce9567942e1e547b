/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createRandom } from '../../numerics/index.ts';
import type { Picture } from '../charts/index.ts';
import { fitClassificationForest, permutationImportance } from '../forests/index.ts';
import type { NestedResult } from './nested.ts';
import { PIPELINE } from './pipeline.ts';
import { learnPreprocessing, preprocess } from './preprocessing.ts';
import type { PublishedRecipe } from './recipe.ts';
import { rocCorners } from './roc.ts';
import type { LabelledSamples } from './samples.ts';
import { type Difference, differences } from './univariate.ts';

const HEAT_MAP_ROWS = 25;
const FOREST_SEEDS = 5;

/** Descriptive, on all samples of a matrix: nothing here is a claim about new ones. */
export interface Described {
  readonly x: Float64Array;
  readonly names: readonly string[];
  /** log2 fold changes after normalisation. */
  readonly differences: readonly Difference[];
}

export function describe<M extends string>(samples: LabelledSamples<M>): Described {
  const learned = learnPreprocessing(samples, PIPELINE.preprocessing);
  const x = preprocess(learned, samples);
  const columns = learned.kept.length;
  const names = Array.from(learned.kept, (column) => samples.features[column]!);
  const log2 = x.map((value, at) => (value * learned.sd[at % columns]!) / Math.LN2);
  return { x, names, differences: differences(log2, names, samples.labels) };
}

const heat = async (
  samples: LabelledSamples<string>,
  described: Described,
  { scores }: NestedResult,
): Promise<Picture> => {
  const { heatMap } = await import('../charts/index.ts');
  const { x, names } = described;
  const n = samples.labels.length;
  const rows = Array.from(names.keys())
    .sort((a, b) => described.differences[a]!.pValue - described.differences[b]!.pValue)
    .slice(0, HEAT_MAP_ROWS)
    .sort((a, b) => described.differences[b]!.effect - described.differences[a]!.effect);
  const values = Float64Array.from(
    rows.flatMap((row) => Array.from({ length: n }, (_, at) => x[at * names.length + row]!)),
  );
  const columnOrder = Array.from({ length: n }, (_, at) => at).sort(
    (a, b) => samples.labels[a]! - samples.labels[b]! || scores[a]! - scores[b]!,
  );
  return heatMap({
    title: `The ${rows.length} metabolites of least p in ${samples.matrix}`,
    subtitle: 'within each group the samples stand by their held-out score, rising to the right',
    values,
    columns: n,
    rowNames: rows.map((row) => names[row]!),
    columnOrder,
    columnGroups: Array.from(samples.labels, (label) => (label === 1 ? 'cancer' : 'healthy')),
    columnGroupsTitle: 'health',
  });
};

/** Permutation importance over a few seeds: mean and range. */
const importance = async (samples: LabelledSamples<string>, { x, names }: Described): Promise<Picture> => {
  const labels = Int32Array.from(samples.labels);
  const columns = names.length;
  const all: Float64Array[] = [];
  for (let seed = 1; seed <= FOREST_SEEDS; seed++) {
    const random = createRandom(seed);
    const forest = await fitClassificationForest({ x, columns, labels, classes: 2, trees: 500, random });
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
  nested: NestedResult,
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
    [`${matrix}-heat-map`]: await heat(samples, described, nested),
    [`${matrix}-importance`]: await importance(samples, described),
  };
}

/** Curves of the mean held-out scores, and the AUCs over seeds. */
export async function summaryPictures(
  results: readonly { readonly samples: LabelledSamples<string>; readonly nested: NestedResult }[],
  recipe: PublishedRecipe,
): Promise<Record<string, Picture>> {
  const { rocPlot, seedStripPlot } = await import('../charts/index.ts');
  const roc = await rocPlot(
    results.map(({ samples, nested }) => ({
      name: samples.matrix,
      ...rocCorners(nested.scores, samples.labels),
      area: nested.ofMeanScores,
    })),
    { title: 'Nested cross-validation', subtitle: 'mean held-out score of each sample over the repeats' },
  );
  const seeds = await seedStripPlot(
    [
      { name: 'forest, published recipe', values: recipe.forest, published: 0.71 },
      ...results.flatMap(({ nested: { matrix, areas, nullAreas } }) => [
        { name: `pipeline, ${matrix}`, values: areas },
        { name: `shuffled labels, ${matrix}`, values: nullAreas },
      ]),
    ],
    { title: 'AUC over seeds', subtitle: 'dashed: chance', valueAxis: 'AUC', reference: 0.5 },
  );
  return { roc, 'auc-over-seeds': seeds };
}
