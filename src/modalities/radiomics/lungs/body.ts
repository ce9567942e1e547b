/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Vector3 } from '../contract.ts';
import { ballSteps, fromEdges, open, packBits, unpackBits } from './bits.ts';
import { connectedComponents, measureComponents } from './components.ts';
import { HU_RANGE, type WorkingGrid } from './working-grid.ts';

/**
 * HU below which a voxel is air: about halfway between inflated lung (-850) and soft tissue (40), where the iteration
 * of Hu, Hoffman and Reinhardt 2001 (doi:10.1109/42.929615) ends on a healthy chest. It is fixed: HU are calibrated,
 * and a threshold that follows the image (theirs, or Otsu's) moves with emphysema, effusion and the table, so that
 * two CTs of one patient would be measured by two rulers.
 */
export const AIR_BELOW_HU = -400;

/** The mean of open air is lower, that of any lung higher. */
const OPEN_AIR_BELOW_HU = -960;

/** Thinner tissue is no body: the table's shell, clothes, tubes, a blanket. */
const BODY_RADIUS_MM = 4;

/** In the plane of each slice: 1 where a voxel has a neighbour by an edge with `mask` set, or is so itself. */
function grownInPlane(mask: Uint8Array, [nx, ny]: Vector3): Uint8Array {
  const out = mask.slice();
  const plane = nx * ny;
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] === 0) continue;
    const [x, inPlane] = [at % nx, at % plane];
    if (x > 0) out[at - 1] = 1;
    if (x < nx - 1) out[at + 1] = 1;
    if (inPlane >= nx) out[at - nx] = 1;
    if (inPlane < plane - nx) out[at + nx] = 1;
  }
  return out;
}

/** Calls back for each voxel at the four edges of every slice. */
function forEachEdgeVoxel([nx, ny, nz]: Vector3, visit: (at: number) => void): void {
  for (let z = 0; z < nz; z++) {
    const slice = nx * ny * z;
    for (let x = 0; x < nx; x++) {
      visit(slice + x);
      visit(slice + nx * (ny - 1) + x);
    }
    for (let y = 0; y < ny; y++) {
      visit(slice + nx * y);
      visit(slice + nx * y + nx - 1);
    }
  }
}

/**
 * What no detector saw: connected in its slice to the slice's edge through voxels of the lowest HU (the corners
 * outside of a round field of view; also open air, where a scanner cuts it off at -1024), and one voxel further.
 */
function findBeyond({ hu, size }: WorkingGrid): Uint8Array {
  const empty = new Uint8Array(hu.length);
  for (let i = 0; i < hu.length; i++) empty[i] = Number(hu[i]! <= HU_RANGE[0] + 0.5);
  const reached = fromEdges(packBits(empty, size), true);
  empty.fill(0);
  unpackBits(reached, empty);
  return grownInPlane(empty, size);
}

/**
 * Air that may be inside the body, on the working grid.
 *
 * Outside is judged slice by slice, where the chest wall closes around the lungs even if the airway is open to the
 * mouth in another: an area of air that reaches the edge of the field of view and is on average as thin as open air
 * lies outside. A lung that the field of view cuts reaches the edge too, and is denser.
 *
 * Of a cut lung the outermost voxel is lost.
 */
export function findInnerAir(grid: WorkingGrid): Uint8Array {
  const { hu, size } = grid;
  const beyond = findBeyond(grid);
  const air = new Uint8Array(hu.length);
  for (let i = 0; i < hu.length; i++) air[i] = Number(hu[i]! < AIR_BELOW_HU && beyond[i] === 0);
  const areas = connectedComponents(air, size, true);
  const reaches = new Uint8Array(areas.count + 1);
  const nextToBeyond = grownInPlane(beyond, size);
  const mark = (at: number): void => {
    reaches[areas.labels[at]!] = 1;
  };
  forEachEdgeVoxel(size, mark);
  for (let i = 0; i < nextToBeyond.length; i++) if (nextToBeyond[i] !== 0) mark(i);
  const { meanHu } = measureComponents(areas, size, hu);
  for (let i = 0; i < air.length; i++) {
    const area = areas.labels[i]!;
    if (reaches[area] === 1 && meanHu[area]! < OPEN_AIR_BELOW_HU) air[i] = 0;
  }
  return air;
}

/** Where the body is, without table, clothes and lungs. */
export interface Body {
  /** Is a voxel between parts of the body, along three of its row's and its column's four ways at least? */
  encloses(x: number, y: number, z: number): boolean;
  /** Is there body to the right or to the left of it, as the mediastinum is of a lung and nothing is of a table? */
  flanks(x: number, y: number, z: number): boolean;
  /** Column of the working grid where the body's right and left half meet. */
  readonly middle: number;
}

/** The first and the last voxel of the body in each row and in each column of each slice. */
function spansOf(body: Uint8Array, [nx, ny, nz]: Vector3) {
  const rows = { first: new Int32Array(ny * nz).fill(nx), last: new Int32Array(ny * nz).fill(-1) };
  const columns = { first: new Int32Array(nx * nz).fill(ny), last: new Int32Array(nx * nz).fill(-1) };
  for (let at = 0; at < body.length; at++) {
    if (body[at] === 0) continue;
    const x = at % nx;
    const row = (at - x) / nx;
    const y = row % ny;
    const column = nx * ((row - y) / ny) + x;
    if (x < rows.first[row]!) rows.first[row] = x;
    if (x > rows.last[row]!) rows.last[row] = x;
    if (y < columns.first[column]!) columns.first[column] = y;
    if (y > columns.last[column]!) columns.last[column] = y;
  }
  return { rows, columns };
}

/** The mean over rows of the middle of the body's span there, wide rows counting more. */
function middleOf({ first, last }: { first: Int32Array; last: Int32Array }): number {
  let [sum, weight] = [0, 0];
  for (let row = 0; row < first.length; row++) {
    const width = last[row]! - first[row]! + 1;
    if (width <= 0) continue;
    sum += (width * (first[row]! + last[row]!)) / 2;
    weight += width;
  }
  return sum / weight;
}

/** The largest piece of tissue once thin things are taken off; undefined where there is none. */
export function findBody(grid: WorkingGrid): Body | undefined {
  const { hu, size, spacingMm } = grid;
  const tissue = new Uint8Array(hu.length);
  for (let i = 0; i < hu.length; i++) tissue[i] = Number(hu[i]! >= AIR_BELOW_HU);
  const thick = open(packBits(tissue, size), ballSteps(BODY_RADIUS_MM, spacingMm));
  tissue.fill(0);
  unpackBits(thick, tissue);
  const pieces = connectedComponents(tissue, size);
  const { voxels } = measureComponents(pieces, size, hu);
  const largest = voxels.indexOf(Math.max(...voxels));
  if (largest === 0) return undefined;
  for (let i = 0; i < tissue.length; i++) tissue[i] = Number(pieces.labels[i] === largest);
  const { rows, columns } = spansOf(tissue, size);
  const [nx, ny] = size;
  return {
    middle: middleOf(rows),
    encloses: (x, y, z) => {
      const [row, column] = [y + ny * z, x + nx * z];
      const ways =
        Number(rows.first[row]! < x) +
        Number(rows.last[row]! > x) +
        Number(columns.first[column]! < y) +
        Number(columns.last[column]! > y);
      return ways >= 3;
    },
    flanks: (x, y, z) => rows.first[y + ny * z]! < x || rows.last[y + ny * z]! > x,
  };
}
