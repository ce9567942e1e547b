/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';

/**
 * Samples of one matrix with two classes. Serum and plasma are types of their own, so that a model of one is never
 * given the other; nothing joins two of these.
 */
export interface LabelledSamples<Matrix extends string> {
  readonly matrix: Matrix;
  /** One a sample; no sample comes twice. */
  readonly samples: readonly string[];
  readonly features: readonly string[];
  /** Shape (samples, features), row-major; NaN where nothing was measured. */
  readonly x: Float64Array;
  /** 1 = cancer, 0 = healthy; shape (samples). */
  readonly labels: Uint8Array;
}

/** The rows given, in that order. */
export function selectSamples<M extends string>(
  all: LabelledSamples<M>,
  rows: ArrayLike<number>,
): LabelledSamples<M> {
  const p = all.features.length;
  const x = new Float64Array(rows.length * p);
  for (let at = 0; at < rows.length; at++) x.set(all.x.subarray(rows[at]! * p, (rows[at]! + 1) * p), at * p);
  const samples = Array.from(rows, (row) => all.samples[row]!);
  return { ...all, samples, x, labels: Uint8Array.from(rows, (row) => all.labels[row]!) };
}

/** Folds of equal size, each with its share of both classes; shape (n), from 0. */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number, random: Random): Int32Array {
  const ids = new Int32Array(labels.length);
  const rows = Array.from({ length: labels.length }, (_, row) => row);
  // The second class goes on where the first ended: folds differ by one row at most.
  let next = 0;
  for (const label of [0, 1]) {
    for (const row of random.shuffle(rows.filter((each) => labels[each] === label)))
      ids[row] = next++ % folds;
  }
  return ids;
}

export const rowsWhere = (ids: ArrayLike<number>, wanted: (id: number) => boolean): number[] =>
  Array.from({ length: ids.length }, (_, row) => row).filter((row) => wanted(ids[row]!));
