/**
 * A thread that trains folds: whichever is next, until there are none. It is never terminated, since ONNX Runtime works
 * in it: told to stop, it ends by itself before the next step.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { asCdsError } from '../../domain/index.ts';
import { createTrainingSession } from '../autodiff/index.ts';
import type { CtEpoch } from './checkpoint.ts';
import { NEXT_FOLD, STOP, type ThreadData, type ThreadMessage } from './messages.ts';
import { trainFold } from './train-fold.ts';

const { task, control } = workerData as ThreadData;
const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

/** Not an error: nobody hears of it. */
class Stopped extends Error {}

const between = (): void => {
  if (Atomics.load(control, STOP) === 1) throw new Stopped();
};

const trainFolds = async (): Promise<void> => {
  const session = await createTrainingSession(task.step);
  const next = (): number => Atomics.add(control, NEXT_FOLD, 1);
  try {
    for (let index = next(); index < task.splits.length; index = next()) {
      const at = index;
      const report = (epoch: CtEpoch): void => {
        tell({ kind: 'epoch', index: at, epoch });
      };
      tell({ kind: 'trained', index, trained: await trainFold(task, index, session, { between, report }) });
    }
  } finally {
    await session.release();
  }
};

await trainFolds().catch((error: unknown) => {
  if (error instanceof Stopped) return;
  const { code, detail } = asCdsError(error);
  tell({ kind: 'failed', code, detail });
});
