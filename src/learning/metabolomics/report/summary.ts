/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { adjustBenjaminiHochberg, rankSumColumns } from '../../hypothesis/index.ts';
import { permutationImportance } from '../../forests/index.ts';
import type { Random } from '../../../numerics/index.ts';
import { learnedNames } from '../layout.ts';
import type { MetabolomicModel } from '../model.ts';
import { patientValues } from '../patient-values.ts';
import { preprocess } from '../preprocess/index.ts';
import { type AnalyteNames, featureInWords } from './names.ts';
import { columnsOf, type PanelTraining, selectTraining } from '../training.ts';

/** What is told of one feature; all of it from the training patients, so descriptive. */
export interface FeatureSummary {
  /** As models and manifests call it. */
  readonly name: string;
  /** As readers do. */
  readonly inWords: string;
  /** Its place among the learned features. */
  readonly column: number;
  /** Rank-biserial correlation: above 0 where patients who recur have more of it. */
  readonly effect: number;
  readonly pValue: number;
  readonly qValue: number;
  /** Mean over folds of the share of half-samples that chose it. */
  readonly stability: number;
  readonly selectedFolds: number;
  /** Loss of out-of-bag C when permuted: mean, least and greatest over the folds; 0 in one that did not select it. */
  readonly importance: readonly [mean: number, least: number, greatest: number];
}

/** The features of all training rows as the mean of the folds' preprocessing, shape (n, 3 x analytes). */
export function meanPreprocessed({ folds }: MetabolomicModel, { rows }: PanelTraining): Float64Array {
  const [first, ...others] = folds.map(({ preprocessor }) => preprocess(preprocessor, rows));
  return first!.map((value, at) => others.reduce((sum, x) => sum + x[at]!, value) / folds.length);
}

/** Per fold the importance of every learned feature. */
const importances = (
  { folds }: MetabolomicModel,
  training: PanelTraining,
  random: Random,
): Float64Array[] => {
  const ids = [...new Set(training.fold)].sort((a, b) => a - b);
  return folds.map((fold, index) => {
    const outside = Int32Array.from(training.fold.keys()).filter((row) => training.fold[row] !== ids[index]);
    const seen = selectTraining(training, outside);
    const { selected } = fold.selection;
    const width = fold.preprocessor.centre.length;
    const own = permutationImportance(fold.forest, {
      x: columnsOf(preprocess(fold.preprocessor, seen.rows), width, selected),
      columns: selected.length,
      data: seen.data,
      random: random.fork(index),
    });
    const all = new Float64Array(width);
    selected.forEach((j, k) => {
      all[j] = own[k]!;
    });
    return all;
  });
};

/** Every learned feature that some fold could use, in the order of `learnedNames`. */
export function summarise(
  model: MetabolomicModel,
  training: PanelTraining,
  nameOf: AnalyteNames,
  random: Random,
): FeatureSummary[] {
  const names = learnedNames(model.layout);
  const values = patientValues(meanPreprocessed(model, training), names.length, training);
  const { pValue, rankBiserial } = rankSumColumns(values.x, names.length, values.group);
  const usable = names.flatMap((_, j) =>
    model.folds.some((fold) => fold.preprocessor.usable[j] === 1) ? [j] : [],
  );
  const qValues = adjustBenjaminiHochberg(usable.map((j) => pValue[j]!));
  const importance = importances(model, training, random);
  return usable.map((j, at) => {
    const perFold = importance.map((each) => each[j]!);
    const mean = (each: readonly number[]): number =>
      each.reduce((sum, value) => sum + value, 0) / each.length;
    return {
      name: names[j]!,
      inWords: featureInWords(names[j]!, nameOf),
      column: j,
      effect: rankBiserial[j]!,
      pValue: pValue[j]!,
      qValue: qValues[at]!,
      stability: mean(model.folds.map(({ selection }) => selection.stability[j]!)),
      selectedFolds: model.folds.filter(({ selection }) => selection.selected.includes(j)).length,
      importance: [mean(perFold), Math.min(...perFold), Math.max(...perFold)],
    };
  });
}
