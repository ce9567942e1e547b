import { uniformValues } from './uniform-values.ts';

/** A tensor as fixtures/autodiff.py tells of it: all values, or its norm and products with known sequences. */
export type Told =
  { readonly values: number[] } | { readonly norm: number; readonly projections: readonly number[] };

const norm = (values: ArrayLike<number>): number => Math.sqrt(dot(values, values));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** How far a tensor is from what is told of it, relative to its norm; Infinity where its length differs. */
export function worstError(ours: Float32Array | undefined, told: Told): number {
  if (ours === undefined) return Infinity;
  if ('values' in told) {
    if (ours.length !== told.values.length) return Infinity;
    return norm(told.values.map((value, i) => ours[i]! - value)) / norm(told.values);
  }
  // The sequences have a variance of 1/3: a product is about norm / sqrt(3).
  const products = told.projections.map(
    (product, i) => dot(ours, uniformValues(90 + i, [ours.length])) - product,
  );
  return Math.max(Math.abs(norm(ours) - told.norm), ...products.map(Math.abs)) / told.norm;
}
