/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { ModalityId } from '../../domain/index.ts';
import { createRandom, type Random } from '../../numerics/index.ts';
import { concordanceIndex, selectRows } from '../../survival/index.ts';
import { type CohortPatient, type LandmarkRow, landmarkRows, type Reading } from './cohort.ts';
import { FOLDS, stratifiedFolds } from './folds.ts';
import { landmarkData } from './modality-score.ts';
import { fitScore } from './score-strategies.ts';

export interface ShuffleCheck {
  /** C of the cross-fitted score, within landmarks, with the outcomes as they are. */
  readonly asIs: number;
  /** With the patients' outcomes (time and event) dealt anew before anything is fitted. */
  readonly shuffled: readonly number[];
  readonly mean: number;
  /** Of that mean, by the spread of the shuffles. */
  readonly standardError: number;
}

interface Material {
  readonly patients: readonly CohortPatient[];
  /** Every landmark of every patient, whatever became of them: outcomes are dealt out after. */
  readonly rows: readonly LandmarkRow[];
  readonly modality: ModalityId;
  readonly names: readonly string[];
  readonly reading: Reading;
}

const crossFittedConcordance = async (
  { patients, rows, modality, names, reading }: Material,
  random: Random,
): Promise<number> => {
  const atRisk = rows.filter(({ patient, entryMonths }) => patients[patient]!.months > entryMonths);
  const folds = stratifiedFolds(patients, FOLDS, random.fork('folds'));
  const { crossFitted } = await fitScore({
    training: { patients, rows: atRisk, folds },
    ...{ modality, names, reading },
    foldsSha256: '',
    quick: true,
    threads: 1,
    random: random.fork('fit'),
    progress: () => undefined,
  });
  const scored = Int32Array.from(crossFitted.keys()).filter((row) => !Number.isNaN(crossFitted[row]!));
  return concordanceIndex(
    selectRows(landmarkData(atRisk, patients), scored),
    Float64Array.from(scored, (row) => crossFitted[row]!),
    { strata: Int32Array.from(scored, (row) => atRisk[row]!.landmark) },
  ).concordance;
};

const reshuffled = (patients: readonly CohortPatient[], random: Random): CohortPatient[] => {
  const order = random.shuffle([...patients.keys()]);
  return patients.map((patient, at) => {
    const { months, event } = patients[order[at]!]!;
    return { ...patient, months, event };
  });
};

/**
 * What cross-fitting finds where there is nothing to find: the outcomes of a cohort are dealt anew among its
 * patients, then a modality's score is fitted as in training (`quick`), folds included. The mean C has to be 0.5 within
 * chance; a step that sees the outcomes of the patients it scores lifts it.
 *
 * @throws {CdsError} as the modality's fit does: an elastic net alone may find nothing, COX_NOT_CONVERGED
 */
export async function checkShuffles(
  patients: readonly CohortPatient[],
  reading: Reading,
  options: { readonly modality: ModalityId; readonly shuffles: number; readonly seed: number },
): Promise<ShuffleCheck> {
  const { modality, shuffles, seed } = options;
  const only = reading.modalities.filter(({ id }) => id === modality);
  const forever = patients.map((patient) => ({ ...patient, months: Infinity }));
  const rows = await landmarkRows(forever, { ...reading, modalities: only }, () => undefined);
  const names = only.flatMap(({ featureNames }) => featureNames);
  const random = createRandom(seed);
  const material = { rows, modality, names, reading };
  const asIs = await crossFittedConcordance({ ...material, patients }, random.fork('as-is'));
  const shuffled: number[] = [];
  for (let shuffle = 0; shuffle < shuffles; shuffle++) {
    const own = random.fork(shuffle);
    const dealt = reshuffled(patients, own.fork('deal'));
    shuffled.push(await crossFittedConcordance({ ...material, patients: dealt }, own));
  }
  const mean = shuffled.reduce((sum, c) => sum + c, 0) / shuffles;
  const squares = shuffled.reduce((sum, c) => sum + (c - mean) ** 2, 0);
  return { asIs, shuffled, mean, standardError: Math.sqrt(squares / (shuffles - 1) / shuffles) };
}
