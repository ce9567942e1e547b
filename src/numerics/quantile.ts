/**
 * Quantile of a sample by linear interpolation between order statistics (type 7, R's and NumPy's default).
 *
 * @param sorted ascending, not empty
 * @param probability in [0, 1]
 * @see Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566
 */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (position - below) * (high - low);
}

/** As quantileOfSorted, for values in any order; `values` is left as it is. */
export const quantile = (values: ArrayLike<number>, probability: number): number =>
  quantileOfSorted(Float64Array.from(values).sort(), probability);
