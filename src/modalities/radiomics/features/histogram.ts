/** Counts of whole intensities: `counts[k]` voxels have the intensity `first + k`. */
export interface Histogram {
  readonly first: number;
  readonly counts: Float64Array;
}

/** Intensity-based statistics as IBSI names them (reference manual 3.3); kurtosis is excess kurtosis, moments are biased. */
export interface IntensityStatistics {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
  readonly skewness: number;
  readonly kurtosis: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly median: number;
  readonly interquartileRange: number;
  readonly meanAbsoluteDeviation: number;
  /** Of the values between the 10th and the 90th percentile, both included. */
  readonly robustMeanAbsoluteDeviation: number;
  readonly medianAbsoluteDeviation: number;
  readonly rootMeanSquare: number;
  /** Of the whole intensities themselves as bins, in bits. */
  readonly entropyBits: number;
  /** Sum of squared shares. */
  readonly uniformity: number;
}

export const countOf = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0);

/** The k-th smallest value, k from 0. */
const orderStatistic = ({ first, counts }: Histogram, k: number): number => {
  let below = 0;
  for (let at = 0; at < counts.length; at++) {
    below += counts[at] ?? 0;
    if (below > k) return first + at;
  }
  return Number.NaN;
};

/**
 * Percentile by linear interpolation between order statistics (type 7, NumPy's default): IBSI leaves the kind open.
 *
 * @param share in [0, 1]
 * @returns NaN of an empty histogram
 */
export const percentileOf = (histogram: Histogram, share: number): number => {
  const position = (countOf(histogram) - 1) * share;
  const below = Math.floor(position);
  const low = orderStatistic(histogram, below);
  if (position === below) return low;
  return low + (position - below) * (orderStatistic(histogram, below + 1) - low);
};

/** Sum over the voxels of `valueOf` of their intensity. */
const sumOf = ({ first, counts }: Histogram, valueOf: (intensity: number) => number): number => {
  let sum = 0;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] ?? 0;
    if (count > 0) sum += count * valueOf(first + at);
  }
  return sum;
};

/** Share of voxels whose intensity passes; NaN of none. */
export const shareOf = (histogram: Histogram, passes: (intensity: number) => boolean): number =>
  sumOf(histogram, (intensity) => Number(passes(intensity))) / countOf(histogram);

const robustDeviation = (histogram: Histogram): number => {
  const [low, high] = [percentileOf(histogram, 0.1), percentileOf(histogram, 0.9)];
  const within = (intensity: number): number => Number(intensity >= low && intensity <= high);
  const inside = sumOf(histogram, within);
  const mean = sumOf(histogram, (intensity) => within(intensity) * intensity) / inside;
  return sumOf(histogram, (intensity) => within(intensity) * Math.abs(intensity - mean)) / inside;
};

/**
 * Statistics of all voxels of a histogram, exact: nothing is binned beyond whole intensities.
 *
 * @returns NaN of an empty one; skewness and kurtosis are 0 where all intensities are equal, as IBSI sets them
 * @see Zwanenburg 2020, doi:10.1148/radiol.2020191145; reference manual arXiv:1612.07003, sections 3.3 and 3.4
 */
export function intensityStatistics(histogram: Histogram): IntensityStatistics {
  const count = countOf(histogram);
  const mean = sumOf(histogram, (intensity) => intensity) / count;
  const moment = (power: number): number =>
    sumOf(histogram, (intensity) => (intensity - mean) ** power) / count;
  const variance = moment(2);
  const median = percentileOf(histogram, 0.5);
  const flat = variance === 0;
  let [entropyBits, uniformity] = [0, 0];
  for (const each of histogram.counts) {
    if (each === 0) continue;
    entropyBits -= (each / count) * Math.log2(each / count);
    uniformity += (each / count) ** 2;
  }
  return {
    count,
    mean,
    variance,
    skewness: flat ? 0 : moment(3) / variance ** 1.5,
    kurtosis: flat ? 0 : moment(4) / variance ** 2 - 3,
    minimum: orderStatistic(histogram, 0),
    maximum: orderStatistic(histogram, count - 1),
    median,
    interquartileRange: percentileOf(histogram, 0.75) - percentileOf(histogram, 0.25),
    meanAbsoluteDeviation: sumOf(histogram, (intensity) => Math.abs(intensity - mean)) / count,
    robustMeanAbsoluteDeviation: robustDeviation(histogram),
    medianAbsoluteDeviation: sumOf(histogram, (intensity) => Math.abs(intensity - median)) / count,
    rootMeanSquare: Math.sqrt(sumOf(histogram, (intensity) => intensity ** 2) / count),
    entropyBits: count === 0 ? Number.NaN : entropyBits,
    uniformity: count === 0 ? Number.NaN : uniformity,
  };
}
