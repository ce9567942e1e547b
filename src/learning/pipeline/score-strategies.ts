import { MODALITY_IDS, type ModalityId } from '../../domain/index.ts';
import { linearScoreModel } from '../cox/index.ts';
import {
  fitMetabolomicScore,
  METABOLOMIC_SETTINGS,
  metabolomicScoreModel,
  type MetabolomicSettings,
  panelLayout,
  type PanelTraining,
  selectedFeatures,
  trainingReport,
} from '../metabolomics/index.ts';
import { ctNetwork } from './ct-strategy.ts';
import type { ModalityFit, ScoreContext } from './score-context.ts';
import { fitModalityScore, HORIZON_END_MONTHS, landmarkData, matrixOf } from './modality-score.ts';

type ScoreStrategy = (context: ScoreContext) => Promise<ModalityFit>;

const elasticNetCox: ScoreStrategy = ({ training, modality, names, quick, progress }) => {
  const { crossFitted, model } = fitModalityScore(training, modality, names, {
    alpha: 0.5,
    lambdaCount: quick ? 12 : 40,
  });
  progress(1, 1);
  return Promise.resolve({
    crossFitted,
    models: [linearScoreModel(model)],
    method:
      'Elastic-net Cox over stacked landmarks (1, 3, 6, 9, 12, 18, 24 months), each landmark with its own baseline; ' +
      'five patient-level, event-stratified folds; the penalty chosen inside each fold; serving averages the folds.',
  });
};

/** The rows that have the modality, on a clock that starts at the landmark. */
const panelTraining = (
  { training, modality, names }: ScoreContext,
  present: readonly number[],
): PanelTraining => {
  const rows = present.flatMap((index) => training.rows[index] ?? []);
  const { entry, time, event } = landmarkData(rows, training.patients);
  return {
    rows: { layout: panelLayout(names), x: matrixOf(rows, modality, names) },
    patient: Int32Array.from(rows, (row) => row.patient),
    landmark: Int32Array.from(rows, (row) => row.landmark),
    fold: Int32Array.from(rows, (row) => training.folds[row.patient] ?? 0),
    data: { time: time.map((months, row) => months - (entry?.[row] ?? 0)), event },
    horizonMonths: HORIZON_END_MONTHS,
  };
};

const QUICK: Partial<MetabolomicSettings> = { trees: 25, halfSamples: 20, lambdaCount: 10 };

/** Fewer resamples, and some two patients would be in none together. */
const QUICK_CLUSTERS = { resamples: 30, nullSets: 19 };

const metabolomicForest: ScoreStrategy = async (context) => {
  const { training, modality, names, quick, threads, random, nameOf, progress } = context;
  const present = training.rows.flatMap((row, index) => (row.features.has(modality) ? [index] : []));
  const panels = panelTraining(context, present);
  const settings: MetabolomicSettings = { ...METABOLOMIC_SETTINGS, ...(quick && QUICK) };
  const fitted = await fitMetabolomicScore(panels, names, settings, { random, threads, progress });
  const crossFitted = new Float64Array(training.rows.length).fill(Number.NaN);
  present.forEach((index, at) => {
    crossFitted[index] = fitted.crossFitted[at] ?? Number.NaN;
  });
  return {
    crossFitted,
    models: [metabolomicScoreModel(fitted.model)],
    method:
      'Per fold, on its training patients only: values below detection by the conditional mean of a censored ' +
      'lognormal, missingness filter, probabilistic quotient normalisation, autoscaling; of levels and changes since ' +
      'baseline, features chosen by rank-sum ' +
      'test, Benjamini-Hochberg and stability selection; the mean of a random survival forest (log ensemble ' +
      'mortality) and an elastic-net Cox on them, both standardised. Five patient-level, event-stratified folds over ' +
      'stacked landmarks (1, 3, 6, 9, 12, 18, 24 months); serving averages the folds.',
    selectedFeatures: selectedFeatures(fitted.model),
    report: () =>
      trainingReport(panels, fitted, {
        random: random.fork('report'),
        ...(nameOf !== undefined && { nameOf }),
        ...(quick && QUICK_CLUSTERS),
      }),
  };
};

/** How each modality's score is fitted; a modality that is not here has none. */
const SCORE_STRATEGIES: Readonly<Partial<Record<ModalityId, ScoreStrategy>>> = {
  metabolomics: metabolomicForest,
  radiomics: ctNetwork,
  cfdna: elasticNetCox,
};

/** The modalities that can have a score, in the order of every model's inputs. */
export const SCORED: readonly ModalityId[] = MODALITY_IDS.filter((id) => SCORE_STRATEGIES[id] !== undefined);

/** @throws {CdsError} as the modality's strategy does */
export const fitScore = async (context: ScoreContext): Promise<ModalityFit> => {
  const strategy = SCORE_STRATEGIES[context.modality] ?? elasticNetCox;
  return strategy(context);
};
