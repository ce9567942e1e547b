/**
 * A thread that trains folds: whichever is next, until there are none. It is never terminated, since ONNX Runtime works
 * in it: told to stop, it ends by itself before the next step.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { asCdsError } from '../../domain/index.ts';
import { NEXT_FOLD, STOP, type ThreadData, type ThreadMessage } from './messages.ts';
import { trainFold } from './train-fold.ts';

const { task, control } = workerData as ThreadData;
const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

/** Not an error: nobody hears of it. */
class Stopped extends Error {}

const between = (): void => {
  if (Atomics.load(control, STOP) === 1) throw new Stopped();
};

try {
  for (
    let index = Atomics.add(control, NEXT_FOLD, 1);
    index < task.splits.length;
    index = Atomics.add(control, NEXT_FOLD, 1)
  ) {
    between();
    const at = index;
    const trained = await trainFold(task, at, {
      between,
      report: (epoch) => {
        tell({ kind: 'epoch', index: at, epoch });
      },
    });
    tell({ kind: 'trained', index: at, trained });
  }
} catch (error) {
  if (!(error instanceof Stopped)) {
    const { code, detail } = asCdsError(error);
    tell({ kind: 'failed', code, detail });
  }
}
