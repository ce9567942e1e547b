/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { PanelTraining } from './training.ts';

/** One value a patient and feature, with what became of the patient. */
export interface PatientValues {
  /** Shape (patients, columns), row-major. */
  readonly x: Float64Array;
  /** 1: event within the horizon of a landmark; 0: known event-free at the horizon. Shape (patients). */
  readonly group: Uint8Array;
  /** The training's number of each patient. */
  readonly patients: Int32Array;
}

/** What became of each row: 1 event within the horizon, 0 event-free then, -1 not known (censored before). */
const rowGroups = ({ data, horizonMonths }: PanelTraining): Int8Array =>
  Int8Array.from(data.time, (time, row) => {
    if (data.event[row] === 1) return 1;
    return time >= horizonMonths - 1e-9 ? 0 : -1;
  });

/** Each row less the mean of its landmark: late landmarks have other levels, and other patients left. */
const centredByLandmark = (x: Float64Array, columns: number, landmark: Int32Array): Float64Array => {
  const sums = new Map<number, { readonly sum: Float64Array; rows: number }>();
  landmark.forEach((each, row) => {
    const entry = sums.get(each) ?? { sum: new Float64Array(columns), rows: 0 };
    for (let j = 0; j < columns; j++) entry.sum[j] = entry.sum[j]! + x[row * columns + j]!;
    entry.rows++;
    sums.set(each, entry);
  });
  return x.map((value, at) => {
    const { sum, rows } = sums.get(landmark[Math.floor(at / columns)]!)!;
    return value - sum[at % columns]! / rows;
  });
};

/**
 * One value a patient and feature, since a test takes its rows for independent, and a patient's landmarks are not:
 * the mean, over the landmarks that show the patient's group, of what lies above the landmark's mean. A patient who
 * recurs is of group 1 with the landmarks whose horizon holds the event; one who never does of group 0 with those
 * whose horizon was seen through. Others are left out.
 *
 * @param x shape (n, columns), preprocessed, nothing missing
 */
export function patientValues(x: Float64Array, columns: number, training: PanelTraining): PatientValues {
  const rowGroup = rowGroups(training);
  const groupOf = new Map<number, 0 | 1>();
  rowGroup.forEach((group, row) => {
    const patient = training.patient[row]!;
    if (group === 1) groupOf.set(patient, 1);
    else if (group === 0 && !groupOf.has(patient)) groupOf.set(patient, 0);
  });
  const patients = Int32Array.from(groupOf.keys()).sort();
  const position = new Map(Array.from(patients, (patient, at) => [patient, at]));
  const centred = centredByLandmark(x, columns, training.landmark);
  const sums = new Float64Array(patients.length * columns);
  const counts = new Int32Array(patients.length);
  rowGroup.forEach((group, row) => {
    const patient = training.patient[row]!;
    if (group < 0 || groupOf.get(patient) !== group) return;
    const at = position.get(patient)!;
    counts[at] = counts[at]! + 1;
    for (let j = 0; j < columns; j++)
      sums[at * columns + j] = sums[at * columns + j]! + centred[row * columns + j]!;
  });
  return {
    x: sums.map((sum, at) => sum / counts[Math.floor(at / columns)]!),
    group: Uint8Array.from(patients, (patient) => groupOf.get(patient)!),
    patients,
  };
}
