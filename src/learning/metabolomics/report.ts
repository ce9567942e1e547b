/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { quantile, type Random } from '../../numerics/index.ts';
import { logRankTest, selectRows, type SurvivalData } from '../../survival/index.ts';
import {
  heatMap,
  htmlReport,
  importancePlot,
  kaplanMeierPlot,
  type Picture,
  type ReportSection,
  volcanoPlot,
} from '../charts/index.ts';
import { silhouette, wardClusters } from '../clusters/index.ts';
import { learnedNames } from './layout.ts';
import type { FittedMetabolomicScore } from './model.ts';
import { type FeatureSummary, meanPreprocessed, summarise } from './summary.ts';
import { columnsOf, type PanelTraining, rowsOf } from './training.ts';

/** A file of a report, to be written beside the model. */
export interface ReportFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Features that this many folds select are drawn; the most stable where they are fewer than the least. */
const FOLDS_TO_DRAW = 3;
const LEAST_DRAWN = 8;
const MOST_DRAWN = 30;
const MOST_CLUSTERS = 4;

/** The landmark with most rows, the earliest of those: one row a patient, so that times have one origin. */
const commonLandmark = ({ landmark }: PanelTraining): number => {
  const counts = new Map<number, number>();
  for (const each of landmark) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].sort(([a, rowsA], [b, rowsB]) => rowsB - rowsA || a - b)[0]![0];
};

const drawnFeatures = (summary: readonly FeatureSummary[]): FeatureSummary[] => {
  const byStability = [...summary].sort(
    (a, b) => b.selectedFolds - a.selectedFolds || b.stability - a.stability,
  );
  const often = byStability.filter(({ selectedFolds }) => selectedFolds >= FOLDS_TO_DRAW).length;
  return byStability.slice(0, Math.min(MOST_DRAWN, Math.max(LEAST_DRAWN, often)));
};

/** Ward clusters of the rows, as many as have the best silhouette. */
const clustersOf = (x: Float64Array, columns: number) => {
  const tree = wardClusters(x, columns);
  const cuts = Array.from({ length: MOST_CLUSTERS - 1 }, (_, k) => {
    const labels = tree.cut(k + 2);
    return { labels, count: k + 2, width: silhouette(x, columns, labels).mean };
  });
  return { tree, ...cuts.reduce((best, cut) => (cut.width > best.width ? cut : best)) };
};

const transposed = (x: Float64Array, columns: number): Float64Array => {
  const n = x.length / columns;
  return Float64Array.from({ length: x.length }, (_, at) => x[(at % n) * columns + Math.floor(at / n)]!);
};

const groupData = (data: SurvivalData, labels: ArrayLike<number>, label: number): SurvivalData =>
  selectRows(
    data,
    Int32Array.from(data.time.keys()).filter((row) => labels[row] === label),
  );

const survivalByGroup = (
  data: SurvivalData,
  labels: ArrayLike<number>,
  names: readonly string[],
  title: string,
  horizonMonths: number,
): Promise<Picture> => {
  const groups = names.flatMap((name, label) => {
    const group = groupData(data, labels, label);
    return group.time.length === 0 ? [] : [{ name, data: group }];
  });
  const comparable =
    groups.length > 1 && groups.every((group) => group.data.time.length > 1) && data.event.includes(1);
  return kaplanMeierPlot(groups, {
    title,
    horizonMonths,
    timeAxis: 'months since the landmark',
    ...(comparable && { pValue: logRankTest({ data, groups: Int32Array.from(labels) }).pValue }),
  });
};

const DESCRIPTIVE =
  'It rests on the training patients whom the features were chosen on: it describes them, and is no evidence that ' +
  'the same would be found in others.';

const volcanoSection = async (
  summary: readonly FeatureSummary[],
  drawn: ReadonlySet<string>,
): Promise<ReportSection> => ({
  heading: 'Patients who recur against patients who do not',
  text:
    'Wilcoxon rank-sum tests, one value a patient and feature: recurrence or death within 24 months of a landmark ' +
    `against known event-free then; q by Benjamini and Hochberg. Named are the features that at least ${String(FOLDS_TO_DRAW)} ` +
    `of the folds select, or the most stable. ${DESCRIPTIVE}`,
  picture: await volcanoPlot(
    summary.map(({ name, effect, qValue }) => ({ name, effect, qValue, selected: drawn.has(name) })),
    {
      title: 'Metabolites and recurrence',
      effectAxis: 'rank-biserial correlation (above 0: more in patients who recur)',
      qLimit: 0.1,
    },
  ),
});

const importanceSection = async (drawn: readonly FeatureSummary[]): Promise<ReportSection> => ({
  heading: 'What the forests rest on',
  text:
    'Permutation importance: loss of the concordance of trees on the patients they did not see, once a feature is ' +
    'permuted among those. Points are means over the folds, lines reach from the least to the greatest fold; a fold ' +
    'that does not select a feature counts with 0. Taken on training patients, out of bag.',
  picture: await importancePlot(
    drawn.map(({ name, importance: [importance, lower, upper] }) => ({ name, importance, lower, upper })),
    { title: 'Importance of the selected features', importanceAxis: 'loss of out-of-bag C when permuted' },
  ),
});

