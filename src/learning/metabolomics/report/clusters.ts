/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../../numerics/index.ts';
import { heatMap, type ReportSection } from '../../charts/index.ts';
import {
  consensusClusters,
  type ConsensusSettings,
  type Dendrogram,
  wardClusters,
} from '../../clusters/index.ts';
import { columnsOf } from '../training.ts';
import { meanOf, type ReportFacts, survivalByGroup } from './facts.ts';

/** Of the panel's heat map. */
const MOST_VARIABLE = 36;

const transposed = (x: Float64Array, columns: number): Float64Array => {
  const n = x.length / columns;
  return Float64Array.from({ length: x.length }, (_, at) => x[(at % n) * columns + Math.floor(at / n)]!);
};

/** Levels of the analytes that some fold uses: learned columns. */
const panelColumns = ({ model }: ReportFacts): Int32Array =>
  Int32Array.from(model.layout.analytes.keys()).filter((j) =>
    model.folds.some(({ preprocessor }) => preprocessor.usable[j] === 1),
  );

/** Those of the columns whose levels spread most before autoscaling, in their order. */
const mostVariable = ({ model }: ReportFacts, columns: Int32Array): Int32Array => {
  const spread = (j: number): number => meanOf(model.folds.map(({ preprocessor }) => preprocessor.scale[j]!));
  return columns
    .toSorted((a, b) => spread(b) - spread(a))
    .slice(0, MOST_VARIABLE)
    .sort();
};

interface Groups {
  readonly labels: Int32Array;
  readonly names: readonly string[];
  /** What orders the patients in the picture. */
  readonly tree: Dendrogram;
}

const drawHeatMap = (
  { atLandmark, names, training }: ReportFacts,
  columns: Int32Array,
  groups: Groups | undefined,
  title: string,
) => {
  const { data, x } = atLandmark;
  const width = columns.length;
  const values = columnsOf(x, names.length, columns);
  const down = transposed(values, width);
  const features = wardClusters(down, data.time.length);
  const tree = groups?.tree ?? wardClusters(values, width);
  return heatMap({
    title,
    values: down,
    columns: data.time.length,
    rowNames: Array.from(columns, (j) => names[j]!),
    rowOrder: features.order,
    rowMerges: features,
    columnOrder: tree.order,
    columnMerges: tree,
    ...(groups !== undefined && { columnClusters: Array.from(groups.labels, (k) => groups.names[k]!) }),
    // In the order of their names: none seen takes the cool colour, an event the warm one.
    columnGroups: Array.from(data.event, (event) => (event === 1 ? 'recurrence or death' : 'none seen')),
    columnGroupsTitle: `within ${String(training.horizonMonths)} months`,
  });
};

const numbered = (kind: string, labels: Int32Array, k: number): string[] =>
  Array.from({ length: k }, (_, label) => {
    const size = labels.filter((each) => each === label).length;
    return `${kind} ${String(label + 1)} (${String(size)})`;
  });

/** What consensus clustering of the whole panel finds; two groups of Ward's where it finds one group only. */
const findGroups = (facts: ReportFacts, settings: ConsensusSettings, random: Random) => {
  const columns = panelColumns(facts);
  const x = columnsOf(facts.atLandmark.x, facts.names.length, columns);
  const found = consensusClusters({ x, columns: columns.length, random, ...settings });
  if (found.k > 1) {
    const { tree } = found.tried.find(({ k }) => k === found.k)!;
    return {
      columns,
      found,
      groups: { labels: found.labels, names: numbered('cluster', found.labels, found.k), tree },
    };
  }
  const tree = wardClusters(x, columns.length);
  const labels = tree.cut(2);
  return { columns, found, groups: { labels, names: numbered('part', labels, 2), tree } };
};

const UNSUPERVISED =
  'Rests on the training patients at the landmark that most of them have, one row a patient; neither the choice of ' +
  'analytes nor the grouping has seen an outcome.';

/** Groups that the panel shows without being told of any outcome. */
export const clusterSections = async (
  facts: ReportFacts,
  settings: ConsensusSettings,
  random: Random,
): Promise<ReportSection[]> => {
  const { columns, found, groups } = findGroups(facts, settings, random);
  const { data } = facts.atLandmark;
  const shown = mostVariable(facts, columns);
  const several = found.k > 1;
  const verdict = several
    ? `Consensus clustering finds ${String(found.k)} groups: ${found.why}.`
    : `Consensus clustering finds no groups of patients: ${found.why.replace(/^one group: /, '')}. The two parts below are Ward's first cut of ` +
      'one cloud; they describe it and are no subtypes.';
  const text =
    `The levels of all ${String(columns.length)} preprocessed analytes. ${verdict}\n\nDrawn are the ` +
    `${String(shown.length)} analytes whose levels spread most; a column is a patient, and no order of theirs is kept. ` +
    UNSUPERVISED;
  const groupNames = groups.names;
  return [
    {
      heading: 'Groups of patients by the whole panel',
      text,
      picture: await drawHeatMap(
        facts,
        shown,
        groups,
        `Panel of ${String(data.time.length)} training patients`,
      ),
      table: {
        caption: 'Consensus clustering by number of groups',
        columns: [
          'groups',
          'ambiguous pairs',
          'more stable than without groups (log10)',
          'consensus within groups',
        ],
        rows: found.tried.map(({ k, ambiguousPairs, relativeStability, clusterConsensus }) => [
          String(k),
          `${(100 * ambiguousPairs).toFixed(1)} %`,
          relativeStability.toFixed(2),
          Array.from(clusterConsensus, (each) => each.toFixed(2)).join(', '),
        ]),
      },
    },
    {
      heading: several ? 'Recurrence by cluster' : 'Recurrence by part of the cloud',
      text:
        'Kaplan-Meier from that landmark, with pointwise 95 % intervals; the log-rank test compares groups that did ' +
        `not see the outcome. ${UNSUPERVISED}`,
      picture: await survivalByGroup(data, groups.labels, {
        names: groupNames,
        title: several ? 'Recurrence-free by cluster' : "Recurrence-free by Ward's two parts",
        horizonMonths: facts.training.horizonMonths,
      }),
    },
  ];
};

/** The features that the folds selected, over the patients. */
export const selectedHeatMapSection = async (facts: ReportFacts): Promise<ReportSection> => {
  const columns = Int32Array.from(facts.drawn, ({ column }) => column);
  return {
    heading: 'The selected features over the patients',
    text:
      'Patients in the order of a tree (Ward) by these features. The features were chosen for going with the outcome of these patients, ' +
      'so any order of outcomes here is expected, and no evidence.\n\nRests on the training patients at the landmark ' +
      'that most of them have.',
    picture: await drawHeatMap(facts, columns, undefined, 'Selected features of the training patients'),
  };
};
