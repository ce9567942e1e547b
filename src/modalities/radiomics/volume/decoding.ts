/** Decoding slices in the order in which the volume fills. */
import type { StoredPixels } from '../contract.ts';
import type { SliceOfImage } from './one-series.ts';
import type { Stack } from './stack.ts';

/** One decoding: of a slice that has its place, or of another one that claims it too. */
export interface Task {
  readonly entry: SliceOfImage;
  readonly index: number;
  readonly duplicate: boolean;
}

export const tasksOf = ({ slices }: Stack): Task[] =>
  slices.flatMap(({ slice, duplicates }, index) => [
    { entry: slice, index, duplicate: false },
    ...duplicates.map((entry) => ({ entry, index, duplicate: true })),
  ]);

/** Decoded slices one after the other, a few ahead: never more than those in memory. */
export async function* decodeInOrder(
  tasks: readonly Task[],
  ahead: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ task: Task; pixels: StoredPixels }> {
  const waiting: { task: Task; pixels: Promise<StoredPixels> }[] = [];
  let next = 0;
  for (;;) {
    signal?.throwIfAborted();
    for (const task of tasks.slice(next, next + ahead - waiting.length)) {
      next++;
      const pixels = task.entry.image.decode(task.entry.slice.frame);
      // It is awaited below, or of no interest once one before it has failed.
      pixels.catch(() => undefined);
      waiting.push({ task, pixels });
    }
    const first = waiting.shift();
    if (first === undefined) return;
    yield { task: first.task, pixels: await first.pixels };
  }
}
