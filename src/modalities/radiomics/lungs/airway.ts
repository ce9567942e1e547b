/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import {
  type Components,
  type ComponentFigures,
  connectedComponents,
  measureComponents,
} from './components.ts';
import type { WorkingGrid } from './working-grid.ts';

/** Air in the windpipe and its branches; a lung has next to none of it in one piece across an airway's wall. */
const LUMEN_BELOW_HU = -850;

/** Of the lumen of a trachea in one slice: 13-27 mm across in adults (Breatnach 1984), with room for obliquity. */
const TRACHEA_AREA_MM2 = [50, 900] as const;
/** From the body's middle; a mediastinum that moved after pneumonectomy included. */
const TRACHEA_FROM_MIDDLE_MM = 60;
/** A chain of slices this long that keeps its place and its size is a trachea. */
const TRACHEA_LENGTH_MM = 24;
/** Of two chains longer than this the upper one is the trachea: a bowel can be straight too. */
const LONG_MM = 80;
/** How much the area may grow from slice to slice; more is a leak into the lung, or the lung itself. */
const GROWTH = 1.8;
/** Main bronchi are followed this far down from the trachea's end. */
const BRONCHI_LENGTH_MM = 70;
const BRONCHI_FROM_TRACHEA_MM = 60;
const BRONCHUS_AREA_MM2 = [20, 900] as const;

interface Lumens {
  readonly grid: WorkingGrid;
  readonly areas: Components;
  readonly figures: ComponentFigures;
  /** Millimetres squared of a voxel in the plane. */
  readonly pixelMm2: number;
}

/** Which areas of the slice below an area lies over, and on how many voxels. */
function below({ grid, areas, figures }: Lumens, area: number): Map<number, number> {
  const [nx, ny] = grid.size;
  const { first, last } = figures.box(area);
  const found = new Map<number, number>();
  if (first[2] === 0) return found;
  for (let y = first[1]; y <= last[1]; y++) {
    const row = nx * (y + ny * first[2]);
    for (let at = row + first[0]; at <= row + last[0]; at++) {
      if (areas.labels[at] !== area) continue;
      const other = areas.labels[at - nx * ny]!;
      if (other !== 0) found.set(other, (found.get(other) ?? 0) + 1);
    }
  }
  return found;
}

/** Roundish, of a trachea's size, near the middle. */
function likeTrachea({ grid, figures, pixelMm2 }: Lumens, area: number, middle: number): boolean {
  const mm2 = figures.voxels[area]! * pixelMm2;
  if (mm2 < TRACHEA_AREA_MM2[0] || mm2 > TRACHEA_AREA_MM2[1]) return false;
  const fromMiddle = Math.abs(figures.centre[0][area]! - middle) * grid.spacingMm[0];
  if (fromMiddle > TRACHEA_FROM_MIDDLE_MM) return false;
  const { first, last } = figures.box(area);
  const [width, depth] = [last[0] - first[0] + 1, last[1] - first[1] + 1];
  return figures.voxels[area]! > 0.45 * width * depth && width < 2.5 * depth && depth < 2.5 * width;
}

const alike = (a: number, b: number): boolean => a < GROWTH * b + 8 && b < GROWTH * a + 8;

/** Chains of areas from slice to slice, from the head down: how long each area's is, and what it came from. */
function chains(lumens: Lumens, middle: number) {
  const { areas, figures } = lumens;
  const length = new Int32Array(areas.count + 1);
  const above = new Int32Array(areas.count + 1);
  // Labels grow with z.
  for (let area = areas.count; area >= 1; area--) {
    if (!likeTrachea(lumens, area, middle)) continue;
    length[area]!++;
    for (const next of below(lumens, area).keys()) {
      if (length[area]! > length[next]! && alike(figures.voxels[area]!, figures.voxels[next]!)) {
        length[next] = length[area]!;
        above[next] = area;
      }
    }
  }
  // An area that is not like a trachea ends its chain.
  return { length: length.map((n, area) => (likeTrachea(lumens, area, middle) ? n : 0)), above };
}

/** The chain of areas, one a slice from the head down, that is the longest; empty where none is long enough. */
function findTrachea(lumens: Lumens, middle: number): readonly number[] {
  const { length, above } = chains(lumens, middle);
  const sliceMm = lumens.grid.spacingMm[2];
  let end = 0;
  for (let area = length.length - 1; area >= 1; area--) {
    const longer = length[area]! > length[end]! && length[end]! * sliceMm < LONG_MM;
    if (longer || (length[area] !== 0 && above[area] === end && end !== 0)) end = area;
  }
  if (length[end]! * sliceMm < TRACHEA_LENGTH_MM) return [];
  const chain: number[] = [];
  for (let area = end; area !== 0; area = above[area]!) chain.unshift(area);
  return chain;
}

/** From the trachea down: what lies under it and under what was found, splits, and stays small. */
function findBronchi(lumens: Lumens, trachea: readonly number[]): ReadonlySet<number> {
  const { figures, grid, pixelMm2 } = lumens;
  const end = trachea.at(-1)!;
  const lowest = figures.centre[2][end]! - BRONCHI_LENGTH_MM / grid.spacingMm[2];
  const reach = BRONCHI_FROM_TRACHEA_MM / grid.spacingMm[0];
  const isBronchus = (area: number, above: number): boolean => {
    const mm2 = figures.voxels[area]! * pixelMm2;
    return (
      mm2 >= BRONCHUS_AREA_MM2[0] &&
      mm2 <= BRONCHUS_AREA_MM2[1] &&
      figures.voxels[area]! <= GROWTH * figures.voxels[above]! + 8 &&
      Math.abs(figures.centre[0][area]! - figures.centre[0][end]!) <= reach &&
      figures.centre[2][area]! >= lowest
    );
  };
  const found = new Set(trachea);
  // A set is walked through in the order of its elements, those that are added on the way too.
  for (const area of found) {
    for (const other of below(lumens, area).keys()) if (isBronchus(other, area)) found.add(other);
  }
  return found;
}

/**
 * Trachea and main bronchi, without their walls: 1 in their lumen. The trachea is the longest chain of areas that keep
 * place and size from slice to slice; the bronchi are followed from its end until they open into something larger or
 * become too small, as Hu, Hoffman and Reinhardt 2001 (doi:10.1109/42.929615) do. Bronchi within the lungs stay lung.
 *
 * All 0 where there is no trachea: covered by no slice, or closed.
 */
export function findAirway(grid: WorkingGrid, innerAir: Uint8Array, middle: number): Uint8Array {
  const { hu, size, spacingMm } = grid;
  const airway = new Uint8Array(hu.length);
  for (let i = 0; i < hu.length; i++) airway[i] = Number(innerAir[i] !== 0 && hu[i]! < LUMEN_BELOW_HU);
  const areas = connectedComponents(airway, size, true);
  const figures = measureComponents(areas, size, hu);
  const lumens = { grid, areas, figures, pixelMm2: spacingMm[0] * spacingMm[1] };
  const trachea = findTrachea(lumens, middle);
  const isAirway = new Uint8Array(areas.count + 1);
  if (trachea.length > 0) {
    for (const area of findBronchi(lumens, trachea)) isAirway[area] = 1;
  }
  for (let i = 0; i < airway.length; i++) airway[i] = isAirway[areas.labels[i]!]!;
  return airway;
}
