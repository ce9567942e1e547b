import { sizesOf } from './convolution-node.ts';
import { expand, reshape } from './layout.ts';
import { describe, elements, fixed, requireRank } from './shape.ts';
import { refuse, type Tensor } from './tape.ts';

export interface Pooling {
  readonly kernel: number;
  readonly stride: number;
  /** At most half of the kernel; what is outside is never the maximum. */
  readonly padding: number;
}

/**
 * The maximum of each cube of a volume; the gradient goes to the first voxel that has it.
 *
 * @param x [N, C, z, y, x]
 * @throws {CdsError} ONNX_INVALID
 */
export function maxPool3d(x: Tensor, { kernel, stride, padding }: Pooling): Tensor {
  requireRank(x, 5, 'what is pooled');
  if (2 * padding > kernel) refuse(`a padding of ${padding} is more than half of the kernel's ${kernel}`);
  const sizes = sizesOf(x).map((size) => Math.floor((size + 2 * padding - kernel) / stride) + 1);
  if (sizes.some((size) => size < 1)) refuse(`${describe(x.shape)} is smaller than a cube of ${kernel}`);
  const [batch = 1, channels = 1] = x.shape;
  const shape = [batch, channels, ...sizes];
  const { tape } = x;
  const name = `pooled:${x.name}`;
  const indices = `indices:${x.name}`;
  tape.graph.node('MaxPool', [x.name], x.differentiable ? [name, indices] : [name], {
    kernel_shape: sizes.map(() => kernel),
    strides: sizes.map(() => stride),
    pads: sizes.flatMap(() => [padding, padding]),
  });
  return tape.record(name, [x], shape, (d) => {
    // Indices count through the whole tensor.
    const flat = tape.graph.op('Reshape', [indices, tape.integers([elements(shape)])]);
    const zeros = expand(reshape(tape.scalar(0), [1]), [elements(x.shape)]);
    const attributes = { axis: 0, reduction: 'add' };
    const values = reshape(d, [elements(shape)]);
    const names = [zeros.name, flat, values.name];
    const scattered = tape.record(tape.graph.op('ScatterElements', names, attributes), [], zeros.shape);
    return [reshape(scattered, x.shape.map(fixed))];
  });
}
