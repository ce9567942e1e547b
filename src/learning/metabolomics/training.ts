/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { selectRows, type SurvivalData, validateSurvivalData } from '../../survival/index.ts';
import type { PanelRows } from './layout.ts';

/** Patient-landmark rows to learn from; all arrays of shape (n). */
export interface PanelTraining {
  readonly rows: PanelRows;
  /** Which patient; a patient has several rows. */
  readonly patient: Int32Array;
  /** Which landmark: rows are compared within it. */
  readonly landmark: Int32Array;
  /** The fold of the row's patient. */
  readonly fold: Int32Array;
  /** Months since the landmark, censored at the horizon; no delayed entry. */
  readonly data: SurvivalData;
  /** Months after the landmark at which `data` ends. */
  readonly horizonMonths: number;
}

/** @throws {CdsError} LEARNING_INPUT_INVALID, SURVIVAL_INPUT_INVALID: lengths that differ, delayed entry */
export function checkTraining({ rows, patient, landmark, fold, data }: PanelTraining): number {
  const n = validateSurvivalData(data);
  const lengths = {
    patient: patient.length,
    landmark: landmark.length,
    fold: fold.length,
    rows: rows.x.length / rows.layout.columns,
  };
  for (const [name, length] of Object.entries(lengths))
    if (length !== n)
      throw new CdsError('LEARNING_INPUT_INVALID', `${name} has ${String(length)} rows, data ${String(n)}`);
  if (data.entry !== undefined)
    throw new CdsError('LEARNING_INPUT_INVALID', 'data has delayed entry; its clock starts at the landmark');
  return n;
}

/** The rows `indices` of a matrix, row-major. */
export const rowsOf = (x: Float64Array, columns: number, indices: Int32Array): Float64Array => {
  const result = new Float64Array(indices.length * columns);
  indices.forEach((index, at) => {
    result.set(x.subarray(index * columns, (index + 1) * columns), at * columns);
  });
  return result;
};

/** The columns `indices` of a matrix, row-major. */
export const columnsOf = (x: Float64Array, columns: number, indices: Int32Array): Float64Array => {
  const width = indices.length;
  const result = new Float64Array((x.length / columns) * width);
  for (let at = 0; at < result.length; at++)
    result[at] = x[Math.floor(at / width) * columns + indices[at % width]!]!;
  return result;
};

export const selectTraining = (training: PanelTraining, indices: Int32Array): PanelTraining => {
  const { rows, patient, landmark, fold, data, horizonMonths } = training;
  const pick = (values: Int32Array): Int32Array => indices.map((index) => values[index]!);
  return {
    rows: { layout: rows.layout, x: rowsOf(rows.x, rows.layout.columns, indices) },
    patient: pick(patient),
    landmark: pick(landmark),
    fold: pick(fold),
    data: selectRows(data, indices),
    horizonMonths,
  };
};
