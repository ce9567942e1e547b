import type { Random } from '../../numerics/index.ts';

/**
 * Patient-level folds, stratified by event: within each outcome patients are shuffled and dealt round.
 *
 * @returns the fold of each patient, 0..folds-1
 */
export function stratifiedFolds(events: readonly boolean[], folds: number, random: Random): Int32Array {
  const assigned = new Int32Array(events.length);
  let next = 0;
  for (const outcome of [true, false]) {
    const members = events.flatMap((event, index) => (event === outcome ? [index] : []));
    for (const member of random.shuffle(members)) assigned[member] = next++ % folds;
  }
  return assigned;
}
