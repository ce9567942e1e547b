/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { quantileOfSorted } from '../../numerics/index.ts';

/**
 * One Cox fit of the landmark risk layer: with s the landmark in months since surgery,
 * eta = sum over columns of coefficient * score + landmark[0] * (s / 12) + landmark[1] * (s / 12)^2,
 * and a Breslow baseline (for that eta, uncentred) on the clock of months since surgery.
 */
export interface RiskLayerFit {
  /** Log hazard ratios of the layer's scores, shape (m). */
  readonly coefficients: Float64Array;
  /** Of s / 12 and of its square. */
  readonly landmark: readonly [number, number];
  /** Baseline hazard increments at the layer's `baselineTimesMonths`, shape (T); not negative. */
  readonly increments: Float64Array;
}

/** The risk layer of one subset of the modalities, with bootstrap replicates of its fit. */
export interface RiskLayer extends RiskLayerFit {
  /** Indices of the subset's modalities, ascending; m of them. */
  readonly columns: readonly number[];
  /** Months since surgery, ascending, shape (T); the replicates share them. */
  readonly baselineTimesMonths: Float64Array;
  /** At least 2. */
  readonly bootstrap: readonly RiskLayerFit[];
}

export interface RiskLayerModel {
  /** Modality ids, in manifest order; M of them. */
  readonly modalities: readonly string[];
  /** H horizons, by the contract 6, 12 and 24. */
  readonly horizonsMonths: readonly number[];
  readonly layers: readonly RiskLayer[];
}

/** Probabilities of the interval's ends: a 90 % interval. */
export const INTERVAL: readonly [number, number] = [0.05, 0.95];

/**
 * A step within this much after t counts as at t: about 4 minutes, far below a day, far above what float32 does
 * to a landmark in months. So an event on the very day of the landmark lies before it on every machine.
 */
export const SAME_DAY_MONTHS = 1e-4;

/** "cfdna+metabolomics": the ids of a subset, in manifest order, joined by +. */
export const subsetName = (model: RiskLayerModel, layer: Pick<RiskLayer, 'columns'>): string =>
  layer.columns.map((column) => model.modalities[column]).join('+');

const refuse = (detail: string): never => {
  throw new CdsError('ONNX_INVALID', detail);
};

const checkFit = (fit: RiskLayerFit, columns: number, times: number, subset: string): void => {
  if (fit.coefficients.length !== columns || fit.increments.length !== times) {
    refuse(`risk layer ${subset}: coefficients or increments have the wrong length`);
  }
  if (![...fit.coefficients, ...fit.landmark].every(Number.isFinite)) {
    refuse(`risk layer ${subset}: a coefficient is not finite`);
  }
  if (!fit.increments.every((value) => Number.isFinite(value) && value >= 0)) {
    refuse(`risk layer ${subset}: an increment is negative or not finite`);
  }
};

const checkLayer = (model: RiskLayerModel, layer: RiskLayer): void => {
  const subset = subsetName(model, layer);
  const { columns, baselineTimesMonths: times, bootstrap } = layer;
  const ascending = (values: ArrayLike<number>): boolean =>
    Array.from(values).every((value, k) => k === 0 || value > values[k - 1]!);
  const inRange = columns.every((c) => Number.isInteger(c) && c >= 0 && c < model.modalities.length);
  if (columns.length === 0 || !inRange || !ascending(columns))
    refuse('columns of a risk layer are not usable');
  if (times.length === 0 || !times.every(Number.isFinite) || !ascending(times)) {
    refuse(`risk layer ${subset}: baseline times are not ascending`);
  }
  if (bootstrap.length < 2) refuse(`risk layer ${subset}: fewer than 2 bootstrap replicates`);
  for (const fit of [layer, ...bootstrap]) checkFit(fit, columns.length, times.length, subset);
};

/** @throws {CdsError} ONNX_INVALID, naming the layer */
export function checkRiskLayerModel(model: RiskLayerModel): void {
  if (model.layers.length === 0) refuse('there are no risk layers');
  if (model.horizonsMonths.length === 0 || !model.horizonsMonths.every((h) => Number.isFinite(h) && h > 0)) {
    refuse('horizons are not positive');
  }
  for (const layer of model.layers) checkLayer(model, layer);
  const names = model.layers.map((layer) => subsetName(model, layer));
  if (new Set(names).size !== names.length) refuse('two risk layers have the same modalities');
}

/** NaN throughout a row in which one of the subset's scores is NaN. */
export interface SubsetRisk {
  /** Probability of an event within each horizon given none at the landmark; shape (N, H), row-major. */
  readonly risk: Float64Array;
  /** 5 % and 95 % quantiles (type 7) of the replicates' risks; shape (N, H, 2). */
  readonly interval: Float64Array;
  /** Each modality's part of eta: coefficient * score; shape (N, m). */
  readonly logHazard: Float64Array;
}

/** The risk under one fit at one row; `scores` are the subset's, shape (m). */
const conditionalRisk = (
  fit: RiskLayerFit,
  times: Float64Array,
  scores: Float64Array,
  landmarkMonths: number,
  horizonMonths: number,
): number => {
  const years = landmarkMonths / 12;
  const eta = scores.reduce(
    (sum, score, k) => sum + score * fit.coefficients[k]!,
    fit.landmark[0] * years + fit.landmark[1] * years * years,
  );
  const from = landmarkMonths + SAME_DAY_MONTHS;
  const hazard = fit.increments.reduce(
    (sum, increment, j) => (times[j]! > from && times[j]! <= from + horizonMonths ? sum + increment : sum),
    0,
  );
  return -Math.expm1(-hazard * Math.exp(eta));
};

/**
 * What the ONNX graph of `riskLayerModel` computes, in plain TypeScript and float64.
 *
 * @param scores shape (N, M), row-major, standardised; NaN = absent
 * @param landmarkMonths shape (N): months since surgery at the visit
 * @returns by subset name
 * @throws {CdsError} ONNX_INVALID
 */
export function evaluateRiskLayers(
  model: RiskLayerModel,
  scores: Float32Array | Float64Array,
  landmarkMonths: Float32Array | Float64Array,
): Map<string, SubsetRisk> {
  checkRiskLayerModel(model);
  return new Map(
    model.layers.map((layer) => [
      subsetName(model, layer),
      evaluateLayer(model, layer, scores, landmarkMonths),
    ]),
  );
}

const evaluateLayer = (
  model: RiskLayerModel,
  layer: RiskLayer,
  scores: Float32Array | Float64Array,
  landmarkMonths: Float32Array | Float64Array,
): SubsetRisk => {
  const [risk, interval, logHazard]: [number[], number[], number[]] = [[], [], []];
  landmarkMonths.forEach((landmark, row) => {
    const own = Float64Array.from(layer.columns, (column) => scores[row * model.modalities.length + column]!);
    logHazard.push(...own.map((score, k) => score * layer.coefficients[k]!));
    for (const horizon of model.horizonsMonths) {
      const under = (fit: RiskLayerFit): number =>
        conditionalRisk(fit, layer.baselineTimesMonths, own, landmark, horizon);
      const replicates = Float64Array.from(layer.bootstrap, under).sort();
      risk.push(under(layer));
      interval.push(...INTERVAL.map((probability) => quantileOfSorted(replicates, probability)));
    }
  });
  return {
    risk: Float64Array.from(risk),
    interval: Float64Array.from(interval),
    logHazard: Float64Array.from(logHazard),
  };
};
