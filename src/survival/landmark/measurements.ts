/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { refuse, requireFinite, requireLength } from '../data.ts';

/** Values measured over time: one entry a measurement, shape (m) each; in the data's unit and from its origin. */
export interface Measurements {
  /** Index of the patient. */
  readonly patient: Int32Array;
  /** Index of the covariate. */
  readonly column: Int32Array;
  readonly value: Float64Array;
  /** When it was taken; before 0 is before the origin. */
  readonly measured: Float64Array;
  /** When it was known (its result issued); default: when it was taken. Never before that. */
  readonly usableFrom?: Float64Array;
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID */
const validate = (measurements: Measurements, patients: number, columns: number): void => {
  const { patient, column, value, measured, usableFrom } = measurements;
  requireFinite(value, patient.length, 'measurements.value');
  requireFinite(measured, patient.length, 'measurements.measured');
  requireLength(column, patient.length, 'measurements.column');
  if (usableFrom !== undefined) requireFinite(usableFrom, patient.length, 'measurements.usableFrom');
  const refuseAt = (at: number, why: string): never => refuse(`measurement ${at}: ${why}`);
  patient.forEach((who, at) => {
    if (who < 0 || who >= patients) refuseAt(at, `patient ${who} is not in data`);
    if (column[at]! < 0 || column[at]! >= columns)
      refuseAt(at, `column ${column[at]!} is not below ${columns}`);
    if (usableFrom !== undefined && usableFrom[at]! < measured[at]!)
      refuseAt(at, 'usableFrom is before measured');
  });
};

/** Measurements of each patient, the latest taken first; of those taken together the one known last. */
const latestFirst = ({ patient, measured, usableFrom }: Measurements, patients: number): number[][] => {
  const known = usableFrom ?? measured;
  const byPatient = Array.from({ length: patients }, (): number[] => []);
  for (let at = 0; at < patient.length; at++) byPatient[patient[at]!]!.push(at);
  for (const list of byPatient)
    list.sort((a, b) => measured[b]! - measured[a]! || known[b]! - known[a]! || b - a);
  return byPatient;
};

/**
 * Writes into a row what was known of a patient at a landmark: of each covariate the value taken last among those
 * usable by then, unless it is older than `maximumAge`. Nothing from after the landmark is seen.
 */
export function valuesAtLandmarks(input: {
  readonly measurements: Measurements;
  readonly columns: number;
  readonly patients: number;
  readonly maximumAge: number;
}): (patient: number, landmark: number, row: Float64Array) => void {
  const { measurements, columns, patients, maximumAge } = input;
  validate(measurements, patients, columns);
  const { column, value, measured, usableFrom = measured } = measurements;
  const byPatient = latestFirst(measurements, patients);
  return (patient, landmark, row) => {
    row.fill(NaN);
    const seen = new Uint8Array(columns);
    for (const at of byPatient[patient]!) {
      const j = column[at]!;
      if (seen[j] === 1 || usableFrom[at]! > landmark) continue;
      seen[j] = 1;
      if (landmark - measured[at]! <= maximumAge) row[j] = value[at]!;
    }
  };
}
