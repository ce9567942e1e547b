import { Worker } from 'node:worker_threads';
import { CdsError } from '../domain/index.ts';
import {
  CLOSE,
  type Ready,
  type RunAnswer,
  type RunRequest,
  type SessionSettings,
  type Tensors,
  type ThreadData,
} from './messages.ts';

/** One thread with a session for each model. */
export interface SessionWorker {
  readonly ready: Ready;
  /**
   * Answers several questions by one run.
   *
   * @throws {CdsError} MODEL_RUN_FAILED
   */
  run(model: string, inputs: readonly Tensors[], outputs: readonly string[]): Promise<readonly Tensors[]>;
  /** Ends once what was asked for is answered; later runs are refused. */
  close(): Promise<void>;
}

/** No inference takes so long: a thread that does not end by then is ended the hard way. */
const STUCK_MS = 10_000;

interface Waiting {
  readonly resolve: (outputs: readonly Tensors[]) => void;
  readonly reject: (error: CdsError) => void;
}

/** The thread's first message, or why it never came. */
const readyOf = (worker: Worker): Promise<Ready> =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (cause) => {
      reject(new CdsError('MODEL_RUN_FAILED', 'a session could not be created', { cause }));
    });
    // A thread may also end without an error, out of memory for one; then nothing else would answer.
    worker.once('exit', () => {
      reject(new CdsError('MODEL_RUN_FAILED', 'the inference thread ended'));
    });
  });

/**
 * Starts one worker thread with a session for each model.
 *
 * @param models key -> ONNX bytes
 * @throws {CdsError} MODEL_RUN_FAILED where a session cannot be created
 */
export async function startSessionWorker(
  models: Readonly<Record<string, Uint8Array>>,
  settings: SessionSettings,
): Promise<SessionWorker> {
  const worker = new Worker(new URL('./session-thread.ts', import.meta.url), {
    workerData: { models, settings } satisfies ThreadData,
  });
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
    });
  });
  const ready = await readyOf(worker);
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let ended: CdsError | undefined;
  const end = (cause?: unknown): void => {
    ended ??= new CdsError('MODEL_RUN_FAILED', 'the inference thread ended', { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
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
  // A service that has nothing else to do may end although the thread still listens.
  worker.unref();
  const ask = (request: RunRequest): Promise<readonly Tensors[]> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      waiting.set(request.id, { resolve, reject });
      worker.ref();
      worker.postMessage(request);
    });
  return {
    ready,
    run: (model, inputs, outputs) =>
      ask({ id: nextId++, model, inputs, outputs }).finally(() => {
        if (waiting.size === 0) worker.unref();
      }),
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
