import { CdsError, MODALITY_IDS, type ModalityId } from '../../domain/index.ts';
import type { Random } from '../../numerics/index.ts';
import {
  breslowBaseline,
  fitCox,
  isCoxFailure,
  linearPredictor,
  selectRows,
  type SurvivalData,
} from '../../survival/index.ts';
import type { RiskLayer, RiskLayerFit } from '../cox/index.ts';
import type { LandmarkRow } from './cohort.ts';
import { landmarkData, type TrainingSet } from './modality-score.ts';

/** At least so many events a covariate (the contract's rule). */
const EVENTS_PER_COVARIATE = 10;
/** A bootstrap sample in which the Cox model does not converge is drawn anew, at most so often overall. */
const MAX_REDRAWS = 50;

/** All non-empty subsets of the modalities, in MODALITY_IDS order within and by size. */
export const subsetsOf = (modalities: readonly ModalityId[]): ModalityId[][] => {
  const ordered = MODALITY_IDS.filter((id) => modalities.includes(id));
  const all = Array.from({ length: 2 ** ordered.length - 1 }, (_, mask) =>
    ordered.filter((_id, bit) => ((mask + 1) >> bit) % 2 === 1),
  );
  return all.sort((a, b) => a.length - b.length);
};

interface Design {
  readonly x: Float64Array;
  readonly columns: number;
  readonly data: SurvivalData;
  readonly cluster: Int32Array;
}

const designOf = (
  training: TrainingSet,
  rows: readonly { readonly row: LandmarkRow; readonly index: number }[],
  scores: readonly Float64Array[],
): Design => ({
  columns: scores.length + 2,
  x: Float64Array.from(
    rows.flatMap(({ row, index }) => {
      const years = row.entryMonths / 12;
      return [...scores.map((score) => score[index] ?? Number.NaN), years, years * years];
    }),
  ),
  data: landmarkData(
    rows.map(({ row }) => row),
    training.patients,
  ),
  cluster: Int32Array.from(rows, ({ row }) => row.patient),
});

const pick = (design: Design, indices: readonly number[]): Design => ({
  columns: design.columns,
  x: Float64Array.from(
    indices.flatMap((index) => [...design.x.subarray(index * design.columns, (index + 1) * design.columns)]),
  ),
  data: selectRows(design.data, Int32Array.from(indices)),
  cluster: Int32Array.from(indices, (index) => design.cluster[index] ?? 0),
});

const fit = (
  design: Design,
  weights: Float64Array | undefined,
  times: Float64Array | undefined,
): RiskLayerFit & { times: Float64Array } => {
  const { x, columns, data } = design;
  const { coefficients } = fitCox({
    x,
    columns,
    data,
    ties: 'breslow',
    ...(weights !== undefined && { weights }),
  });
  const baseline = breslowBaseline({
    data,
    linearPredictor: linearPredictor(x, coefficients),
    ...(weights !== undefined && { weights }),
  });
  const grid = times ?? baseline.times;
  const atTime = new Map(Array.from(baseline.times, (time, k) => [time, baseline.increments[k] ?? 0]));
  return {
    coefficients: coefficients.slice(0, columns - 2),
    landmark: [coefficients[columns - 2] ?? 0, coefficients[columns - 1] ?? 0],
    increments: Float64Array.from(grid, (time) => atTime.get(time) ?? 0),
    times: grid,
  };
};

/** Patients drawn with replacement, as case weights: a patient's rows go together. */
const resample = (design: Design, random: Random): { design: Design; weights: Float64Array } => {
  const patients = [...new Set(design.cluster)];
  const counts = new Map<number, number>();
  patients.forEach(() => {
    const drawn = patients[random.integer(patients.length)] ?? 0;
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  });
  const kept = Array.from(design.cluster.keys()).filter((index) => counts.has(design.cluster[index] ?? -1));
  return {
    design: pick(design, kept),
    weights: Float64Array.from(kept, (index) => counts.get(design.cluster[index] ?? -1) ?? 0),
  };
};

const bootstrapFits = (
  design: Design,
  times: Float64Array,
  replicates: number,
  random: Random,
): RiskLayerFit[] => {
  const fits: RiskLayerFit[] = [];
  for (let redraws = 0; fits.length < replicates;) {
    const sample = resample(design, random);
    try {
      fits.push(fit(sample.design, sample.weights, times));
    } catch (error) {
      if (!isCoxFailure(error) || ++redraws > MAX_REDRAWS) throw error;
    }
  }
  return fits;
};

const requireEvents = (design: Design, subset: readonly ModalityId[]): void => {
  const eventful = new Set(design.cluster.filter((_, index) => design.data.event[index] === 1)).size;
  const needed = EVENTS_PER_COVARIATE * design.columns;
  if (eventful < needed)
    throw new CdsError(
      'COHORT_INVALID',
      `The risk layer of ${subset.join('+')} needs ${String(needed)} patients with an event; there are ${String(eventful)}.`,
    );
};

/**
 * Training patients in the risk set at each whole month since surgery: those with a row that was entered before it
 * and not left. Rows end 24 months after their landmark, and so does what the layer knows.
 */
const atRiskByMonth = ({ data, cluster }: Design, months: number): number[] =>
  Array.from({ length: months + 1 }, (_, month) => {
    const inside = cluster.filter(
      (_patient, row) => (data.entry?.[row] ?? 0) < month && month <= (data.time[row] ?? 0),
    );
    return new Set(inside).size;
  });

/** No landmark plus horizon reaches beyond this. */
const LAST_MONTH = 60;

export interface FittedLayer {
  readonly subset: readonly ModalityId[];
  readonly layer: RiskLayer;
  readonly atRisk: readonly number[];
}

/**
 * The risk layer of one subset: Cox on the cross-fitted scores, s and s squared (s = landmark, years), delayed
 * entry, Breslow's baseline on the surgery clock, and patient bootstraps of all of it.
 *
 * @param scores cross-fitted, per row, by modality
 * @throws {CdsError} COHORT_INVALID with too few events, COX_COLLINEAR, COX_SEPARATED, COX_NOT_CONVERGED
 */
export function fitRiskLayer(
  training: TrainingSet,
  subset: readonly ModalityId[],
  modalities: readonly ModalityId[],
  scores: ReadonlyMap<ModalityId, Float64Array>,
  options: { readonly replicates: number; readonly random: Random },
): FittedLayer {
  const used = subset.map((id) => scores.get(id) ?? new Float64Array());
  const rows = training.rows
    .map((row, index) => ({ row, index }))
    .filter(({ index }) => used.every((score) => Number.isFinite(score[index])));
  const design = designOf(training, rows, used);
  requireEvents(design, subset);
  const { times, ...point } = fit(design, undefined, undefined);
  return {
    subset,
    atRisk: atRiskByMonth(design, LAST_MONTH),
    layer: {
      ...point,
      columns: subset.map((id) => modalities.indexOf(id)),
      baselineTimesMonths: times,
      bootstrap: bootstrapFits(design, times, options.replicates, options.random),
    },
  };
}
