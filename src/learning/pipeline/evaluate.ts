import { monthsSinceSurgery, type Landmark, type ModalityId, type RiskEstimate } from '../../domain/index.ts';
import { interpretLayer, layerScores, subsetName, whyNotEstimable } from '../../fusion/index.ts';
import type { Models } from '../../model-registry/index.ts';
import { quantile, type Random } from '../../numerics/index.ts';
import { concordanceIndex, fitCox, type SurvivalData } from '../../survival/index.ts';
import { knownAt, landmarkAt, type CohortPatient, type Reading } from './cohort.ts';
import type { OracleRow } from './oracle.ts';

const LANDMARK = 3;
const HORIZON = 24;

/** A concordance index with its 95 % patient-bootstrap interval. */
export interface ConcordanceEstimate {
  readonly c: number;
  readonly lower: number;
  readonly upper: number;
  readonly patients: number;
}

/** How the model does on patients it has not seen, at the 3-month landmark over the next 24 months. */
export interface HeldOutEvaluation {
  readonly landmarkMonths: number;
  readonly horizonMonths: number;
  readonly patients: number;
  readonly events: number;
  /** True: Harrell's C on the simulator's uncensored times; false: on observed, censored ones. */
  readonly uncensored: boolean;
  readonly fused: ConcordanceEstimate;
  readonly byModality: Readonly<Partial<Record<ModalityId, ConcordanceEstimate>>>;
  /** C of the true risk on the same patients: nothing could do better. Absent for real patients. */
  readonly oracle?: ConcordanceEstimate;
  readonly meanPredictedRisk: number;
  /** Mean true risk of the same patients, where it is known. */
  readonly meanTrueRisk?: number;
  /** Slope of a Cox model on the predicted linear predictor, log(-log(1 - risk)): 1 is right, below 1 too extreme. */
  readonly calibrationSlope: number;
}

interface Judged {
  readonly months: number;
  readonly event: boolean;
  readonly risk: number;
  readonly scores: ReadonlyMap<ModalityId, number>;
  readonly trueRisk: number | undefined;
}

const riskAt = async (
  models: Models,
  scores: ReadonlyMap<ModalityId, number>,
  months: number,
): Promise<RiskEstimate> => {
  const subset = [...scores.keys()];
  const impossible = whyNotEstimable(models.layer, subset, months);
  if (impossible !== undefined) return impossible;
  const numbers = await models.risk(subsetName(subset), layerScores(models.layer, scores), months);
  return interpretLayer(models.layer, subset, months, numbers);
};

const scoresAt = async (
  patient: CohortPatient,
  landmark: Landmark,
  models: Models,
  reading: Reading,
): Promise<ReadonlyMap<ModalityId, number>> => {
  const scores = new Map<ModalityId, number>();
  for (const [id, { features, tensors }] of await knownAt(patient.chart, landmark, reading, 'extract'))
    if (models.scoreManifest(id) !== undefined)
      scores.set(id, (await models.score(id, features, tensors)).score);
  return scores;
};

/** One patient as serving would see them at the landmark; undefined where it would show no 24-month risk. */
const judge = async (
  patient: CohortPatient,
  oracle: OracleRow | undefined,
  models: Models,
  reading: Reading,
): Promise<Judged | undefined> => {
  const landmark = landmarkAt(patient, LANDMARK, reading.terminology);
  const months = monthsSinceSurgery(landmark);
  if (patient.months <= months) return undefined;
  const scores = await scoresAt(patient, landmark, models, reading);
  const estimate = await riskAt(models, scores, months);
  const horizon = estimate.status === 'estimated' ? estimate.horizons.at(-1) : undefined;
  if (horizon?.status !== 'estimated') return undefined;
  return {
    months: (oracle?.eventMonths ?? patient.months) - months,
    event: oracle !== undefined || patient.event,
    risk: horizon.risk,
    scores,
    trueRisk: oracle?.trueRisk24,
  };
};

