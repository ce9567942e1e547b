import type { Dimension } from '../onnx/index.ts';
import { refuse, type Tensor } from './tape.ts';

export const describe = (shape: readonly Dimension[]): string => `[${shape.join(', ')}]`;

/**
 * A dimension that has to be a number.
 *
 * @throws {CdsError} ONNX_INVALID for one that is named, or missing
 */
export const fixed = (dimension: Dimension | undefined): number =>
  typeof dimension === 'number'
    ? dimension
    : refuse(`the dimension ${dimension ?? 'that is missing'} has to be a number here`);

/** The number of values of a shape. */
export const elements = (shape: readonly Dimension[]): number =>
  shape.reduce<number>((product, dimension) => product * fixed(dimension), 1);

export const sameShape = (a: readonly Dimension[], b: readonly Dimension[]): boolean =>
  a.length === b.length && a.every((dimension, i) => dimension === b[i]);

const joined = (a: Dimension, b: Dimension): Dimension | undefined => {
  if (a === b || b === 1) return a;
  return a === 1 ? b : undefined;
};

/**
 * The shape that two tensors have together (NumPy's rules).
 *
 * @throws {CdsError} ONNX_INVALID where there is none
 */
export function broadcastShape(a: readonly Dimension[], b: readonly Dimension[]): readonly Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const together = joined(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1);
    return together ?? refuse(`${describe(a)} and ${describe(b)} have no shape together`);
  });
}

/**
 * An axis counted from the front.
 *
 * @throws {CdsError} ONNX_INVALID where the tensor has no such axis
 */
export function axisOf({ shape }: Tensor, axis: number): number {
  if (!(Number.isInteger(axis) && axis >= 0 && axis < shape.length))
    refuse(`${describe(shape)} has no axis ${axis}`);
  return axis;
}

/** @throws {CdsError} ONNX_INVALID for another rank */
export function requireRank({ shape }: Tensor, rank: number, what: string): void {
  if (shape.length !== rank) refuse(`${what} is of shape ${describe(shape)}, not of ${rank} dimensions`);
}

/** @throws {CdsError} ONNX_INVALID for another shape */
export function requireShape({ shape }: Tensor, wanted: readonly Dimension[], what: string): void {
  if (!sameShape(shape, wanted)) refuse(`${what} is of shape ${describe(shape)}, not ${describe(wanted)}`);
}
