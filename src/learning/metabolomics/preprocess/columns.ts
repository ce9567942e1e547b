/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */

/** Share of rows in which each column is a number, shape (columns); of no rows 0. */
export function measuredShares(x: Float64Array, columns: number): Float64Array {
  const shares = new Float64Array(columns);
  const rows = x.length / columns;
  for (let at = 0; at < x.length; at++)
    if (!Number.isNaN(x[at]!)) shares[at % columns] = shares[at % columns]! + 1 / rows;
  return shares;
}

/** What autoscaling subtracts and divides by, each of shape (columns). */
export interface Scaling {
  /** Mean of the measured values; 0 where there is none. */
  readonly centre: Float64Array;
  /** Their standard deviation (n - 1); 1 where it is 0 or not defined, and `constant` says so. */
  readonly scale: Float64Array;
  readonly constant: Uint8Array;
}

/**
 * Mean and standard deviation of each column's measured values: autoscaling (unit variance) of metabolomics.
 *
 * @param x shape (n, columns), row-major; NaN = missing
 * @see van den Berg 2006, doi:10.1186/1471-2164-7-142; equals R's scale(x)
 */
export function fitScaling(x: Float64Array, columns: number): Scaling {
  const centre = new Float64Array(columns);
  const scale = new Float64Array(columns).fill(1);
  const constant = new Uint8Array(columns).fill(1);
  for (let j = 0; j < columns; j++) {
    const values = x.filter((value, at) => at % columns === j && !Number.isNaN(value));
    if (values.length === 0) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const sd = Math.sqrt(squares / (values.length - 1));
    centre[j] = mean;
    if (!(sd > 1e-9 * Math.max(1, Math.abs(mean)))) continue;
    scale[j] = sd;
    constant[j] = 0;
  }
  return { centre, scale, constant };
}
