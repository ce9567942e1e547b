import type { Dimension } from '../onnx/index.ts';
import { add } from './arithmetic.ts';
import { describe, fixed, requireRank, requireShape } from './shape.ts';
import { refuse, type Tensor } from './tape.ts';

export interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/**
 * The matrix product of a [m, k] and b [k, n], of shape [m, n]; either may be given transposed.
 *
 * @throws {CdsError} ONNX_INVALID for tensors that are no matrices or don't fit
 */
export function matMul(a: Tensor, b: Tensor, { a: tA = false, b: tB = false }: Transposed = {}): Tensor {
  requireRank(a, 2, 'the left matrix');
  requireRank(b, 2, 'the right matrix');
  const [rows, inner] = matrixShape(a, tA);
  const [innerToo, columns] = matrixShape(b, tB);
  if (inner !== innerToo) refuse(`${describe(a.shape)} and ${describe(b.shape)} cannot be multiplied`);
  const attributes = { transA: Number(tA), transB: Number(tB) };
  return a.tape.emit('Gemm', [a, b], [rows, columns], { attributes }, (d) => [
    a.differentiable ? leftGradient(d, b, tA, tB) : undefined,
    b.differentiable ? rightGradient(d, a, tA, tB) : undefined,
  ]);
}

const matrixShape = (
  { shape: [m = 1, n = 1] }: Tensor,
  transposed: boolean,
): readonly [Dimension, Dimension] => (transposed ? [n, m] : [m, n]);

const leftGradient = (d: Tensor, b: Tensor, tA: boolean, tB: boolean): Tensor =>
  tA ? matMul(b, d, { a: tB, b: true }) : matMul(d, b, { b: !tB });

const rightGradient = (d: Tensor, a: Tensor, tA: boolean, tB: boolean): Tensor =>
  tB ? matMul(d, a, { a: true, b: tA }) : matMul(a, d, { a: !tA });

/**
 * A dense layer: x w + bias.
 *
 * @param x [N, inputs]
 * @param weight [inputs, outputs]
 * @param bias [outputs]
 */
export function dense(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const product = matMul(x, weight);
  if (bias === undefined) return product;
  requireShape(bias, [fixed(weight.shape[1])], 'the bias');
  return add(product, bias);
}
