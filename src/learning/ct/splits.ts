/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import type { Random } from '../../numerics/index.ts';

/** Places in the list of pairs: who of them a fold's model learns from, stops by, and scores. */
export interface FoldSplit {
  readonly fold: number;
  /** The fold whose deviance says when to stop. */
  readonly innerFold: number;
  readonly learning: Int32Array;
  readonly inner: Int32Array;
  readonly leftOut: Int32Array;
}

/** Fewer, and the deviance of the inner split says nothing. */
const MINIMUM_INNER_EVENTS = 2;
const MINIMUM_LEARNING_EVENTS = 5;

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

/**
 * For each fold the others, of which the next one (the first after the last) with events enough is the inner split.
 *
 * @param fold of each pair
 * @param event of each pair
 * @throws {CdsError} LEARNING_INPUT_INVALID: fewer than 3 folds, or too few events in the others
 */
export function foldSplits(fold: Int32Array, event: Uint8Array): FoldSplit[] {
  const folds = [...new Set(fold)].sort((a, b) => a - b);
  if (folds.length < 3)
    refuse(
      `there are ${folds.length} folds with CTs; one to leave out, one to stop by and one to learn from`,
    );
  const eventsOf = (wanted: (f: number) => boolean): number =>
    fold.reduce((sum, f, at) => sum + (wanted(f) ? event[at]! : 0), 0);
  const where = (wanted: (f: number) => boolean): Int32Array =>
    Int32Array.from(fold.keys()).filter((at) => wanted(fold[at]!));
  return folds.map((left, index) => {
    const others = [...folds.slice(index + 1), ...folds.slice(0, index)];
    const innerFold =
      others.find((f) => eventsOf((g) => g === f) >= MINIMUM_INNER_EVENTS) ??
      refuse(`without fold ${left}, no fold has ${MINIMUM_INNER_EVENTS} patients with an event to stop by`);
    const learns = (f: number): boolean => f !== left && f !== innerFold;
    const events = eventsOf(learns);
    if (events < MINIMUM_LEARNING_EVENTS)
      refuse(
        `without the folds ${left} and ${innerFold}, ${events} patients have an event; ` +
          `it takes ${MINIMUM_LEARNING_EVENTS} to learn from`,
      );
    return {
      fold: left,
      innerFold,
      learning: where(learns),
      inner: where((f) => f === innerFold),
      leftOut: where((f) => f === left),
    };
  });
}

/**
 * Rows in a new order, in batches of which each has its share of the events: those with an event and those without are
 * shuffled apart and then threaded together at even distances. The last batch may be shorter.
 *
 * @param event of each row, 1 where it has one; shape (n)
 * @returns all of 0..n-1, each once
 */
export function stratifiedBatches(event: ArrayLike<number>, size: number, random: Random): Int32Array[] {
  const rows = Array.from({ length: event.length }, (_, row) => row);
  const placed = [1, 0].flatMap((kind) => {
    const members = random.shuffle(rows.filter((row) => Number(event[row] === 1) === kind));
    const start = random.uniform();
    return members.map((row, k) => ({ row, place: (k + start) / members.length }));
  });
  placed.sort((a, b) => a.place - b.place || a.row - b.row);
  const order = Int32Array.from(placed, ({ row }) => row);
  return Array.from({ length: Math.ceil(order.length / size) }, (_, batch) =>
    order.slice(batch * size, (batch + 1) * size),
  );
}
