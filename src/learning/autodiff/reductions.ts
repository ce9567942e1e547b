import { expand, reshape } from './layout.ts';
import { axisOf, elements, fixed } from './shape.ts';
import type { Tensor } from './tape.ts';

const reducedShape = (x: Tensor, axes: readonly number[]) => {
  const reduced = axes.map((axis) => axisOf(x, axis));
  return x.shape.map((dimension, axis) => (reduced.includes(axis) ? 1 : dimension));
};

const reduce = (op: string, x: Tensor, axes: readonly number[], factor?: number): Tensor =>
  x.tape.emit(
    op,
    [x],
    reducedShape(x, axes),
    { more: [x.tape.integers(axes)], attributes: { keepdims: 1 } },
    factor === undefined
      ? undefined
      : (d) => {
          const scaled = factor === 1 ? d : x.tape.emit('Mul', [d, x.tape.scalar(factor)], d.shape);
          return [expand(scaled, x.shape.map(fixed))];
        },
  );

/** Sums over axes, which stay, of length 1. */
export const reduceSum = (x: Tensor, axes: readonly number[]): Tensor => reduce('ReduceSum', x, axes, 1);

/** Means over axes, which stay, of length 1. */
export const reduceMean = (x: Tensor, axes: readonly number[]): Tensor =>
  reduce('ReduceMean', x, axes, 1 / elements(axes.map((axis) => x.shape[axisOf(x, axis)] ?? 1)));

/** Maxima over axes, which stay, of length 1; taken for a constant when differentiating. */
export const reduceMax = (x: Tensor, axes: readonly number[]): Tensor => reduce('ReduceMax', x, axes);

/** Sums of squares over axes, which stay, of length 1; taken for a constant when differentiating. */
export const reduceSumSquare = (x: Tensor, axes: readonly number[]): Tensor =>
  reduce('ReduceSumSquare', x, axes);

const allAxes = (x: Tensor): number[] => x.shape.map((_, axis) => axis);

/** The sum of all values, of shape []. */
export const sumAll = (x: Tensor): Tensor => reshape(reduceSum(x, allAxes(x)), []);

/** The mean of all values, of shape []. */
export const meanAll = (x: Tensor): Tensor => reshape(reduceMean(x, allAxes(x)), []);

/** The means of each channel of [N, C, z, y, x], of shape [N, C]. */
export const globalAveragePool = (x: Tensor): Tensor =>
  reshape(reduceMean(x, [2, 3, 4]), x.shape.slice(0, 2));
