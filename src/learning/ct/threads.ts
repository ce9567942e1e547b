import { Worker } from 'node:worker_threads';
import { asCdsError, CdsError } from '../../domain/index.ts';
import type { CtEpoch } from './checkpoint.ts';
import { STOP, type ThreadData, type ThreadMessage } from './messages.ts';
import type { CtTask, TrainedFold } from './train-fold.ts';

export interface ThreadsOptions {
  /** At work at once; the result is the same for any number. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onEpoch: (index: number, epoch: CtEpoch) => void;
  readonly onTrained: (index: number) => void;
}

/**
 * Trains all folds of a task in worker threads. Whatever ends it, an error, a signal, is told once all threads have
 * ended by themselves, at most a step later: one terminated while ONNX Runtime works in it would take the process along.
 *
 * @throws {CdsError} what a thread throws; INTERNAL where one ends without a word
 * @throws the signal's reason where it aborts
 */
export async function trainOnThreads(task: CtTask, options: ThreadsOptions): Promise<TrainedFold[]> {
  const { threads, signal, onEpoch, onTrained } = options;
  signal?.throwIfAborted();
  const control = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const trained = new Array<TrainedFold | undefined>(task.splits.length).fill(undefined);
  let failure: unknown;
  const stop = (cause: unknown): void => {
    failure ??= cause;
    Atomics.store(control, STOP, 1);
  };
  const hear = (message: ThreadMessage): void => {
    if (message.kind === 'failed') {
      stop(new CdsError(message.code, message.detail));
    } else if (message.kind === 'epoch') {
      onEpoch(message.index, message.epoch);
    } else {
      trained[message.index] = message.trained;
      onTrained(message.index);
    }
  };
  const onAbort = (): void => {
    stop(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const workerData: ThreadData = { task, control };
    const count = Math.min(Math.max(1, threads), task.splits.length);
    await Promise.all(Array.from({ length: count }, () => ended(workerData, hear, stop)));
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
  if (failure !== undefined) throw failure as Error;
  return trained.map((fold) => {
    if (fold === undefined) throw new CdsError('INTERNAL', 'a fold was not trained');
    return fold;
  });
}

const ended = (
  workerData: ThreadData,
  hear: (message: ThreadMessage) => void,
  stop: (cause: unknown) => void,
): Promise<void> =>
  new Promise((resolve) => {
    const worker = new Worker(new URL('./fold-thread.ts', import.meta.url), { workerData });
    worker.on('message', (message: ThreadMessage) => {
      try {
        hear(message);
      } catch (error) {
        stop(error); // a caller's progress throws: nothing goes on unheard
      }
    });
    worker.once('error', (error) => {
      stop(asCdsError(error));
    });
    worker.once('exit', () => {
      resolve();
    });
  });