const survivalOf = (judged: readonly Judged[]): SurvivalData => ({
  time: Float64Array.from(judged, ({ months }) => Math.max(months, 1e-6)),
  event: Uint8Array.from(judged, ({ event }) => Number(event)),
});

const cOf = (judged: readonly Judged[], valueOf: (each: Judged) => number): number =>
  concordanceIndex(survivalOf(judged), Float64Array.from(judged, valueOf), { truncateAt: HORIZON })
    .concordance;

const draw = (known: readonly Judged[], random: Random): Judged[] =>
  known.flatMap(() => known[random.integer(known.length)] ?? []);

const REPLICATES = 400;

const concordance = (
  judged: readonly Judged[],
  valueOf: (each: Judged) => number | undefined,
  random: Random,
): ConcordanceEstimate | undefined => {
  const known = judged.filter((each) => valueOf(each) !== undefined);
  const value = (each: Judged): number => valueOf(each) ?? Number.NaN;
  const events = (sample: readonly Judged[]): number =>
    sample.filter((each) => each.event && each.months <= HORIZON).length;
  if (events(known) < 2) return undefined;
  const replicates: number[] = [];
  while (replicates.length < REPLICATES) {
    const sample = draw(known, random);
    if (events(sample) >= 2) replicates.push(cOf(sample, value));
  }
  const drawn = Float64Array.from(replicates);
  return {
    c: cOf(known, value),
    lower: quantile(drawn, 0.025),
    upper: quantile(drawn, 0.975),
    patients: known.length,
  };
};

const logHazardOf = (risk: number): number =>
  Math.log(-Math.log1p(-Math.min(1 - 1e-9, Math.max(1e-9, risk))));

const calibrationSlope = (judged: readonly Judged[]): number => {
  const { time, event } = survivalOf(judged);
  const x = Float64Array.from(judged, ({ risk }) => logHazardOf(risk));
  const data: SurvivalData = {
    time: time.map((months) => Math.min(months, HORIZON)),
    event: event.map((flag, index) => ((time[index] ?? 0) <= HORIZON ? flag : 0)),
  };
  return fitCox({ x, columns: 1, data, ties: 'efron' }).coefficients[0] ?? Number.NaN;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Evaluates the written models, through the code that serves them, on patients they were not fitted on.
 *
 * @param oracle a simulated cohort's truth
 */
export async function evaluateHeldOut(
  patients: readonly CohortPatient[],
  models: Models,
  reading: Reading,
  options: { readonly oracle?: ReadonlyMap<string, OracleRow>; readonly random: Random },
): Promise<HeldOutEvaluation | undefined> {
  const { oracle, random } = options;
  const judged: Judged[] = [];
  for (const patient of patients) {
    const one = await judge(patient, oracle?.get(patient.id), models, reading);
    if (one !== undefined) judged.push(one);
  }
  const fused = concordance(judged, ({ risk }) => risk, random.fork('fused'));
  if (fused === undefined) return undefined;
  const perfect = oracle && concordance(judged, ({ trueRisk }) => trueRisk, random.fork('oracle'));
  const byModality = models.layer.modalities.flatMap(({ modality }) => {
    const estimate = concordance(judged, ({ scores }) => scores.get(modality), random.fork(modality));
    return estimate === undefined ? [] : [[modality, estimate] as const];
  });
  return {
    landmarkMonths: LANDMARK,
    horizonMonths: HORIZON,
    patients: judged.length,
    events: judged.filter(({ event, months }) => event && months <= HORIZON).length,
    uncensored: oracle !== undefined,
    fused,
    byModality: Object.fromEntries(byModality),
    meanPredictedRisk: mean(judged.map(({ risk }) => risk)),
    calibrationSlope: calibrationSlope(judged),
    ...(perfect !== undefined && {
      oracle: perfect,
      meanTrueRisk: mean(judged.map(({ trueRisk }) => trueRisk ?? Number.NaN)),
    }),
  };
}
