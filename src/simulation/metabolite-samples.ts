import { ANALYTES, METABOLOMICS } from './analyte-constants.ts';
import { dateOf } from './fhir.ts';
import { batchName, batchRandom, burdenAtDraw, systemicBurden } from './modality-simulator.ts';
import type { SimulatedPatient } from './patient.ts';
import type { Draw } from './schedule.ts';

export const ANALYTE_TABLE = Object.entries(ANALYTES);

/** What the phlebotomist and the laboratory see of a sample. */
export interface SampleState {
  readonly fasting: boolean;
  readonly haemolysed: boolean;
}

/** The state of a draw's sample; haemolysis happens at follow-up visits only, for a baseline would be drawn again. */
export function sampleState(patient: SimulatedPatient, draw: Draw): SampleState {
  const random = patient.random.fork(`metabolomics sample ${draw.label}`);
  const fasting = random.uniform() >= METABOLOMICS.notFastingShare;
  const haemolysed = random.uniform() < METABOLOMICS.haemolysedShare && draw.forMonths !== undefined;
  return { fasting, haemolysed };
}

/** One analyte in one batch; natural logarithms. */
export interface BatchEffect {
  readonly shift: number;
  readonly analyticalSd: number;
  /** Mean of the batch's pooled QC over the pool's assigned value. */
  readonly recovery: number;
  /** Relative standard deviation of the batch's pooled QC, %. */
  readonly rsdPercent: number;
}

/** The laboratory's name of the batch that a draw was measured in. */
export const batchOf = (patient: SimulatedPatient, draw: Draw): string =>
  batchName(patient, dateOf(patient, draw.day));

/** How a laboratory's batch measured each analyte, and what its pooled-QC samples say of that; in panel order. */
export function batchEffects(patient: SimulatedPatient, draw: Draw): readonly BatchEffect[] {
  const random = batchRandom(patient, 'metabolomics', dateOf(patient, draw.day));
  const { batchSd, pooledQcInjections: injections, unstableShare, unstableSd } = METABOLOMICS;
  return ANALYTE_TABLE.map(() => {
    const shift = batchSd * random.normal();
    const unstable = random.uniform() < unstableShare;
    const analyticalSd = unstable ? unstableSd : METABOLOMICS.analyticalSd;
    const error = (analyticalSd / Math.sqrt(injections)) * random.normal();
    // A standard deviation of few injections is itself uncertain: about 1 / sqrt(2 (n - 1)) of it.
    const spread = Math.exp(random.normal() / Math.sqrt(2 * (injections - 1)));
    return {
      shift,
      analyticalSd,
      recovery: Math.exp(shift + error),
      rsdPercent: 100 * analyticalSd * spread,
    };
  });
}

/**
 * Log concentrations (umol/L) in the patient's blood as a faultless instrument would read them: person, day, meal and
 * burden, with the analytical noise of one injection; in panel order.
 */
export function truestLogs(patient: SimulatedPatient, draw: Draw): readonly number[] {
  const systemic = systemicBurden(burdenAtDraw(patient, draw));
  const person = patient.random.fork('metabolomics person');
  const sample = patient.random.fork(`metabolomics ${draw.label}`);
  const meal = sample.normal() + (sampleState(patient, draw).fasting ? 0 : METABOLOMICS.mealSds);
  return ANALYTE_TABLE.map(
    ([, a]) =>
      Math.log(a.median) +
      a.personSd * person.normal() +
      a.loading * systemic +
      a.fed * meal +
      Math.hypot(a.withinSd, METABOLOMICS.analyticalSd) * sample.normal(),
  );
}

/** The same as the laboratory's instrument read them: diluted, haemolysed, shifted by the batch. */
export function measuredLogs(
  patient: SimulatedPatient,
  draw: Draw,
  batch: readonly BatchEffect[],
): readonly number[] {
  const noise = patient.random.fork(`metabolomics instrument ${draw.label}`);
  const dilution = METABOLOMICS.dilutionSd * noise.normal();
  const { haemolysed } = sampleState(patient, draw);
  const { analyticalSd: usual } = METABOLOMICS;
  return truestLogs(patient, draw).map((log, position) => {
    const { shift = 0, analyticalSd = usual } = batch[position] ?? {};
    const extra = Math.sqrt(analyticalSd ** 2 - usual ** 2) * noise.normal();
    const leaked = haemolysed ? (ANALYTE_TABLE[position]?.[1].redCells ?? 0) : 0;
    return log + dilution + shift + leaked + extra;
  });
}
