import { CdsError } from '../../domain/index.ts';
import { CANDIDATES } from './candidates.ts';
import type { EvaluateSettings } from './data-set.ts';
import { type MatrixResult, meanOf, nestedCrossValidation, type NestedResult } from './nested.ts';
import { type PublishedRecipe, publishedRecipe } from './recipe.ts';
import type { St000369 } from './st000369-data.ts';

/** Seeds of the reported folds; none of them was looked at while the pipeline was chosen. */
export const SEED = 1000;
/** Pipelines whose held-out AUC was seen before this one was fixed; ADR 26 lists them. */
export const ATTEMPTS = 30;

/** How often each thing is done. */
const FULL = { repeats: 5, permutations: 20, choiceRepeats: 5, choicePermutations: 5 };
const QUICK = { repeats: 1, permutations: 2, choiceRepeats: 0, choicePermutations: 0 };

export interface St000369Figures {
  readonly recipe: PublishedRecipe;
  readonly serum: MatrixResult;
  readonly plasma: MatrixResult;
}

/** The figures alone: the published recipe, and what is cross-validated on serum and on plasma, each by itself. */
export async function st000369Figures(
  data: St000369,
  { seeds, quick, threads, progress }: Omit<EvaluateSettings, 'pictures'>,
): Promise<St000369Figures> {
  const recipe = await publishedRecipe(data, seeds, (done) => {
    progress('published recipe, seeds', done, seeds);
  });
  const times = quick ? QUICK : FULL;
  const total = 2 * Object.values(times).reduce((sum, count) => sum + count, 0);
  let done = 0;
  const results = await nestedCrossValidation([data.serum, data.plasma], {
    ...times,
    seed: SEED,
    threads,
    done: () => {
      progress('nested cross-validation', ++done, total);
    },
  });
  const of = (matrix: string): MatrixResult => {
    const found = results.find((each) => each.matrix === matrix);
    if (found === undefined) throw new CdsError('INTERNAL', `no result of ${matrix}`);
    return found;
  };
  return { recipe, serum: of('serum'), plasma: of('plasma') };
}

const withoutScores = <R extends NestedResult>({ scores: _scores, ...rest }: R): Omit<R, 'scores'> => rest;

const matrixRecord = ({ pipeline, choice }: MatrixResult) => ({
  pipeline: withoutScores(pipeline),
  ...(choice.areas.length > 0 && { choice: withoutScores(choice) }),
});

/** The numbers, for programs and for evidence. */
export const recordOf = (data: St000369, { recipe, serum, plasma }: St000369Figures) => ({
  dataSet: 'st000369',
  files: data.files.map(({ file, sha256, asKnown }) => ({ file, sha256, asKnown })),
  attemptsBefore: ATTEMPTS,
  candidates: CANDIDATES.length,
  seed: SEED,
  recipe: { ...recipe, forestMean: meanOf(recipe.forest) },
  serum: matrixRecord(serum),
  plasma: matrixRecord(plasma),
});

export type St000369Record = ReturnType<typeof recordOf>;
