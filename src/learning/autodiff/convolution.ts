import { inputGradient } from './convolution-input-gradient.ts';
import { CUBE, plainConvolution } from './convolution-node.ts';
import { weightGradient } from './convolution-weight-gradient.ts';
import { describe, fixed, requireRank } from './shape.ts';
import { refuse, type Tensor } from './tape.ts';

export interface Convolution {
  /** Of all three axes; 1 where not given. */
  readonly stride?: 1 | 2;
  /** Zeros around all three axes; 0 where not given, and smaller than the kernel. */
  readonly padding?: number;
}

/**
 * A 3D convolution (a cross-correlation, as everywhere in this field) without a bias.
 *
 * Its gradients are convolutions and matrix products too: ConvTranspose, which would be shorter, takes ONNX Runtime
 * on CPU 6 to 12 times as long as the forward pass.
 *
 * @param x [N, C, z, y, x]
 * @param weight [O, C, k, k, k], k odd
 * @returns [N, O, z', y', x'] with z' = floor((z + 2 padding - k) / stride) + 1
 * @throws {CdsError} ONNX_INVALID for shapes that don't fit
 */
export function conv3d(x: Tensor, weight: Tensor, { stride = 1, padding = 0 }: Convolution = {}): Tensor {
  requireRank(x, 5, 'what is convolved');
  requireRank(weight, 5, 'the weight');
  const [, channels, ...kernel] = weight.shape.map(fixed);
  if (x.shape[1] !== channels) refuse(`${describe(weight.shape)} does not convolve ${describe(x.shape)}`);
  if (!kernel.every((size) => size % 2 === 1 && padding < size))
    refuse(`a kernel of ${kernel.join(' x ')} with a padding of ${padding} is not supported`);
  const geometry = { stride, padding };
  return plainConvolution(
    x,
    weight,
    { stride, before: CUBE.map(() => padding), after: CUBE.map(() => padding) },
    (d) => [
      x.differentiable ? inputGradient(d, x, weight, geometry) : undefined,
      weight.differentiable ? weightGradient(d, x, weight, geometry) : undefined,
    ],
  );
}
