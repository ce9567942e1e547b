import { neighbourOffsets, type GreyLevels } from './grey-levels.ts';

/** Zones of equal grey level, 26-connected in 3D: level and voxels of each, in the order they are met. */
export interface SizeZones {
  readonly level: Uint8Array;
  readonly voxels: Uint32Array;
  /** Of the region. */
  readonly regionVoxels: number;
  readonly levels: number;
}

/** @see IBSI reference manual, arXiv:1612.07003, section 3.8, "3D" */
export function sizeZones({ values, size, levels }: GreyLevels): SizeZones {
  const left = values.slice();
  const offsets = neighbourOffsets(size);
  const stack = new Int32Array(left.length);
  const level: number[] = [];
  const voxels: number[] = [];
  let regionVoxels = 0;
  for (let seed = 0; seed < left.length; seed++) {
    const own = left[seed] ?? 0;
    if (own === 0) continue;
    let [height, count] = [1, 0];
    stack[0] = seed;
    left[seed] = 0;
    while (height > 0) {
      const at = stack[--height] ?? 0;
      count++;
      for (let d = 0; d < offsets.length; d++) {
        const next = at + (offsets[d] ?? 0);
        if (left[next] !== own) continue;
        left[next] = 0;
        stack[height++] = next;
      }
    }
    level.push(own);
    voxels.push(count);
    regionVoxels += count;
  }
  return { level: Uint8Array.from(level), voxels: Uint32Array.from(voxels), regionVoxels, levels };
}

/** How many zones share each value. */
const tally = (values: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

const sumOfSquares = (counts: Map<number, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count ** 2, 0);

/** Mean over the zones. */
const meanOf = ({ level, voxels }: SizeZones, valueOf: (level: number, voxels: number) => number): number => {
  let sum = 0;
  for (let zone = 0; zone < level.length; zone++) sum += valueOf(level[zone] ?? 0, voxels[zone] ?? 0);
  return sum / level.length;
};

export type SizeZoneFeatures = ReturnType<typeof sizeZoneFeatures>;

/**
 * Texture by zones of equal grey level, named as IBSI names them.
 *
 * @returns NaN of an empty region
 * @see Thibault 2014, doi:10.1109/TBME.2013.2284600; IBSI reference manual section 3.8
 */
export function sizeZoneFeatures(zones: SizeZones) {
  const count = zones.level.length;
  const of = (valueOf: (level: number, voxels: number) => number): number => meanOf(zones, valueOf);
  const [meanLevel, meanVoxels] = [of((level) => level), of((_, voxels) => voxels)];
  const byLevel = sumOfSquares(tally(zones.level));
  const bySize = sumOfSquares(tally(zones.voxels));
  // A cell of the matrix is a pair of level and size; sizes stay below 2^32.
  const cells = tally(
    zones.level.reduce<number[]>((all, level, zone) => {
      all.push(level * 2 ** 32 + (zones.voxels[zone] ?? 0));
      return all;
    }, []),
  );
  return {
    smallZoneEmphasis: of((_, voxels) => 1 / voxels ** 2),
    largeZoneEmphasis: of((_, voxels) => voxels ** 2),
    lowGreyLevelZoneEmphasis: of((level) => 1 / level ** 2),
    highGreyLevelZoneEmphasis: of((level) => level ** 2),
    smallZoneLowGreyLevelEmphasis: of((level, voxels) => 1 / (level ** 2 * voxels ** 2)),
    smallZoneHighGreyLevelEmphasis: of((level, voxels) => level ** 2 / voxels ** 2),
    largeZoneLowGreyLevelEmphasis: of((level, voxels) => voxels ** 2 / level ** 2),
    largeZoneHighGreyLevelEmphasis: of((level, voxels) => level ** 2 * voxels ** 2),
    greyLevelNonUniformity: byLevel / count,
    greyLevelNonUniformityNormalised: byLevel / count ** 2,
    zoneSizeNonUniformity: bySize / count,
    zoneSizeNonUniformityNormalised: bySize / count ** 2,
    zonePercentage: count / zones.regionVoxels,
    greyLevelVariance: of((level) => (level - meanLevel) ** 2),
    zoneSizeVariance: of((_, voxels) => (voxels - meanVoxels) ** 2),
    zoneSizeEntropy:
      count === 0
        ? Number.NaN
        : [...cells.values()].reduce((sum, cell) => sum - (cell / count) * Math.log2(cell / count), 0),
  };
}
