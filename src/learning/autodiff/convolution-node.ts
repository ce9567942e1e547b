import { pad, reshape, slice } from './layout.ts';
import { describe, elements, fixed } from './shape.ts';
import { type Gradient, refuse, type Tensor } from './tape.ts';

/** The three axes of a volume, as they follow batch and channel. */
export const CUBE = [0, 1, 2] as const;

/** Of a convolution whose gradient is taken. */
export interface Geometry {
  readonly stride: number;
  readonly padding: number;
}

export interface ConvolutionNode {
  readonly stride?: number;
  readonly dilation?: number;
  /** Zeros before and after each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Sizes along the three axes of a volume [N, C, z, y, x]. */
export const sizesOf = ({ shape }: Tensor): number[] => shape.slice(2).map(fixed);

/** One Conv node. */
export function plainConvolution(
  x: Tensor,
  weight: Tensor,
  { stride = 1, dilation = 1, before, after }: ConvolutionNode,
  gradient?: Gradient,
): Tensor {
  const kernel = sizesOf(weight);
  const sizes = sizesOf(x).map((size, axis) => {
    const reach = dilation * ((kernel[axis] ?? 1) - 1) + 1;
    return Math.floor((size + (before[axis] ?? 0) + (after[axis] ?? 0) - reach) / stride) + 1;
  });
  if (sizes.some((size) => size < 1))
    refuse(`${describe(x.shape)} is smaller than ${describe(weight.shape)}`);
  const attributes = {
    kernel_shape: kernel,
    strides: kernel.map(() => stride),
    dilations: kernel.map(() => dilation),
    pads: [...before, ...after],
  };
  const shape = [x.shape[0] ?? 1, weight.shape[0] ?? 1, ...sizes];
  return x.tape.emit('Conv', [x, weight], shape, { attributes }, gradient);
}

/** The same where margins may be negative: then what they take off is cut first. */
export function marginConvolution(
  x: Tensor,
  weight: Tensor,
  before: readonly number[],
  after: readonly number[],
): Tensor {
  const cut = slice(
    x,
    sizesOf(x).map((size, axis) => ({
      axis: axis + 2,
      from: Math.max(0, -(before[axis] ?? 0)),
      to: size - Math.max(0, -(after[axis] ?? 0)),
    })),
  );
  const positive = (margins: readonly number[]): number[] => margins.map((margin) => Math.max(0, margin));
  return plainConvolution(cut, weight, { before: positive(before), after: positive(after) });
}

/** The kernel of each pair of channels backwards along all axes, and the channels changed over: [C, O, k, k, k]. */
export function flipped(weight: Tensor): Tensor {
  const [to = 1, from = 1] = weight.shape;
  const { tape } = weight;
  const taps = elements(weight.shape.slice(2));
  const turned = tape.graph.op('Transpose', [weight.name], { perm: [1, 0, 2, 3, 4] });
  const changed = tape.record(turned, [], [from, to, ...weight.shape.slice(2)]);
  if (taps === 1) return changed;
  const flat = reshape(changed, [fixed(from) * fixed(to), taps]);
  // From the last to before the first, by -1: ONNX's way to say it needs an end far below.
  const more = [taps - 1, -(2 ** 31) + 1, 1, -1].map((value) => tape.integers([value]));
  return reshape(tape.emit('Slice', [flat], flat.shape, { more }), changed.shape);
}

/** Zeros after the three axes of a volume up to `sizes`, or what is beyond them cut. */
export function fitted(x: Tensor, sizes: readonly number[]): Tensor {
  const own = sizesOf(x);
  const cut = slice(
    x,
    own.map((size, axis) => ({ axis: axis + 2, from: 0, to: Math.min(size, sizes[axis] ?? size) })),
  );
  return pad(
    cut,
    sizesOf(cut).map((size, axis) => ({ axis: axis + 2, before: 0, after: (sizes[axis] ?? size) - size })),
  );
}
