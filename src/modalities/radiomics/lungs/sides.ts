/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Vector3 } from '../contract.ts';
import { erode, ONE_VOXEL, packBits, unpackBits } from './bits.ts';
import type { Body } from './body.ts';
import {
  type Components,
  type ComponentFigures,
  connectedComponents,
  measureComponents,
} from './components.ts';
import { voxelMl, type WorkingGrid } from './working-grid.ts';

/** Values of a map of sides; anything else than a lung only keeps lungs from growing into it. */
export const RIGHT = 1;
export const LEFT = 2;
export const NOT_LUNG = 3;

/** Bowel, stomach, a windpipe that was not recognised: half of their voxels are thinner than all but bullae. */
const GAS_BELOW_HU = -960;
/** Smaller pieces of gas are told from lung by nothing, and too small to matter. */
const GAS_ML = 5;
/** A lung has at least so much in one piece; a remainder squeezed by an effusion is smaller. */
const LUNG_ML = 250;
const REMAINDER_ML = 15;
/** A remainder lies above the lowest quarter of the lung it is the remainder beside. */
const REMAINDER_HEIGHT = 0.25;
/** Lungs lie in the body: of their voxels at least so many. Of one that the field of view cuts, beside it. */
const ENCLOSED = 0.7;
/** Centres of a right and a left lung are at least so far from each other. */
const APART_MM = 60;
/** Two lungs that touch: neither is smaller than this share of both. */
const SMALLER_SHARE = 0.12;
/** Bridges between them are up to twice this thick. */
const BRIDGE_MM = 14;

interface Pieces extends Components {
  readonly figures: ComponentFigures;
  readonly ml: Float64Array;
  /** Of voxels of gas. */
  readonly gas: Float64Array;
  /** Of voxels that the body encloses. */
  readonly enclosed: Float64Array;
  /** Of voxels that it flanks. */
  readonly flanked: Float64Array;
}

/** Pieces of air, shrunk by a voxel: walls have given way to nothing, thin bridges are gone. */
function piecesOf(grid: WorkingGrid, air: Uint8Array, body: Body): Pieces {
  const { size, hu, spacingMm } = grid;
  const [nx, ny] = size;
  const core = new Uint8Array(air.length);
  unpackBits(erode(packBits(air, size), ONE_VOXEL), core);
  const components = connectedComponents(core, size);
  const figures = measureComponents(components, size, hu);
  const share = () => new Float64Array(components.count + 1);
  const [gas, enclosed, flanked] = [share(), share(), share()];
  for (let at = 0; at < core.length; at++) {
    const label = components.labels[at]!;
    if (label === 0) continue;
    if (hu[at]! < GAS_BELOW_HU) gas[label]!++;
    const x = at % nx;
    const row = (at - x) / nx;
    const [y, z] = [row % ny, Math.floor(row / ny)];
    if (body.encloses(x, y, z)) enclosed[label]!++;
    if (body.flanks(x, y, z)) flanked[label]!++;
  }
  for (let label = 1; label <= components.count; label++) {
    for (const counts of [gas, enclosed, flanked]) counts[label]! /= figures.voxels[label]!;
  }
  return {
    ...components,
    figures,
    gas,
    enclosed,
    flanked,
    ml: figures.voxels.map((n) => n * voxelMl(spacingMm)),
  };
}

const isLungLike = ({ enclosed, flanked, gas, ml }: Pieces, label: number): boolean =>
  gas[label]! < 0.5 &&
  (enclosed[label]! >= ENCLOSED || (ml[label]! >= LUNG_ML && flanked[label]! >= ENCLOSED));

/** Labels of lungs and parts of lungs, the largest first; empty where there is no lung. */
function chooseLungs(pieces: Pieces): readonly number[] {
  const labels = Array.from({ length: pieces.count }, (_, i) => i + 1)
    .filter((label) => pieces.ml[label]! >= REMAINDER_ML && isLungLike(pieces, label))
    .sort((a, b) => pieces.ml[b]! - pieces.ml[a]!);
  const largest = labels[0];
  if (largest === undefined || pieces.ml[largest]! < LUNG_ML) return [];
  const { first, last } = pieces.figures.box(largest);
  const lowest = first[2] + REMAINDER_HEIGHT * (last[2] - first[2]);
  return labels.filter((label) => label === largest || pieces.figures.centre[2][label]! > lowest);
}

/** Which of the numbers of `share` are the two largest of different sides; undefined where there is one side only. */
function twoSides(
  labels: readonly number[],
  figures: ComponentFigures,
  apart: number,
): readonly [right: number, left: number] | undefined {
  const [first] = labels;
  if (first === undefined) return undefined;
  const x = figures.centre[0];
  const all = labels.reduce((sum, label) => sum + figures.voxels[label]!, 0);
  const second = labels.find((label) => Math.abs(x[label]! - x[first]!) >= apart);
  if (second === undefined || figures.voxels[second]! < SMALLER_SHARE * all) return undefined;
  return x[first]! < x[second]! ? [first, second] : [second, first];
}

