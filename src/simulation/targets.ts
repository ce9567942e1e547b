import { HORIZON_MONTHS, type ModalityId } from '../domain/index.ts';
import { createRandom } from '../numerics/index.ts';
import { concordanceIndex, fitCox, linearPredictor } from '../survival/index.ts';
import { trueRisk } from './latent.ts';
import { MODALITY_SIMULATORS } from './modalities.ts';
import { drawPatient, type SimulatedPatient } from './patient.ts';

/** The contract's landmark and window for every C, months. */
export const TARGET_LANDMARK_MONTHS = 3;
export const TARGET_WINDOW_MONTHS = HORIZON_MONTHS[2];

/** What the contract asks of the simulator, measured. */
export interface SimulatorTargets {
  /** P(event within 24 months of surgery) among the eligible. */
  readonly eventProbability24: number;
  /** Patients event-free at the landmark, of those measured. */
  readonly atRisk: number;
  /** C of the true P(event within 24 months | event-free at the landmark, latent state). */
  readonly oracleConcordance: number;
  /** C of a Cox on the informative post-noise signals, fitted on other patients. */
  readonly attainableConcordance: Readonly<Partial<Record<ModalityId, number>>>;
  /** The same with all modalities' signals together. */
  readonly attainableFusedConcordance: number;
}

const eligiblePatients = (seed: number, count: number): SimulatedPatient[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => drawPatient(random, `t-${i}`, { study: 'in' }));
};

/** Uncensored times from the landmark of those event-free at it. */
const atLandmark = (patients: readonly SimulatedPatient[]) => {
  const rows = patients.filter(({ event }) => event.months > TARGET_LANDMARK_MONTHS);
  const time = Float64Array.from(rows, ({ event }) => event.months - TARGET_LANDMARK_MONTHS);
  return { rows, time, event: new Uint8Array(rows.length).fill(1) };
};
type Landmarked = ReturnType<typeof atLandmark>;

/** Administrative censoring where the window ends. */
const windowed = ({ time }: Landmarked) => ({
  time: time.map((t) => Math.min(t, TARGET_WINDOW_MONTHS)),
  event: Uint8Array.from(time, (t) => (t <= TARGET_WINDOW_MONTHS ? 1 : 0)),
});

const harrell = ({ time, event }: Landmarked, score: Float64Array): number =>
  concordanceIndex({ time, event }, score, { truncateAt: TARGET_WINDOW_MONTHS }).concordance;

const design = (rows: readonly SimulatedPatient[], ids: readonly ModalityId[]) => {
  const simulators = MODALITY_SIMULATORS.filter(({ id }) => ids.includes(id));
  const signals = rows.map((row) =>
    simulators.flatMap((one) => [...one.signals(row, TARGET_LANDMARK_MONTHS)]),
  );
  return { x: Float64Array.from(signals.flat()), columns: signals[0]?.length ?? 0 };
};

const attainable = (fitting: Landmarked, judged: Landmarked, ids: readonly ModalityId[]): number => {
  const fit = fitCox({ ...design(fitting.rows, ids), data: windowed(fitting), ties: 'efron' });
  const { x } = design(judged.rows, ids);
  return harrell(judged, linearPredictor(x, fit.coefficients));
};

/**
 * Measures event probability, oracle C and attainable C as the statistical contract defines them: landmark 3
 * months, Harrell's C on the simulator's uncensored times, truncated 24 months later.
 *
 * @param seed of the judged patients; the fitted ones have the next seed
 * @param patients how many are judged
 * @param referencePatients how many others the Cox models are fitted on (the contract: 5,000)
 */
export function measureTargets(seed: number, patients: number, referencePatients = 5000): SimulatorTargets {
  const everyone = eligiblePatients(seed, patients);
  const judged = atLandmark(everyone);
  const fitting = atLandmark(eligiblePatients(seed + 1, referencePatients));
  const oracle = Float64Array.from(judged.rows, (row) =>
    trueRisk(row, TARGET_LANDMARK_MONTHS, TARGET_WINDOW_MONTHS),
  );
  const ids = MODALITY_SIMULATORS.map(({ id }) => id);
  return {
    eventProbability24: everyone.filter(({ event }) => event.months <= 24).length / everyone.length,
    atRisk: judged.rows.length,
    oracleConcordance: harrell(judged, oracle),
    attainableConcordance: Object.fromEntries(ids.map((id) => [id, attainable(fitting, judged, [id])])),
    attainableFusedConcordance: attainable(fitting, judged, ids),
  };
}
