import {
  CdsError,
  HORIZON_MONTHS,
  MODALITY_IDS,
  type HorizonRisk,
  type ModalityId,
  type RiskEstimate,
  type Stratum,
} from '../domain/index.ts';

/** What of a risk layer's manifest judges its output. */
export interface RiskLayerSpec {
  readonly modalities: readonly { readonly modality: ModalityId }[];
  readonly strataThresholds: readonly [low: number, high: number];
  readonly landmarkMonths: { readonly from: number; readonly to: number };
  readonly minimumAtRisk: number;
  readonly subsets: Readonly<Record<string, { readonly atRisk: readonly number[] }>>;
}

/** The layer's raw numbers for one patient: (3) risks, (3 x 2) interval ends, (m) log-hazards. */
export interface LayerNumbers {
  readonly risk: ArrayLike<number>;
  readonly interval: ArrayLike<number>;
  readonly logHazard: ArrayLike<number>;
}

/** The name of a modality subset: ids in MODALITY_IDS order, joined by '+'. */
export const subsetName = (modalities: readonly ModalityId[]): string =>
  MODALITY_IDS.filter((id) => modalities.includes(id)).join('+');

/** Standardised scores in the layer's order, NaN where absent. */
export const layerScores = (spec: RiskLayerSpec, scores: ReadonlyMap<ModalityId, number>): Float32Array =>
  Float32Array.from(spec.modalities, ({ modality }) => scores.get(modality) ?? Number.NaN);

/**
 * What can be said before the layer runs: nothing without a modality it knows, nor outside the landmarks it was
 * fitted on.
 */
export function whyNotEstimable(
  spec: RiskLayerSpec,
  subset: readonly ModalityId[],
  landmarkMonths: number,
): Extract<RiskEstimate, { status: 'not-estimable' }> | undefined {
  if (landmarkMonths < spec.landmarkMonths.from) return { status: 'not-estimable', reason: 'too-early' };
  if (landmarkMonths > spec.landmarkMonths.to) return { status: 'not-estimable', reason: 'too-late' };
  if (subset.length === 0 || spec.subsets[subsetName(subset)] === undefined)
    return { status: 'not-estimable', reason: 'no-modality' };
  return undefined;
}

const at = (values: ArrayLike<number>, index: number): number => {
  const value = values[index];
  if (value === undefined || !Number.isFinite(value))
    throw new CdsError('MODEL_RUN_FAILED', 'a risk is not finite');
  return value;
};

const asRisk = (value: number): number => {
  // float32 may leave 0..1 by a rounding error; more than that is a broken model.
  if (value < -1e-4 || value > 1 + 1e-4) throw new CdsError('MODEL_RUN_FAILED', 'a risk is outside 0..1');
  return Math.min(1, Math.max(0, value));
};

/** By 12-month risk; the thresholds are the manifest's. */
export const stratumOf = (risk12: number, [low, high]: RiskLayerSpec['strataThresholds']): Stratum =>
  risk12 < low ? 'low' : risk12 < high ? 'intermediate' : 'high';

/**
 * The layer's numbers as an estimate: a horizon that fewer than the minimum of training patients reached is not
 * estimable, and says so.
 *
 * @param landmarkMonths months since surgery
 * @throws {CdsError} MODEL_RUN_FAILED where a number is no risk
 */
export function interpretLayer(
  spec: RiskLayerSpec,
  subset: readonly ModalityId[],
  landmarkMonths: number,
  numbers: LayerNumbers,
): RiskEstimate {
  const atRisk = spec.subsets[subsetName(subset)]?.atRisk ?? [];
  const horizons = HORIZON_MONTHS.map((horizonMonths, index): HorizonRisk => {
    // The whole month after: nobody counts who had left before the horizon's own day.
    const reached = atRisk[Math.ceil(landmarkMonths + horizonMonths)] ?? 0;
    if (reached < spec.minimumAtRisk)
      return { horizonMonths, status: 'not-estimable', reason: 'too-few-at-risk' };
    const risk = asRisk(at(numbers.risk, index));
    // A bootstrap interval need not hold its own point estimate; shown to people, it has to.
    const lower = Math.min(risk, asRisk(at(numbers.interval, 2 * index)));
    const upper = Math.max(risk, asRisk(at(numbers.interval, 2 * index + 1)));
    return { horizonMonths, status: 'estimated', risk, lower, upper };
  });
  const twelve = horizons.find((horizon) => horizon.horizonMonths === 12);
  const ordered = MODALITY_IDS.filter((id) => subset.includes(id));
  return {
    status: 'estimated',
    subset: ordered,
    horizons,
    modalityLogHazard: Object.fromEntries(ordered.map((id, index) => [id, at(numbers.logHazard, index)])),
    ...(twelve?.status === 'estimated' && { stratum: stratumOf(twelve.risk, spec.strataThresholds) }),
  };
}
