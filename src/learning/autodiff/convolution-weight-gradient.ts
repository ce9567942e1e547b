import { type Geometry, plainConvolution, sizesOf } from './convolution-node.ts';
import { concat, pad, reshape, slice, transpose } from './layout.ts';
import { matMul } from './products.ts';
import { elements, fixed } from './shape.ts';
import type { Tensor } from './tape.ts';

/** Above this many taps, or below so many voxels of the output, one convolution is faster than slices. */
const MANY_TAPS = 27;
const FEW_VOXELS = 512;

/**
 * dL/dw[o, c, k] = sum over n and i of dL/dy[n, o, i] x[n, c, stride i + k - padding]: one convolution of x with dL/dy,
 * batch and channel axes swapped; or for each tap k the product of dL/dy with the slice of x that it met.
 */
export function weightGradient(d: Tensor, x: Tensor, weight: Tensor, geometry: Geometry): Tensor {
  const voxels = elements(d.shape.slice(2));
  const taps = elements(weight.shape.slice(2));
  return taps > MANY_TAPS || voxels < FEW_VOXELS
    ? byConvolution(d, x, weight, geometry)
    : bySlices(d, x, weight, geometry);
}

const swapped = (x: Tensor): Tensor => transpose(x, [1, 0, 2, 3, 4]);

function byConvolution(d: Tensor, x: Tensor, weight: Tensor, { stride, padding }: Geometry): Tensor {
  const kernel = sizesOf(weight);
  const outputs = sizesOf(d);
  // Where the stride left values out at the end, one offset too many would be computed: it is cut.
  const after = sizesOf(x).map((size, axis) =>
    Math.max(0, fixed(kernel[axis]) + stride * (fixed(outputs[axis]) - 1) - size - padding),
  );
  const all = plainConvolution(swapped(x), swapped(d), {
    dilation: stride,
    before: kernel.map(() => padding),
    after,
  });
  const wanted = slice(
    all,
    kernel.map((to, axis) => ({ axis: axis + 2, from: 0, to })),
  );
  return swapped(wanted);
}

function bySlices(d: Tensor, x: Tensor, weight: Tensor, { stride, padding }: Geometry): Tensor {
  const [to = 1, from = 1] = weight.shape;
  const outputs = sizesOf(d);
  const columns = fixed(d.shape[0]) * elements(outputs);
  const upstream = reshape(swapped(d), [to, columns]);
  const padded = pad(
    swapped(x),
    outputs.map((_, axis) => ({ axis: axis + 2, before: padding, after: padding })),
  );
  const products = offsets(sizesOf(weight)).map((offset) => {
    const met = slice(
      padded,
      offset.map((at, axis) => ({
        axis: axis + 2,
        from: at,
        to: at + stride * (fixed(outputs[axis]) - 1) + 1,
        step: stride,
      })),
    );
    return reshape(matMul(upstream, reshape(met, [from, columns]), { b: true }), [to, from, 1]);
  });
  return reshape(concat(products, 2), weight.shape);
}

/** All taps of a kernel, x fastest. */
const offsets = (kernel: readonly number[]): number[][] =>
  kernel.reduce<number[][]>(
    (all, size) => all.flatMap((one) => Array.from({ length: size }, (_, at) => [...one, at])),
    [[]],
  );
