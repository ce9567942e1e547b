import { createRandom, type Random } from '../../numerics/index.ts';
import { MATRIX, SLICE_PIXELS } from './canvas.ts';

/** A block of noise that is drawn once and cut from ever anew: at random offsets, signs and axes. */
export interface NoiseBlock {
  readonly values: Float32Array;
  readonly side: number;
  readonly layers: number;
}

const smoothLine = (
  values: Float32Array,
  start: number,
  step: number,
  count: number,
  line: Float64Array,
  kernel: readonly number[],
): void => {
  const reach = (kernel.length - 1) / 2;
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (const [at, weight] of kernel.entries())
      sum += weight * (values[start + ((i + at - reach + count) % count) * step] ?? 0);
    line[i] = sum;
  }
  for (let i = 0; i < count; i++) values[start + i * step] = line[i] ?? 0;
};

function noiseBlock(
  random: Random,
  side: number,
  layers: number,
  kernel: readonly number[],
  rounds: number,
): NoiseBlock {
  const values = new Float32Array(side * side * layers);
  for (let i = 0; i < values.length; i++) values[i] = random.normal();
  const line = new Float64Array(side);
  for (let round = 0; round < rounds; round++)
    for (let layer = 0; layer < layers; layer++)
      for (let i = 0; i < side; i++) {
        smoothLine(values, layer * side * side + i * side, 1, side, line, kernel);
        smoothLine(values, layer * side * side + i, side, side, line, kernel);
      }
  let squares = 0;
  for (const value of values) squares += value * value;
  const scale = 1 / Math.sqrt(squares / values.length);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * scale;
  return { values, side, layers };
}

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

/** The scanner's noise: its grain is about two pixels, as that of a soft reconstruction kernel. */
export const grain = once(() => noiseBlock(createRandom(3601), 256, 6, [0.27, 0.46, 0.27], 1));
/** Perfusion and air: patches of some 15 mm. */
export const patches = once(() => noiseBlock(createRandom(3602), 128, 8, [0.1, 0.2, 0.4, 0.2, 0.1], 4));

/** A cut of one slice: value of pixel (column, row) = sign * values[start + rowStep * row + column]. */
export interface Cut {
  readonly start: number;
  readonly rowStep: number;
  readonly sign: 1 | -1;
}

export function cutOf({ side, layers }: NoiseBlock, random: Random): Cut {
  const layer = random.integer(layers);
  const [x, y] = [random.integer(side - MATRIX + 1), random.integer(side - MATRIX + 1)];
  return { start: (layer * side + y) * side + x, rowStep: side, sign: random.integer(2) === 0 ? 1 : -1 };
}

function blurRows(values: Float32Array, start: number, centre: number): void {
  const edge = (1 - centre) / 2;
  for (let at = start; at < start + SLICE_PIXELS; at += MATRIX) {
    let left = values[at] ?? 0;
    for (let pixel = at + 1; pixel < at + MATRIX - 1; pixel++) {
      const here = values[pixel] ?? 0;
      values[pixel] = centre * here + edge * (left + (values[pixel + 1] ?? 0));
      left = here;
    }
  }
}

function blurColumns(values: Float32Array, start: number, centre: number, above: Float32Array): void {
  const edge = (1 - centre) / 2;
  above.set(values.subarray(start, start + MATRIX));
  for (let row = 1; row < MATRIX - 1; row++) {
    const at = start + row * MATRIX;
    for (let column = 0; column < MATRIX; column++) {
      const here = values[at + column] ?? 0;
      values[at + column] =
        centre * here + edge * ((above[column] ?? 0) + (values[at + MATRIX + column] ?? 0));
      above[column] = here;
    }
  }
}

/**
 * In-plane blur of every slice, in place: half a pixel of the detector and of the reconstruction.
 *
 * @param centre weight of the pixel itself; the rest is its neighbours'
 */
export function blurSlices(values: Float32Array, slices: number, centre: number): void {
  const above = new Float32Array(MATRIX);
  for (let slice = 0; slice < slices; slice++) {
    blurRows(values, slice * SLICE_PIXELS, centre);
    blurColumns(values, slice * SLICE_PIXELS, centre, above);
  }
}
