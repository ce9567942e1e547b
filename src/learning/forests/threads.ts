import { Worker } from 'node:worker_threads';
import { asCdsError, CdsError } from '../../domain/index.ts';
import { createGrower } from './grow.ts';
import type { GrownTree, ThreadData } from './messages.ts';
import type { Nodes } from './node-store.ts';
import { sharedInt32 } from './features.ts';
import type { GrowTask } from './task.ts';

/**
 * Grows all trees of a task. Each tree has a seed of its own, so they are the same for any number of threads.
 *
 * @param threads 1 grows on the caller's thread, which it blocks; more are worker threads
 * @throws {CdsError} INTERNAL where a thread fails; the signal's reason where it aborts (all threads end)
 */
export async function growTrees(task: GrowTask, threads: number, signal?: AbortSignal): Promise<Nodes[]> {
  signal?.throwIfAborted();
  const count = Math.min(threads, task.seeds.length);
  if (count > 1) return growOnThreads(task, count, signal);
  const grow = createGrower(task);
  return Array.from(task.seeds, (_, tree) => grow(tree));
}

async function growOnThreads(
  task: GrowTask,
  threads: number,
  signal: AbortSignal | undefined,
): Promise<Nodes[]> {
  const trees = new Array<Nodes | undefined>(task.seeds.length).fill(undefined);
  const workerData: ThreadData = { task, next: sharedInt32(1) };
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./grow-thread.ts', import.meta.url), { workerData }),
  );
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([Promise.all(workers.map((worker) => finished(worker, trees))), aborted]);
  } finally {
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return trees.map((nodes) => {
    if (nodes === undefined) throw new CdsError('INTERNAL', 'a tree was not grown');
    return nodes;
  });
}

const finished = (worker: Worker, trees: (Nodes | undefined)[]): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.on('message', ({ tree, nodes }: GrownTree) => {
      trees[tree] = nodes;
    });
    worker.once('error', (error) => {
      reject(asCdsError(error));
    });
    worker.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new CdsError('INTERNAL', `a thread that grows trees ended with code ${code}`));
    });
  });
