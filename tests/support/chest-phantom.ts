/**
 * A chest of ellipsoids on a table, by formula: what is lung in it is known to the millimetre.
 *
 * Millimetres, 0 in the middle of the body, at the lowest slice: x to the left, y to the back, z to the head.
 */
import { createRandom } from '../../src/numerics/index.ts';
import type { CtVolume, Vector3 } from '../../src/modalities/radiomics/contract.ts';

export interface Shape {
  readonly hu: number;
  readonly holds: (x: number, y: number, z: number) => boolean;
}

export const ellipsoid = (centre: Vector3, half: Vector3, hu: number): Shape => ({
  hu,
  holds: (x, y, z) =>
    ((x - centre[0]) / half[0]) ** 2 + ((y - centre[1]) / half[1]) ** 2 + ((z - centre[2]) / half[2]) ** 2 <=
    1,
});

export const ball = (centre: Vector3, radius: number, hu: number): Shape =>
  ellipsoid(centre, [radius, radius, radius], hu);

export const box = (low: Vector3, high: Vector3, hu: number): Shape => ({
  hu,
  holds: (x, y, z) =>
    x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1] && z >= low[2] && z <= high[2],
});

/** A rod of a radius between two points. */
export const rod = (from: Vector3, to: Vector3, radius: number, hu: number): Shape => {
  const way = [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const;
  const square = way[0] ** 2 + way[1] ** 2 + way[2] ** 2;
  return {
    hu,
    holds: (x, y, z) => {
      const [dx, dy, dz] = [x - from[0], y - from[1], z - from[2]];
      const along = Math.min(1, Math.max(0, (dx * way[0] + dy * way[1] + dz * way[2]) / square));
      return (
        (dx - along * way[0]) ** 2 + (dy - along * way[1]) ** 2 + (dz - along * way[2]) ** 2 <= radius ** 2
      );
    },
  };
};

/** What two shapes share. */
export const both = (a: Shape, b: Shape): Shape => ({
  hu: a.hu,
  holds: (x, y, z) => a.holds(x, y, z) && b.holds(x, y, z),
});

const LUNG_HU = -850;
export const rightLung = (hu = LUNG_HU): Shape => ellipsoid([-75, 0, 165], [55, 85, 120], hu);
export const leftLung = (hu = LUNG_HU): Shape => ellipsoid([75, 0, 165], [50, 80, 115], hu);

export interface ChestOptions {
  readonly seed?: number;
  /** Standard deviation of the noise, HU. */
  readonly noiseHu?: number;
  /** In place of the two lungs. */
  readonly lungs?: readonly Shape[];
  /** Painted over everything else in the body. */
  readonly more?: readonly Shape[];
  readonly withAirway?: boolean;
  /** Of a round field of view; beyond it the volume holds padding. Everything is seen where not given. */
  readonly fieldOfViewMm?: number;
  readonly paddingHu?: number;
  readonly size?: Vector3;
  readonly spacingMm?: Vector3;
  /** Moves the whole patient, table and field of view included. */
  readonly shiftVoxels?: Vector3;
}

const TABLE: readonly Shape[] = [
  box([-220, 120, -50], [220, 146, 500], 100),
  box([-216, 123, -50], [216, 143, 500], -940),
];
const BODY = ellipsoid([0, 0, 160], [170, 112, 1e6], 40);
const ORGANS: readonly Shape[] = [
  ellipsoid([-70, 0, 30], [62, 90, 55], 60), // the dome of the liver
  ellipsoid([70, 0, 25], [58, 85, 50], 50),
  ellipsoid([15, -25, 130], [48, 45, 55], 45), // the heart
  rod([0, 75, -50], [0, 75, 500], 20, 300), // the spine
];
const AIRWAY_WALL: readonly Shape[] = [
  rod([0, 10, 190], [0, 10, 500], 12, 30),
  rod([0, 10, 190], [-45, 15, 160], 9, 30),
  rod([0, 10, 190], [50, 15, 155], 9, 30),
];
/** Trachea and main bronchi: what must not be lung. */
export const AIRWAY_LUMEN: readonly Shape[] = [
  rod([0, 10, 190], [0, 10, 500], 9, -1000),
  rod([0, 10, 190], [-42, 15, 162], 6, -1000),
  rod([0, 10, 190], [47, 15, 157], 6, -1000),
];

/** Where the shapes are painted, the last on top. */
function shapesOf(options: ChestOptions): readonly Shape[] {
  const lungs = options.lungs ?? [rightLung(), leftLung()];
  const airway = options.withAirway === false ? [] : [...AIRWAY_WALL, ...AIRWAY_LUMEN];
  return [...TABLE, BODY, ...lungs, ...ORGANS, ...airway, ...(options.more ?? [])];
}

export const CHEST_SIZE: Vector3 = [128, 96, 84];
export const CHEST_SPACING_MM: Vector3 = [3, 3, 4];

/** Millimetres of the phantom at a voxel. */
export function chestPosition(
  volume: Pick<CtVolume, 'originMm' | 'spacingMm'>,
  x: number,
  y: number,
  z: number,
): Vector3 {
  const { originMm, spacingMm } = volume;
  return [originMm[0] + x * spacingMm[0], originMm[1] + y * spacingMm[1], originMm[2] + z * spacingMm[2]];
}

/** Where the phantom's voxels are: its own middle is the volume's, unless it is moved. */
function gridOf({ size = CHEST_SIZE, spacingMm = CHEST_SPACING_MM, shiftVoxels = [0, 0, 0] }: ChestOptions) {
  const originMm: Vector3 = [
    -((size[0] - 1) / 2 + shiftVoxels[0]) * spacingMm[0],
    -((size[1] - 1) / 2 + shiftVoxels[1]) * spacingMm[1],
    -shiftVoxels[2] * spacingMm[2],
  ];
  return { size, spacingMm, originMm };
}

export function chestPhantom(options: ChestOptions = {}): CtVolume {
  const { noiseHu = 15, fieldOfViewMm = Infinity, paddingHu = -1024 } = options;
  const grid = gridOf(options);
  const [nx, ny, nz] = grid.size;
  const shapes = shapesOf(options).toReversed();
  const random = createRandom(options.seed ?? 1);
  const hu = new Int16Array(nx * ny * nz);
  for (let at = 0; at < hu.length; at++) {
    const x = at % nx;
    const row = (at - x) / nx;
    const p = chestPosition(grid, x, row % ny, Math.floor(row / ny));
    const noise = Math.round(noiseHu * random.normal());
    const isSeen = Math.hypot(p[0], p[1]) <= fieldOfViewMm;
    hu[at] = isSeen ? (shapes.find(({ holds }) => holds(...p))?.hu ?? -1000) + noise : paddingHu;
  }
  return { ...grid, hu, corrections: [], paddedVoxels: 0 };
}

/** How many voxels of the phantom satisfy something, and how many of them a mask has. */
export function covered(
  volume: CtVolume,
  mask: Uint8Array,
  holds: (x: number, y: number, z: number) => boolean,
): { readonly voxels: number; readonly inMask: number } {
  const [nx, ny] = volume.size;
  let [voxels, inMask] = [0, 0];
  for (let at = 0; at < mask.length; at++) {
    const x = at % nx;
    const row = (at - x) / nx;
    if (!holds(...chestPosition(volume, x, row % ny, Math.floor(row / ny)))) continue;
    voxels++;
    inMask += mask[at]!;
  }
  return { voxels, inMask };
}