interface AtLandmark {
  readonly data: SurvivalData;
  /** z-scores of the drawn features, shape (patients, drawn). */
  readonly x: Float64Array;
  readonly score: Float64Array;
  readonly horizonMonths: number;
}

const clusterSections = async (
  { data, x, horizonMonths }: AtLandmark,
  drawn: readonly FeatureSummary[],
): Promise<ReportSection[]> => {
  const columns = drawn.length;
  const { tree, labels, count, width } = clustersOf(x, columns);
  const features = wardClusters(transposed(x, columns), data.time.length);
  const names = Array.from({ length: count }, (_, k) => `cluster ${String(k + 1)}`);
  const picture = await heatMap({
    title: 'Selected features of the training patients',
    values: transposed(x, columns),
    columns: data.time.length,
    rowNames: drawn.map(({ name }) => name),
    rowOrder: features.order,
    rowMerges: features,
    columnOrder: tree.order,
    columnMerges: tree,
    columnClusters: Array.from(labels, (label) => names[label]!),
    columnGroups: Array.from(data.event, (event) => (event === 1 ? 'event' : 'none seen')),
    columnGroupsTitle: `within ${String(horizonMonths)} months`,
  });
  return [
    {
      heading: 'Clusters of patients',
      text:
        `Ward's hierarchical clusters of the patients at the landmark that most have (one column a patient, no order ` +
        `of theirs kept), by the features above; ${String(count)} clusters by the best silhouette (${width.toFixed(2)}). ` +
        `The clusters do not see the outcome; the choice of the features did. ${DESCRIPTIVE}`,
      picture,
    },
    {
      heading: 'Recurrence by cluster',
      text: `Kaplan-Meier, with pointwise 95 % intervals, from the same landmark. ${DESCRIPTIVE}`,
      picture: await survivalByGroup(data, labels, names, 'Recurrence-free by cluster', horizonMonths),
    },
  ];
};

const RISK_GROUPS = ['lowest third', 'middle third', 'highest third'];

const riskSection = async ({ data, score, horizonMonths }: AtLandmark): Promise<ReportSection> => {
  const cuts = [1 / 3, 2 / 3].map((share) => quantile(score, share));
  const labels = Array.from(score, (value) => cuts.filter((cut) => value > cut).length);
  return {
    heading: 'Recurrence by risk group',
    text:
      "Thirds of the cross-fitted score: each patient's comes from the fold model that was fitted without them, so " +
      'unlike the other pictures this one is not drawn from what was fitted on. Kaplan-Meier from the landmark that ' +
      'most patients have. Performance is claimed only on patients outside of training: see evaluation.json.',
    picture: await survivalByGroup(data, labels, RISK_GROUPS, 'Recurrence-free by risk group', horizonMonths),
  };
};

const csv = (summary: readonly FeatureSummary[]): string =>
  [
    'feature,rankBiserial,pValue,qValue,stability,selectedFolds,importance,importanceLeast,importanceGreatest',
    ...summary.map(({ name, effect, pValue, qValue, stability, selectedFolds, importance }) =>
      [name, effect, pValue, qValue, stability, selectedFolds, ...importance].join(','),
    ),
    '',
  ].join('\n');

/**
 * The report on the training patients: report.html, its pictures as PNG, metabolites.csv. No patient can be told
 * from it: no ids, dates or order of theirs.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID, SURVIVAL_INPUT_INVALID
 */
export async function trainingReport(
  training: PanelTraining,
  { model, crossFitted }: FittedMetabolomicScore,
  random: Random,
): Promise<ReportFile[]> {
  const summary = summarise(model, training, random);
  const drawn = drawnFeatures(summary);
  const names = learnedNames(model.layout);
  const landmark = commonLandmark(training);
  const rows = Int32Array.from(training.landmark.keys()).filter((row) => training.landmark[row] === landmark);
  const all = rowsOf(meanPreprocessed(model, training), names.length, rows);
  const atLandmark: AtLandmark = {
    data: selectRows(training.data, rows),
    x: columnsOf(
      all,
      names.length,
      Int32Array.from(drawn, ({ name }) => names.indexOf(name)),
    ),
    score: Float64Array.from(rows, (row) => crossFitted[row]!),
    horizonMonths: training.horizonMonths,
  };
  const sections = [
    await volcanoSection(summary, new Set(drawn.map(({ name }) => name))),
    await importanceSection(drawn),
    ...(await clusterSections(atLandmark, drawn)),
    await riskSection(atLandmark),
  ];
  const pictures = ['volcano', 'importance', 'heat-map', 'survival-by-cluster', 'survival-by-risk'];
  return [
    {
      name: 'report.html',
      content: htmlReport({ title: 'Metabolomic recurrence model: training', sections }),
    },
    { name: 'metabolites.csv', content: csv(summary) },
    ...sections.flatMap(({ picture }, at) =>
      picture === undefined ? [] : [{ name: `${pictures[at]!}.png`, content: picture.png }],
    ),
  ];
}
