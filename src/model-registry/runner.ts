import { Worker } from 'node:worker_threads';
import { CdsError, type FloatTensor } from '../domain/index.ts';
import { CLOSE, type RunAnswer, type RunRequest, type ThreadData } from './messages.ts';

/** Runs ONNX models off the main thread. */
export interface OnnxRunner {
  /** @throws {CdsError} MODEL_RUN_FAILED */
  run(
    model: string,
    inputs: Readonly<Record<string, FloatTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, FloatTensor>>>;
  /** Ends once what was asked for is answered; later runs are refused. */
  close(): Promise<void>;
}

/** No inference takes so long: a thread that does not end by then is ended the hard way. */
const STUCK_MS = 10_000;

interface Waiting {
  readonly resolve: (outputs: Readonly<Record<string, FloatTensor>>) => void;
  readonly reject: (error: CdsError) => void;
}

/**
 * Starts one worker thread with a session for each model.
 *
 * @param models key -> ONNX bytes
 * @throws {CdsError} MODEL_RUN_FAILED where a session cannot be created
 */
export async function startRunner(models: Readonly<Record<string, Uint8Array>>): Promise<OnnxRunner> {
  const worker = new Worker(new URL('./session-thread.ts', import.meta.url), {
    workerData: { models } satisfies ThreadData,
  });
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let ended: CdsError | undefined;
  const end = (cause?: unknown): void => {
    ended ??= new CdsError('MODEL_RUN_FAILED', 'the inference thread ended', { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      resolve();
    });
    worker.once('error', (cause) => {
      reject(new CdsError('MODEL_RUN_FAILED', 'a session could not be created', { cause }));
    });
    // A thread may also end without an error, out of memory for one; then nothing else would answer.
    worker.once('exit', () => {
      reject(new CdsError('MODEL_RUN_FAILED', 'the inference thread ended'));
    });
  });
  worker.on('message', ({ id, outputs }: RunAnswer) => {
    const caller = waiting.get(id);
    waiting.delete(id);
    if (outputs === undefined) caller?.reject(new CdsError('MODEL_RUN_FAILED'));
    else caller?.resolve(outputs);
  });
  worker.on('error', end);
  worker.on('exit', () => {
    end();
  });
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
    });
  });
  await ready;
  // A service that has nothing else to do may end although the thread still listens.
  worker.unref();
  return {
    run: (model, inputs, outputs) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended);
          return;
        }
        const request: RunRequest = { id: nextId++, model, inputs, outputs };
        waiting.set(request.id, { resolve, reject });
        worker.ref();
        worker.postMessage(request);
      }).finally(() => {
        if (waiting.size === 0) worker.unref();
      }) as Promise<Readonly<Record<string, FloatTensor>>>,
    close: async () => {
      ended ??= new CdsError('MODEL_RUN_FAILED', 'the inference thread was closed');
      worker.ref();
      worker.postMessage(CLOSE);
      const stuck = setTimeout(() => void worker.terminate(), STUCK_MS);
      await gone;
      clearTimeout(stuck);
    },
  };
}
