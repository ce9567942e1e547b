/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../../domain/index.ts';
import type { CtVolume, Lungs, VoxelBox } from '../contract.ts';
import { findAirway } from './airway.ts';
import { dilate, ONE_VOXEL, packBits, unpackBits } from './bits.ts';
import { findBody, findInnerAir } from './body.ts';
import { closeLungs, outline } from './outline.ts';
import { findSides, LEFT, RIGHT } from './sides.ts';
import { joinVoxels, voxelMl, type WorkingGrid } from './working-grid.ts';

/** Of both lungs together; less is no chest, or a chest of which hardly a slice was taken. */
const LUNGS_ML = 300;
/** Of the widest slice: lungs that are wider than this in the first or the last slice are cut off there. */
const CUT_AT_HEAD = 0.5;
const CUT_AT_FOOT = 0.95;

const refuse = (detail: string): never => {
  throw new CdsError('CT_NO_LUNGS', detail);
};

/** Lungs have their widest slice inside of the volume: an abdomen has it at its top, a neck at its foot. */
function refuseCutLungs(grid: WorkingGrid, map: Uint8Array): void {
  const [nx, ny, nz] = grid.size;
  const areas = new Float64Array(nz);
  for (let z = 0, at = 0; z < nz; z++) {
    for (let i = 0; i < nx * ny; i++, at++) if (map[at] === RIGHT || map[at] === LEFT) areas[z]!++;
  }
  const widest = Math.max(...areas);
  if (areas[nz - 1]! > CUT_AT_HEAD * widest) refuse('the lungs go on above the uppermost slice');
  if (areas[0]! > CUT_AT_FOOT * widest) refuse('the lungs go on below the lowest slice');
}

/** The smallest box of voxels around a mask that is not empty. */
function boxOf(mask: Uint8Array, [nx, ny, nz]: CtVolume['size']): VoxelBox {
  const first: [number, number, number] = [nx, ny, nz];
  const last: [number, number, number] = [-1, -1, -1];
  for (let row = 0; row < ny * nz; row++) {
    const start = row * nx;
    const from = mask.indexOf(1, start);
    if (from < 0) break;
    if (from >= start + nx) {
      row = Math.floor(from / nx) - 1;
      continue;
    }
    const until = mask.lastIndexOf(1, start + nx - 1);
    const y = row % ny;
    const z = (row - y) / ny;
    first[0] = Math.min(first[0], from - start);
    last[0] = Math.max(last[0], until - start);
    first[1] = Math.min(first[1], y);
    last[1] = Math.max(last[1], y);
    first[2] = Math.min(first[2], z);
    last[2] = Math.max(last[2], z);
  }
  return { first, last };
}

/** Inner air without trachea, main bronchi and their walls. */
function withoutAirway(grid: WorkingGrid, air: Uint8Array, airway: Uint8Array): Uint8Array {
  const walls = new Uint8Array(air.length);
  unpackBits(dilate(packBits(airway, grid.size), ONE_VOXEL), walls);
  for (let at = 0; at < air.length; at++) walls[at] = Number(air[at] === 1 && walls[at] === 0);
  return walls;
}

/** A lung of a smaller share of the other counts as missing. */
const MISSING_SHARE = 0.2;

/** The box with its mirror image across the body's middle, as far as the volume goes. */
function bothHalves(volume: CtVolume, box: VoxelBox, middle: number): VoxelBox {
  const { first, last } = box;
  const from = Math.min(first[0], Math.max(0, Math.floor(2 * middle - last[0])));
  const to = Math.max(last[0], Math.min(volume.size[0] - 1, Math.ceil(2 * middle - first[0])));
  return { first: [from, first[1], first[2]], last: [to, last[1], last[2]] };
}

/**
 * Finds the lungs in a chest CT.
 *
 * On voxels joined to 2 mm or so (at most 2.5): air below -400 HU; what is open air is taken out slice by slice; trachea and main
 * bronchi with it; of the pieces that are left those are lungs that the body encloses, that are not mostly gas, and
 * that are large enough; two that touch are parted. Vessels and nodules within them, and notches up to 20 mm wide (a
 * nodule at the pleura, the hilum's branches), are filled. Then their outer edge is decided voxel by voxel by the
 * volume's own values.
 *
 * The mask is aerated lung and what it encloses: pleural fluid, a consolidation that reaches the pleura on a broad
 * front and a tumour that fills a hilum are not in it. A pneumothorax is, where it joins the lung. A bronchus within
 * a lung is lung. What joining loses: a pleural line or a septum of air thinner than a joined voxel at the outer edge.
 *
 * @param volume HU on any grid, clamped or not; axes as the contract says
 * @returns mask of the volume's size; millilitres by side, 0 for a lung that is missing. Besides the mask, less than
 *   one copy of an int16 volume is held at a time for in-plane voxels of 0.7 mm
 * @throws {CdsError} CT_NO_LUNGS: another body part, a phantom, or lungs that the first or last slice cuts off where
 *   they are widest
 * @see Hu, Hoffman, Reinhardt 2001, doi:10.1109/42.929615; unlike them: a fixed threshold ({@link AIR_BELOW_HU}),
 *   and lungs that touch are parted in three dimensions by shrinking
 */
export function segmentLungs(volume: CtVolume): Lungs {
  if (volume.hu.length === 0) refuse('the volume has no voxel');
  const grid = joinVoxels(volume);
  const body = findBody(grid) ?? refuse('there is nothing but air');
  const inner = findInnerAir(grid);
  const airway = findAirway(grid, inner, body.middle);
  const air = withoutAirway(grid, inner, airway);
  const map = findSides(grid, air, body) ?? refuse('no air in the body has the size and density of a lung');
  refuseCutLungs(grid, map);
  const closed = closeLungs(grid, map, airway);
  const { mask, voxels } = outline(volume, grid, map, closed, airway);
  const ml = voxelMl(volume.spacingMm);
  const volumeMl = { right: voxels.right * ml, left: voxels.left * ml };
  const [smaller, larger] = [
    Math.min(volumeMl.right, volumeMl.left),
    Math.max(volumeMl.right, volumeMl.left),
  ];
  if (smaller + larger < LUNGS_ML) refuse(`the lungs are smaller than ${LUNGS_ML} ml`);
  const found = { mask, box: boxOf(mask, volume.size), volumeMl };
  if (smaller >= MISSING_SHARE * larger) return found;
  const middle = (body.middle + 0.5) * grid.factor[0] - 0.5;
  return { ...found, chestBox: bothHalves(volume, found.box, middle) };
}
