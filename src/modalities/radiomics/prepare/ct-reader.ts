import { Worker } from 'node:worker_threads';
import { CdsError } from '../../../domain/index.ts';
import type { CtAnswer, CtRequest } from './messages.ts';
import type { PreparedCt, PrepareOptions } from './prepare-ct.ts';

/** Reads CTs off the main thread, so many at a time. */
export interface CtReader {
  /**
   * @param signal ends the thread at once where it fires: half a volume is of no use to anybody
   * @throws {CdsError} DICOM_*, CT_*, INTERNAL where the thread ended by itself (out of memory, say)
   */
  prepare(files: readonly string[], options: PrepareOptions, signal: AbortSignal): Promise<PreparedCt>;
}

interface Question {
  readonly files: readonly string[];
  readonly options: PrepareOptions;
  readonly signal: AbortSignal;
  readonly resolve: (prepared: PreparedCt) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread keeps its decoders for the next CT, and its memory: none is kept that nobody has asked for so long. */
const IDLE_MS = 30_000;

const startThread = (): Worker => {
  const worker = new Worker(new URL('./ct-thread.ts', import.meta.url));
  // One that fails while nobody asks it anything is found ended by the next question.
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
};

/** Asks a thread one question; how it ended tells whether the thread can go on. */
const ask = (worker: Worker, question: Question): Promise<'go-on' | 'ended'> =>
  new Promise((resolve) => {
    const request: CtRequest = { id: 0, files: question.files, options: question.options };
    // Each by name: removeAllListeners would take those by which Node keeps the thread's port open.
    const done = (end: 'go-on' | 'ended'): void => {
      question.signal.removeEventListener('abort', aborted);
      worker.off('message', answered).off('error', failed).off('exit', exited);
      worker.unref();
      resolve(end);
    };
    const aborted = (): void => {
      void worker.terminate();
      question.reject(question.signal.reason);
      done('ended');
    };
    const answered = (answer: CtAnswer): void => {
      if ('prepared' in answer) question.resolve(answer.prepared);
      else question.reject(new CdsError(answer.code, answer.detail));
      done('go-on');
    };
    const failed = (cause?: unknown): void => {
      question.reject(new CdsError('INTERNAL', 'the thread that reads CTs ended', { cause }));
      done('ended');
    };
    const exited = (): void => {
      failed();
    };
    question.signal.addEventListener('abort', aborted);
    worker.on('message', answered).on('error', failed).on('exit', exited);
    worker.ref();
    worker.postMessage(request);
  });

/** Threads are started when there is something to read, and ended when there has been nothing for a while. */
export function createCtReader(threads: number): CtReader {
  const waiting: Question[] = [];
  const idle: { readonly worker: Worker; readonly timer: NodeJS.Timeout }[] = [];
  let running = 0;

  const retire = (worker: Worker): void => {
    const timer = setTimeout(() => {
      const at = idle.findIndex((each) => each.worker === worker);
      if (at >= 0) idle.splice(at, 1);
      void worker.terminate();
    }, IDLE_MS).unref();
    idle.push({ worker, timer });
  };
  const take = (): Worker => {
    const rested = idle.pop();
    clearTimeout(rested?.timer);
    return rested?.worker ?? startThread();
  };
  const work = async (question: Question): Promise<void> => {
    running++;
    const worker = take();
    try {
      if ((await ask(worker, question)) === 'go-on') retire(worker);
    } finally {
      running--;
      next();
    }
  };
  const next = (): void => {
    while (running < threads) {
      const question = waiting.shift();
      if (question === undefined) return;
      if (question.signal.aborted) question.reject(question.signal.reason);
      else void work(question);
    }
  };
  return {
    prepare: (files, options, signal) =>
      new Promise((resolve, reject) => {
        waiting.push({ files, options, signal, resolve, reject });
        next();
      }),
  };
}
