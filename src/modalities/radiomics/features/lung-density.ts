import type { CtVolume, Lungs } from '../contract.ts';
import type { ImageFeatureName } from './names.ts';

const LOWEST_HU = -1024;
const LEVELS = 4096;

/** How many voxels of the lungs have each whole HU from -1024 on; what lies beyond counts at the ends. */
function histogramOf(
  { hu }: CtVolume,
  { mask }: Lungs,
): { readonly counts: Uint32Array; readonly voxels: number } {
  const counts = new Uint32Array(LEVELS);
  let voxels = 0;
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] !== 1) continue;
    const level = Math.min(LEVELS - 1, Math.max(0, Math.round(hu[at] ?? LOWEST_HU) - LOWEST_HU));
    counts[level] = (counts[level] ?? 0) + 1;
    voxels++;
  }
  return { counts, voxels };
}

/** The HU at or below which a share of the voxels lies. */
const percentile = (counts: Uint32Array, voxels: number, share: number): number => {
  let seen = 0;
  const level = counts.findIndex((count) => (seen += count) >= share * voxels);
  return level + LOWEST_HU;
};

/**
 * Volume and density of the lungs. Shares are of their voxels; the mass takes -1000 HU for nothing and 0 HU for water
 * (1 g/ml).
 */
export function lungDensity(volume: CtVolume, lungs: Lungs): Record<ImageFeatureName, number> {
  const { counts, voxels } = histogramOf(volume, lungs);
  const [x, y, z] = volume.spacingMm;
  const ml = (x * y * z) / 1000;
  let sum = 0;
  let squares = 0;
  let below = 0;
  let above = 0;
  counts.forEach((count, level) => {
    const value = level + LOWEST_HU;
    sum += count * value;
    squares += count * value * value;
    if (value < -950) below += count;
    if (value > -500) above += count;
  });
  const mean = sum / voxels;
  const { right, left } = lungs.volumeMl;
  return {
    lungVolumeRightMl: right,
    lungVolumeLeftMl: left,
    lungVolumeTotalMl: right + left,
    lungMeanHu: mean,
    lungSdHu: Math.sqrt(Math.max(0, squares / voxels - mean * mean)),
    lungPercentile10Hu: percentile(counts, voxels, 0.1),
    lungMedianHu: percentile(counts, voxels, 0.5),
    lungPercentile90Hu: percentile(counts, voxels, 0.9),
    lungShareBelow950Hu: below / voxels,
    lungShareAbove500Hu: above / voxels,
    lungMassG: (mean / 1000 + 1) * voxels * ml,
  };
}
