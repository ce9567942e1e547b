/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../../domain/index.ts';
import { quantileOfSorted } from '../../../numerics/index.ts';

/** The median of the numbers among the values; NaN where there is none. */
export function medianOfMeasured(values: Float64Array): number {
  const measured = values.filter((value) => !Number.isNaN(value)).sort();
  return measured.length === 0 ? Number.NaN : quantileOfSorted(measured, 0.5);
}

/** Median of each column over the rows that have it, shape (columns); NaN where none has. */
export function columnMedians(x: Float64Array, columns: number): Float64Array {
  const rows = x.length / columns;
  const column = new Float64Array(rows);
  return Float64Array.from({ length: columns }, (_, j) => {
    for (let i = 0; i < rows; i++) column[i] = x[i * columns + j]!;
    return medianOfMeasured(column);
  });
}

/**
 * Probabilistic quotient normalisation on logarithms: from each row the median, over its measured analytes, of its
 * log quotients to the reference is taken away. A dilution of the sample moves all analytes alike and vanishes; an
 * analyte that moves alone stays, as long as fewer than half do.
 *
 * @param logs shape (n, columns), row-major; NaN = missing, and left so
 * @param reference shape (columns): log of the reference sample, here the median of the training rows; an analyte
 *   whose reference is NaN does not vote, and becomes NaN
 * @returns normalised logs; a row without a measured analyte stays as it is (NaN)
 * @throws {CdsError} LEARNING_INPUT_INVALID if the lengths don't fit
 * @see Dieterle 2006, doi:10.1021/ac051632c
 */
export function quotientNormalise(logs: Float64Array, reference: Float64Array): Float64Array {
  const columns = reference.length;
  if (columns === 0 || logs.length % columns !== 0)
    throw new CdsError(
      'LEARNING_INPUT_INVALID',
      `reference has ${String(columns)} values, which do not divide the ${String(logs.length)} of logs`,
    );
  const result = new Float64Array(logs.length);
  for (let start = 0; start < logs.length; start += columns) {
    const quotients = reference.map((value, j) => logs[start + j]! - value);
    const median = medianOfMeasured(quotients);
    for (let j = 0; j < columns; j++) result[start + j] = quotients[j]! + reference[j]! - median;
  }
  return result;
}
