import { neighbourOffsets, type GreyLevels } from './grey-levels.ts';

/** By grey level (index 0 is level 1): voxels that have a neighbour, and the sum of |level - mean of its neighbours|. */
export interface GreyToneDifferences {
  readonly voxels: Float64Array;
  readonly differences: Float64Array;
}

/** @see IBSI reference manual, arXiv:1612.07003, section 3.10, "3D", distance 1 */
export function greyToneDifferences({ values, size, levels }: GreyLevels): GreyToneDifferences {
  const offsets = neighbourOffsets(size);
  const voxels = new Float64Array(levels);
  const differences = new Float64Array(levels);
  for (let at = 0; at < values.length; at++) {
    const level = values[at] ?? 0;
    if (level === 0) continue;
    let [sum, count] = [0, 0];
    for (let d = 0; d < offsets.length; d++) {
      const other = values[at + (offsets[d] ?? 0)] ?? 0;
      sum += other;
      count += Number(other > 0);
    }
    if (count === 0) continue;
    voxels[level - 1] = (voxels[level - 1] ?? 0) + 1;
    differences[level - 1] = (differences[level - 1] ?? 0) + Math.abs(level - sum / count);
  }
  return { voxels, differences };
}

interface Level {
  readonly level: number;
  readonly share: number;
  readonly difference: number;
}

const sumOverPairs = (levels: readonly Level[], valueOf: (a: Level, b: Level) => number): number =>
  levels.reduce((sum, a) => levels.reduce((inner, b) => inner + valueOf(a, b), sum), 0);

/** IBSI's most for what does not differ at all. */
const MOST_COARSE = 1e6;

export type GreyToneFeatures = ReturnType<typeof greyToneFeatures>;

/**
 * Texture by differences from the neighbourhood, named as IBSI names them.
 *
 * @returns NaN where no two voxels of the region touch; of one grey level alone IBSI's values: coarseness 1e6, else 0
 * @see Amadasun 1989, doi:10.1109/21.44046; IBSI reference manual section 3.10
 */
export function greyToneFeatures({ voxels, differences }: GreyToneDifferences) {
  const total = voxels.reduce((sum, count) => sum + count, 0);
  const nothing = total === 0 ? Number.NaN : 0;
  const levels = Array.from(voxels, (count, index): Level => ({
    level: index + 1,
    share: count / total,
    difference: differences[index] ?? 0,
  })).filter(({ share }) => share > 0);
  const all = levels.reduce((sum, { difference }) => sum + difference, 0);
  const weighted = levels.reduce((sum, { share, difference }) => sum + share * difference, 0);
  const spread = sumOverPairs(levels, (a, b) => a.share * b.share * (a.level - b.level) ** 2);
  const steps = sumOverPairs(levels, (a, b) => Math.abs(a.level * a.share - b.level * b.share));
  const complexity = sumOverPairs(
    levels,
    (a, b) =>
      (Math.abs(a.level - b.level) * (a.share * a.difference + b.share * b.difference)) / (a.share + b.share),
  );
  const strength = sumOverPairs(levels, (a, b) => (a.share + b.share) * (a.level - b.level) ** 2);
  const several = levels.length > 1;
  return {
    coarseness: weighted === 0 ? nothing + MOST_COARSE : Math.min(1 / weighted, MOST_COARSE),
    contrast: several ? (spread / (levels.length * (levels.length - 1))) * (all / total) : nothing,
    busyness: several && steps > 0 ? weighted / steps : nothing,
    complexity: several ? complexity / total : nothing,
    strength: all > 0 ? strength / all : nothing,
  };
}
