import { DIRECTIONS, offsetOf, type GreyLevels } from './grey-levels.ts';

/**
 * How often grey levels lie side by side: `counts[(i - 1) * levels + j - 1]`, over the 13 directions in 3D at distance
 * 1, both ways (symmetric), all directions in one matrix.
 *
 * @see IBSI reference manual, arXiv:1612.07003, section 3.6, "3D, merged"
 */
export function coOccurrence({ values, size, levels }: GreyLevels): Float64Array {
  // With a row and a column for "outside", which are dropped: the inner loop then has no branch but one.
  const wide = levels + 1;
  const pairs = new Uint32Array(wide * wide);
  const offsets = Int32Array.from(DIRECTIONS.map((direction) => offsetOf(size, direction)));
  for (let at = 0; at < values.length; at++) {
    const level = values[at] ?? 0;
    if (level === 0) continue;
    const row = level * wide;
    for (let d = 0; d < offsets.length; d++) {
      const cell = row + (values[at + (offsets[d] ?? 0)] ?? 0);
      pairs[cell] = (pairs[cell] ?? 0) + 1;
    }
  }
  const counts = new Float64Array(levels * levels);
  for (let i = 1; i <= levels; i++)
    for (let j = 1; j <= levels; j++)
      counts[(i - 1) * levels + j - 1] = (pairs[i * wide + j] ?? 0) + (pairs[j * wide + i] ?? 0);
  return counts;
}

const entropyOf = (shares: Float64Array): number =>
  shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log2(share) : sum), 0);

/** Shares of single levels, of sums i + j (from 0) and of differences |i - j|. */
const marginalsOf = (shares: Float64Array, levels: number) => {
  const single = new Float64Array(levels + 1);
  const sums = new Float64Array(2 * levels + 1);
  const differences = new Float64Array(levels);
  for (let i = 1; i <= levels; i++)
    for (let j = 1; j <= levels; j++) {
      const share = shares[(i - 1) * levels + j - 1] ?? 0;
      single[i] = (single[i] ?? 0) + share;
      sums[i + j] = (sums[i + j] ?? 0) + share;
      differences[Math.abs(i - j)] = (differences[Math.abs(i - j)] ?? 0) + share;
    }
  return { single, sums, differences };
};

/** Sum of `valueOf(index)` weighted by shares. */
const expectation = (shares: Float64Array, valueOf: (index: number) => number): number =>
  shares.reduce((sum, share, index) => (share > 0 ? sum + share * valueOf(index) : sum), 0);

/** Cross entropies of the joint shares with those of two independent levels. */
const informationOf = (shares: Float64Array, single: Float64Array, jointEntropy: number) => {
  const levels = single.length - 1;
  let [crossed, independent] = [0, 0];
  for (let i = 1; i <= levels; i++)
    for (let j = 1; j <= levels; j++) {
      const product = (single[i] ?? 0) * (single[j] ?? 0);
      if (product === 0) continue;
      crossed -= (shares[(i - 1) * levels + j - 1] ?? 0) * Math.log2(product);
      independent -= product * Math.log2(product);
    }
  const own = entropyOf(single);
  return {
    informationCorrelation1: own === 0 ? 0 : (jointEntropy - crossed) / own,
    informationCorrelation2: Math.sqrt(Math.max(0, 1 - Math.exp(-2 * (independent - jointEntropy)))),
  };
};

export type CoOccurrenceFeatures = ReturnType<typeof coOccurrenceFeatures>;

/**
 * Texture by grey levels side by side, named as IBSI names them; entropies in bits.
 *
 * @param counts symmetric, shape (levels, levels)
 * @returns NaN where no two voxels of the region touch; of one grey level alone correlation is 1, as in IBSI
 * @see Haralick 1973, doi:10.1109/TSMC.1973.4309314; IBSI reference manual section 3.6
 */
export function coOccurrenceFeatures(counts: Float64Array, levels: number) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => count / total);
  const { single, sums, differences } = marginalsOf(shares, levels);
  const jointAverage = expectation(single, (i) => i);
  const jointVariance = expectation(single, (i) => (i - jointAverage) ** 2);
  const differenceAverage = expectation(differences, (k) => k);
  const sumMoment = (power: number): number => expectation(sums, (k) => (k - 2 * jointAverage) ** power);
  const contrast = expectation(differences, (k) => k ** 2);
  const jointEntropy = entropyOf(shares);
  const features = {
    jointMaximum: shares.reduce((most, share) => Math.max(most, share), 0),
    jointAverage,
    jointVariance,
    jointEntropy,
    differenceAverage,
    differenceVariance: expectation(differences, (k) => (k - differenceAverage) ** 2),
    differenceEntropy: entropyOf(differences),
    sumAverage: expectation(sums, (k) => k),
    sumVariance: sumMoment(2),
    sumEntropy: entropyOf(sums),
    angularSecondMoment: shares.reduce((sum, share) => sum + share ** 2, 0),
    contrast,
    dissimilarity: differenceAverage,
    inverseDifference: expectation(differences, (k) => 1 / (1 + k)),
    inverseDifferenceNormalised: expectation(differences, (k) => 1 / (1 + k / levels)),
    inverseDifferenceMoment: expectation(differences, (k) => 1 / (1 + k ** 2)),
    inverseDifferenceMomentNormalised: expectation(differences, (k) => 1 / (1 + (k / levels) ** 2)),
    inverseVariance: expectation(differences, (k) => (k === 0 ? 0 : 1 / k ** 2)),
    // With equal variances of i and j: Var(i - j) = 2 Var (1 - correlation).
    correlation: jointVariance === 0 ? 1 : 1 - contrast / (2 * jointVariance),
    autocorrelation: jointVariance + jointAverage ** 2 - contrast / 2,
    clusterTendency: sumMoment(2),
    clusterShade: sumMoment(3),
    clusterProminence: sumMoment(4),
    ...informationOf(shares, single, jointEntropy),
  };
  if (total > 0) return features;
  return Object.fromEntries(Object.keys(features).map((name) => [name, Number.NaN])) as typeof features;
}
