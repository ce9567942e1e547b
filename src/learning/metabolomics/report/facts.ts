/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../../numerics/index.ts';
import { logRankTest, selectRows, type SurvivalData } from '../../../survival/index.ts';
import { kaplanMeierPlot, type Picture } from '../../charts/index.ts';
import { learnedNames } from '../layout.ts';
import type { FittedMetabolomicScore, MetabolomicModel } from '../model.ts';
import { type PanelTraining, rowsOf } from '../training.ts';
import { type AnalyteNames, featureInWords } from './names.ts';
import { type FeatureSummary, meanPreprocessed, summarise } from './summary.ts';

/** Features that this many folds select are drawn; the most stable where they are fewer than the least. */
export const FOLDS_TO_DRAW = 3;
const LEAST_DRAWN = 8;
const MOST_DRAWN = 30;

/** One row a patient, so that times have one origin. */
export interface AtLandmark {
  readonly data: SurvivalData;
  /** z-scores of all learned features, shape (patients, 3 x analytes). */
  readonly x: Float64Array;
  /** Cross-fitted. */
  readonly score: Float64Array;
  readonly fold: Int32Array;
}

/** What the sections of a report are made of. */
export interface ReportFacts {
  readonly training: PanelTraining;
  readonly model: MetabolomicModel;
  readonly summary: readonly FeatureSummary[];
  /** The features that pictures name. */
  readonly drawn: readonly FeatureSummary[];
  /** In words, in the order of `learnedNames`. */
  readonly names: readonly string[];
  readonly analytes: readonly string[];
  /** Whether trends are among the features. */
  readonly slopes: boolean;
  readonly atLandmark: AtLandmark;
}

/** The landmark with most rows, the earliest of those. */
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

export const gatherFacts = (
  training: PanelTraining,
  { model, crossFitted }: FittedMetabolomicScore,
  nameOf: AnalyteNames,
  random: Random,
): ReportFacts => {
  const learned = learnedNames(model.layout);
  const summary = summarise(model, training, nameOf, random);
  const landmark = commonLandmark(training);
  const rows = Int32Array.from(training.landmark.keys()).filter((row) => training.landmark[row] === landmark);
  return {
    training,
    model,
    summary,
    drawn: drawnFeatures(summary),
    names: learned.map((feature) => featureInWords(feature, nameOf)),
    slopes: summary.some(({ name }) => name.startsWith('slope:')),
    analytes: model.layout.analytes.map((analyte) => nameOf(analyte) ?? analyte),
    atLandmark: {
      data: selectRows(training.data, rows),
      x: rowsOf(meanPreprocessed(model, training), learned.length, rows),
      score: Float64Array.from(rows, (row) => crossFitted[row]!),
      fold: rows.map((row) => training.fold[row]!),
    },
  };
};

export const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)} %`;

const groupData = (data: SurvivalData, labels: ArrayLike<number>, label: number): SurvivalData =>
  selectRows(
    data,
    Int32Array.from(data.time.keys()).filter((row) => labels[row] === label),
  );

interface GroupText {
  readonly names: readonly string[];
  readonly colours?: readonly string[];
  readonly title: string;
  readonly horizonMonths: number;
}

/** Kaplan-Meier by group from the landmark, with the log-rank test where the groups can be compared. */
export const survivalByGroup = (
  data: SurvivalData,
  labels: ArrayLike<number>,
  { names, colours, title, horizonMonths }: GroupText,
): Promise<Picture> => {
  const groups = names.flatMap((name, label) => {
    const group = groupData(data, labels, label);
    const colour = colours?.[label];
    return group.time.length === 0 ? [] : [{ name, data: group, ...(colour !== undefined && { colour }) }];
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
