/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import type { Random } from '../../numerics/index.ts';
import { evaluateFold, fitFold, type MetabolomicFold } from './fold-model.ts';
import { type Block, LEARNED, learnedNames, type PanelLayout, type PanelRows } from './layout.ts';
import type { MetabolomicSettings } from './settings.ts';
import { checkTraining, type PanelTraining, selectTraining } from './training.ts';

/** The metabolomic recurrence score: the mean of its folds' standardised scores; higher means earlier recurrence. */
export interface MetabolomicModel {
  readonly featureNames: readonly string[];
  readonly layout: PanelLayout;
  readonly folds: readonly MetabolomicFold[];
}

export interface FittedMetabolomicScore {
  readonly model: MetabolomicModel;
  /** Per row the score of the fold model that did not see its patient, shape (n). */
  readonly crossFitted: Float64Array;
}

/** Rows of `fold`, or of the others. */
const rowsOfFold = ({ fold }: PanelTraining, which: number, inside: boolean): Int32Array =>
  Int32Array.from(fold.keys()).filter((row) => (fold[row] === which) === inside);

/**
 * Fits a model a fold, on the patients of the other folds: preprocessing, selection, forest, elastic net and
 * standards, all of it. A row's cross-fitted score is that of the model that excluded its patient.
 *
 * @param featureNames as the modality gives them, in the order of `training.rows`
 * @throws {CdsError} LEARNING_INPUT_INVALID, LEARNING_NOT_CONVERGED, SURVIVAL_INPUT_INVALID, SURVIVAL_NO_EVENTS,
 *   COX_NOT_CONVERGED
 */
export async function fitMetabolomicScore(
  training: PanelTraining,
  featureNames: readonly string[],
  settings: MetabolomicSettings,
  options: {
    readonly random: Random;
    readonly threads?: number;
    readonly progress?: (done: number, total: number) => void;
  },
): Promise<FittedMetabolomicScore> {
  const n = checkTraining(training);
  const ids = [...new Set(training.fold)].sort((a, b) => a - b);
  if (ids.length < 3)
    throw new CdsError(
      'LEARNING_INPUT_INVALID',
      `fold has ${String(ids.length)} folds; at least 3 are needed`,
    );
  const crossFitted = new Float64Array(n);
  const folds: MetabolomicFold[] = [];
  for (const [index, id] of ids.entries()) {
    const outside = rowsOfFold(training, id, false);
    const model = await fitFold(selectTraining(training, outside), settings, {
      ...options,
      random: options.random.fork(id),
    });
    const inside = rowsOfFold(training, id, true);
    const { score } = evaluateFold(model, selectTraining(training, inside).rows);
    inside.forEach((row, at) => {
      crossFitted[row] = score[at]!;
    });
    folds.push(model);
    options.progress?.(index + 1, ids.length);
  }
  return { crossFitted, model: { featureNames, layout: training.rows.layout, folds } };
}

/** The column of a panel's features that a learned feature comes from; -1 where its block is absent. */
export const inputColumn = ({ analytes, starts }: PanelLayout, learned: number): number => {
  const start = starts.get(LEARNED[Math.floor(learned / analytes.length)]!);
  return start === undefined ? -1 : start + (learned % analytes.length);
};

export interface MetabolomicScores {
  /** Shape (n). */
  readonly score: Float64Array;
  /** Shape (n, features), row-major; a row sums to its score less `offset`. Features of limits have 0. */
  readonly contributions: Float64Array;
  /** Missing values in the blocks that are learned from, shape (n). */
  readonly imputed: Float64Array;
  readonly offset: number;
}

/** Columns of the features that the model learned from or could have: those whose absence it imputes. */
export const imputedColumns = ({ layout, folds }: MetabolomicModel): number[] => {
  const { analytes, starts } = layout;
  const isLearned = (_: Block, at: number): boolean =>
    folds.some(({ preprocessor: { usable } }) =>
      usable.subarray(at * analytes.length, (at + 1) * analytes.length).includes(1),
    );
  return LEARNED.filter(isLearned).flatMap((block) => {
    const start = starts.get(block);
    return start === undefined ? [] : analytes.map((_, j) => start + j);
  });
};

const countMissing = (model: MetabolomicModel, { layout: { columns }, x }: PanelRows): Float64Array => {
  const learned = imputedColumns(model);
  return Float64Array.from(
    { length: x.length / columns },
    (_, row) => learned.filter((column) => Number.isNaN(x[row * columns + column]!)).length,
  );
};

/**
 * What the ONNX graph of `metabolomicScoreModel` computes, in plain TypeScript.
 *
 * @param x shape (n, features), row-major; NaN = missing; rounded to float32, as the graph's input is
 */
export function evaluateMetabolomicScore(model: MetabolomicModel, x: Float64Array): MetabolomicScores {
  const { layout, folds } = model;
  const { columns } = layout;
  const rows: PanelRows = { layout, x: Float64Array.from(Float32Array.from(x)) };
  const n = x.length / columns;
  const score = new Float64Array(n);
  const contributions = new Float64Array(x.length);
  let offset = 0;
  for (const fold of folds) {
    const said = evaluateFold(fold, rows);
    const width = fold.preprocessor.centre.length;
    offset += said.offset / folds.length;
    for (let row = 0; row < n; row++) {
      score[row] = score[row]! + said.score[row]! / folds.length;
      for (const j of fold.selection.selected) {
        const at = row * columns + inputColumn(layout, j);
        contributions[at] = contributions[at]! + said.contributions[row * width + j]! / folds.length;
      }
    }
  }
  return { score, contributions, imputed: countMissing(model, rows), offset };
}

/** What each fold learned from, with the share of the half-samples that chose it; the most stable first. */
export const selectedFeatures = ({
  layout,
  folds,
}: MetabolomicModel): { features: { name: string; stability: number }[] }[] => {
  const names = learnedNames(layout);
  return folds.map(({ selection: { selected, stability } }) => ({
    features: Array.from(selected, (j) => ({ name: names[j]!, stability: stability[j]! })).sort(
      (a, b) => b.stability - a.stability,
    ),
  }));
};