/** Marks the voxels of components by the side that is given to each of them. */
function paint(map: Uint8Array, labels: Int32Array, sideOf: Uint8Array): void {
  for (let at = 0; at < map.length; at++) {
    const side = sideOf[labels[at]!]!;
    if (side !== 0) map[at] = side;
  }
}

/** Shrinks one piece until it falls into a right and a left part; undefined where it does not. */
function splitByShrinking(grid: WorkingGrid, pieces: Pieces, label: number): Uint8Array | undefined {
  const { size, hu, spacingMm } = grid;
  const apart = APART_MM / spacingMm[0];
  const piece = new Uint8Array(pieces.labels.length);
  for (let at = 0; at < piece.length; at++) piece[at] = Number(pieces.labels[at] === label);
  let bits = packBits(piece, size);
  for (let step = 0; step < BRIDGE_MM / spacingMm[0]; step++) {
    bits = erode(bits, ONE_VOXEL);
    piece.fill(0);
    unpackBits(bits, piece);
    const parts = connectedComponents(piece, size);
    const figures = measureComponents(parts, size, hu);
    const largestFirst = Array.from({ length: parts.count }, (_, i) => i + 1).sort(
      (a, b) => figures.voxels[b]! - figures.voxels[a]!,
    );
    const both = twoSides(largestFirst, figures, apart);
    if (both === undefined) continue;
    const between = (figures.centre[0][both[0]]! + figures.centre[0][both[1]]!) / 2;
    const sideOf = figures.centre[0].map((x) => (x < between ? RIGHT : LEFT));
    const map = new Uint8Array(piece.length);
    paint(
      map,
      parts.labels,
      Uint8Array.from(sideOf, (side, part) => (part === 0 ? 0 : side)),
    );
    return map;
  }
  return undefined;
}

function sidesOfPieces(pieces: Pieces, lungs: readonly number[], between: number): Uint8Array {
  const sideOf = new Uint8Array(pieces.count + 1);
  for (let label = 1; label <= pieces.count; label++) {
    if (pieces.ml[label]! >= GAS_ML && !isLungLike(pieces, label)) sideOf[label] = NOT_LUNG;
  }
  for (const label of lungs) sideOf[label] = pieces.figures.centre[0][label]! < between ? RIGHT : LEFT;
  return sideOf;
}

/** Lets the marks grow through the air, all at once and a voxel a time, so that each takes what is nearest. */
function grow(map: Uint8Array, air: Uint8Array, [nx, ny, nz]: Vector3): void {
  const plane = nx * ny;
  let front: number[] = [];
  const take = (from: number, to: number, next: number[]): void => {
    if (map[to] !== 0 || air[to] === 0) return;
    map[to] = map[from]!;
    next.push(to);
  };
  const spread = (at: number, next: number[]): void => {
    const x = at % nx;
    const y = ((at - x) / nx) % ny;
    if (x > 0) take(at, at - 1, next);
    if (x < nx - 1) take(at, at + 1, next);
    if (y > 0) take(at, at - nx, next);
    if (y < ny - 1) take(at, at + nx, next);
    if (at >= plane) take(at, at - plane, next);
    if (at < plane * (nz - 1)) take(at, at + plane, next);
  };
  const marks = map.slice();
  for (let at = 0; at < marks.length; at++) if (marks[at] !== 0) spread(at, front);
  while (front.length > 0) {
    const next: number[] = [];
    for (const at of front) spread(at, next);
    front = next;
  }
}

/**
 * The lungs' air, right and left, on the working grid; gas that is none as {@link NOT_LUNG}.
 *
 * Pieces of air are lungs by where they are (enclosed by the body), by what they hold (not mostly gas) and by size;
 * a small piece beside a lung counts if it is not at its foot, where bowel and stomach are. Which side is which is
 * told by two lungs themselves, wherever the mediastinum has gone; a single one by the body's middle. One piece that
 * is both (they touch in front of the heart and behind it) is shrunk until it falls apart; then both grow back.
 *
 * @param air inner air without trachea and main bronchi
 * @returns undefined where there are no lungs
 */
export function findSides(grid: WorkingGrid, air: Uint8Array, body: Body): Uint8Array | undefined {
  const pieces = piecesOf(grid, air, body);
  const chosen = chooseLungs(pieces);
  if (chosen.length === 0) return undefined;
  const { figures, labels } = pieces;
  const both = twoSides(chosen, figures, APART_MM / grid.spacingMm[0]);
  const split = both === undefined ? splitByShrinking(grid, pieces, chosen[0]!) : undefined;
  const between =
    both === undefined ? body.middle : (figures.centre[0][both[0]]! + figures.centre[0][both[1]]!) / 2;
  const sideOf = sidesOfPieces(pieces, chosen, between);
  if (split !== undefined) sideOf[chosen[0]!] = 0;
  const map = split ?? new Uint8Array(air.length);
  paint(map, labels, sideOf);
  grow(map, air, grid.size);
  return map;
}
