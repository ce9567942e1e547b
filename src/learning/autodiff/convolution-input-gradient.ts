import {
  CUBE,
  fitted,
  flipped,
  type Geometry,
  marginConvolution,
  plainConvolution,
  sizesOf,
} from './convolution-node.ts';
import { concat, insertZeros, reshape, slice, transpose } from './layout.ts';
import { fixed } from './shape.ts';
import type { Tensor } from './tape.ts';

/**
 * dL/dx[i] = sum over o of dL/dy[o] w[i + padding - stride o].
 *
 * At stride 1 that is a convolution with the flipped kernel. At stride s the values i = s q + r of each remainder r
 * meet every s-th tap only: s^3 small convolutions, whose results are interleaved.
 */
export function inputGradient(d: Tensor, x: Tensor, weight: Tensor, geometry: Geometry): Tensor {
  const kernel = sizesOf(weight);
  if (geometry.padding === 0 && kernel.every((size) => size === 1)) return ofPoints(d, x, weight, geometry);
  return geometry.stride === 1 ? ofFlipped(d, weight, geometry) : interleaved(d, x, weight, geometry);
}

const NONE = CUBE.map(() => 0);

/** A kernel of one tap: what the stride left out has no gradient. */
function ofPoints(d: Tensor, x: Tensor, weight: Tensor, { stride }: Geometry): Tensor {
  const points = plainConvolution(d, flipped(weight), { before: NONE, after: NONE });
  const steps = CUBE.map((axis) => ({ axis: axis + 2, step: stride }));
  return fitted(insertZeros(points, steps), sizesOf(x));
}

function ofFlipped(d: Tensor, weight: Tensor, { padding }: Geometry): Tensor {
  const margin = sizesOf(weight).map((size) => size - 1 - padding);
  return plainConvolution(d, flipped(weight), { before: margin, after: margin });
}

function interleaved(d: Tensor, x: Tensor, weight: Tensor, geometry: Geometry): Tensor {
  const { stride } = geometry;
  const [batch = 1, channels = 1] = x.shape;
  const sizes = sizesOf(x).map((size) => Math.ceil(size / stride));
  const remainders = Array.from({ length: stride }, (_, r) => r);
  const parts = remainders.flatMap((z) =>
    remainders.flatMap((y) =>
      remainders.map((w) => ofRemainder(d, weight, { ...geometry, remainder: [z, y, w], sizes })),
    ),
  );
  const stacked = concat(
    parts.map((part) => reshape(part, [batch, channels, 1, ...sizes])),
    2,
  );
  const apart = reshape(stacked, [batch, channels, stride, stride, stride, ...sizes]);
  const woven = reshape(transpose(apart, [0, 1, 5, 2, 6, 3, 7, 4]), [
    batch,
    channels,
    ...sizes.map((size) => size * stride),
  ]);
  return fitted(woven, sizesOf(x));
}

interface Remainder extends Geometry {
  readonly remainder: readonly number[];
  /** Of the result. */
  readonly sizes: readonly number[];
}

/**
 * The gradient of the values i = s q + r. With k = k0 + s j, k0 = (r + padding) mod s, the output that tap k took
 * value i for is o = q + floor((r + padding) / s) - j.
 */
function ofRemainder(d: Tensor, weight: Tensor, { stride, padding, remainder, sizes }: Remainder): Tensor {
  const taps = slice(
    weight,
    sizesOf(weight).map((to, axis) => ({
      axis: axis + 2,
      from: ((remainder[axis] ?? 0) + padding) % stride,
      to,
      step: stride,
    })),
  );
  const kernel = sizesOf(taps);
  const before = kernel.map(
    (size, axis) => size - 1 - Math.floor(((remainder[axis] ?? 0) + padding) / stride),
  );
  const after = sizesOf(d).map(
    (size, axis) => fixed(sizes[axis]) - size - fixed(before[axis]) + fixed(kernel[axis]) - 1,
  );
  return marginConvolution(d, flipped(taps), before, after);
}
