/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { normalQuantile, type Random } from '../../numerics/index.ts';
import type { CtAugmentation } from './settings.ts';

/** Where a voxel's value comes from: source = matrix (voxel - centre) + centre + shift; x, y, z; row-major. */
interface Movement {
  readonly matrix: Float64Array;
  readonly shift: readonly [x: number, y: number, z: number];
  /** Exchanges left and right, else nothing but a shift by whole voxels. */
  readonly whole: boolean;
  readonly flip: boolean;
}

/** At most this much either way. */
const within = (random: Random, most: number): number => most * (2 * random.uniform() - 1);

/** Rz Ry Rx / scale, columns of x negated by a flip: small angles, so that their order hardly matters. */
const matrixOf = (random: Random, { rotationDegrees, logScale }: CtAugmentation, flip: boolean) => {
  const angle = (): number => (within(random, rotationDegrees) * Math.PI) / 180;
  const [a, b, c] = [angle(), angle(), angle()];
  const inverse = Math.exp(within(random, logScale));
  const [sa, ca, sb, cb, sc, cc] = [
    Math.sin(a),
    Math.cos(a),
    Math.sin(b),
    Math.cos(b),
    Math.sin(c),
    Math.cos(c),
  ];
  const x = flip ? -inverse : inverse;
  return Float64Array.of(
    x * cc * cb,
    inverse * (cc * sb * sa - sc * ca),
    inverse * (cc * sb * ca + sc * sa),
    x * sc * cb,
    inverse * (sc * sb * sa + cc * ca),
    inverse * (sc * sb * ca - cc * sa),
    x * -sb,
    inverse * cb * sa,
    inverse * cb * ca,
  );
};

const drawMovement = (random: Random, settings: CtAugmentation): Movement => {
  const flip = random.uniform() < settings.flipProbability;
  const whole = random.uniform() < settings.wholeVoxelShare;
  const shift = [0, 0, 0].map(() => within(random, settings.shiftVoxels));
  const matrix = matrixOf(random, settings, flip);
  const [x = 0, y = 0, z = 0] = whole ? shift.map(Math.round) : shift;
  return { matrix, shift: [x, y, z], whole, flip };
};

/** A move by whole voxels: values are copied as they are; what comes from beyond the cube is 0. */
const moveWhole = (from: Float32Array, to: Float32Array, n: number, { shift, flip }: Movement): void => {
  const [dx, dy, dz] = shift;
  to.fill(0);
  for (let z = Math.max(0, -dz); z < Math.min(n, n - dz); z++)
    for (let y = Math.max(0, -dy); y < Math.min(n, n - dy); y++) {
      const out = n * (y + n * z);
      const row = n * (y + dy + n * (z + dz));
      for (let x = 0; x < n; x++) {
        const source = (flip ? n - 1 - x : x) + dx;
        if (source >= 0 && source < n) to[out + x] = from[row + source]!;
      }
    }
};

/** The image with a border of 0, one voxel wide: what lies further out is 0 too. */
const bordered = (from: Float32Array, into: Float32Array, n: number): void => {
  const m = n + 2;
  for (let z = 0; z < n; z++)
    for (let y = 0; y < n; y++) {
      const row = n * (y + n * z);
      into.set(from.subarray(row, row + n), 1 + m * (y + 1 + m * (z + 1)));
    }
};

/** Trilinear; what comes from beyond the cube is 0. @param from the image with its border, (n + 2)^3 */
const moveTrilinear = (from: Float32Array, to: Float32Array, n: number, movement: Movement): void => {
  const { matrix, shift } = movement;
  const centre = (n - 1) / 2;
  const [mxx, myx, mzx] = [matrix[0]!, matrix[3]!, matrix[6]!];
  const [ny, nz] = [n + 2, (n + 2) ** 2];
  // In the border's own coordinates, where the image starts at 1; a voxel's upper neighbours are always there.
  const [origin, last] = [centre + 1, n + 1];
  const most = last - 1e-6;
  let at = 0;
  for (let k = 0; k < n; k++)
    for (let j = 0; j < n; j++) {
      const [b, c] = [j - centre, k - centre];
      let x = -mxx * centre + matrix[1]! * b + matrix[2]! * c + origin + shift[0];
      let y = -myx * centre + matrix[4]! * b + matrix[5]! * c + origin + shift[1];
      let z = -mzx * centre + matrix[7]! * b + matrix[8]! * c + origin + shift[2];
      for (let i = 0; i < n; i++, at++, x += mxx, y += myx, z += mzx) {
        if (x <= 0 || y <= 0 || z <= 0 || x >= most || y >= most || z >= most) {
          to[at] = 0;
          continue;
        }
        const x0 = x | 0;
        const y0 = y | 0;
        const z0 = z | 0;
        const [u, v, w] = [x - x0, y - y0, z - z0];
        const p = x0 + ny * y0 + nz * z0;
        const q = p + nz;
        const low = from[p]! + u * (from[p + 1]! - from[p]!);
        const high = from[p + ny]! + u * (from[p + ny + 1]! - from[p + ny]!);
        const above = from[q]! + u * (from[q + 1]! - from[q]!);
        const beyond = from[q + ny]! + u * (from[q + ny + 1]! - from[q + ny]!);
        const near = low + v * (high - low);
        to[at] = near + w * (above + v * (beyond - above) - near);
      }
    }
};

/** Normal deviates at equally likely points: a voxel's noise is one of them, for the price of a look-up. */
const NORMALS = Float32Array.from({ length: 4096 }, (_, i) => normalQuantile((i + 0.5) / 4096));

/** value * gain + offset + noise, kept within 0..1, where the window of the images ends too. */
const changeValues = (to: Float32Array, random: Random, { gain, offset, noise }: CtAugmentation): void => {
  const factor = 1 + within(random, gain);
  const added = within(random, offset);
  let state = random.integer(0xffffffff) | 1; // xorshift32 (Marsaglia 2003, doi:10.18637/jss.v008.i14); never 0
  for (let at = 0; at < to.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = to[at]! * factor + added + noise * NORMALS[(state >>> 8) & 4095]!;
    to[at] = value < 0 ? 0 : value > 1 ? 1 : value;
  }
};

/** Writes a changed image. All draws come from `random`: equal streams give equal images. */
export type Augmenter = (from: Float32Array, to: Float32Array, random: Random) => void;

/**
 * Images are moved (shifted, turned, scaled, left and right exchanged), then their values changed (gain, offset, white
 * noise). The two CTs of a patient are changed by the same rules and by draws of their own, as two scans differ. Left
 * and right are exchanged although a chest is not symmetric: which side was operated on says nothing of the risk here,
 * and the score must not read it. Up and down, front and back never are.
 *
 * @param n voxels along each edge: images are n^3 values in 0..1, x fastest
 */
export function createAugmenter(n: number, settings: CtAugmentation): Augmenter {
  const border = new Float32Array((n + 2) ** 3);
  return (from, to, random) => {
    const movement = drawMovement(random, settings);
    if (movement.whole) {
      moveWhole(from, to, n, movement);
    } else {
      bordered(from, border, n);
      moveTrilinear(border, to, n, movement);
    }
    changeValues(to, random, settings);
  };
}
