import { CdsError } from '../domain/index.ts';
import type { Ready, SessionSettings, Tensors } from './messages.ts';
import { startSessionWorker, type SessionWorker } from './session-worker.ts';

/** Runs ONNX models off the main thread. */
export interface OnnxRunner {
  /** What the sessions run on, and what was passed over for it. */
  readonly ready: Ready;
  /** @throws {CdsError} MODEL_RUN_FAILED */
  run(model: string, inputs: Tensors, outputs: readonly string[]): Promise<Tensors>;
  /** Ends once what was asked for is answered; later runs are refused. */
  close(): Promise<void>;
}

export interface RunnerSettings extends SessionSettings {
  /** Each with a session for each model. */
  readonly threads: number;
  /**
   * So many waiting questions to one model are answered by one run. Nothing waits for company: while a thread
   * computes, what comes in meanwhile is gathered.
   */
  readonly maximumBatch: number;
}

/** One thread that computes on one core, one question at a time: digests and predictions hold for one thread. */
const PLAIN: RunnerSettings = {
  threads: 1,
  maximumBatch: 1,
  executionProviders: ['cpu'],
  intraOpThreads: 1,
};

interface Question {
  readonly model: string;
  readonly inputs: Tensors;
  readonly outputs: readonly string[];
  readonly resolve: (outputs: Tensors) => void;
  readonly reject: (error: unknown) => void;
}

const shapesOf = (inputs: Tensors): string =>
  Object.entries(inputs)
    .map(([name, { dims }]) => `${name}:${dims.slice(1).join('x')}`)
    .join();

/** May they share a run? */
const goWith = (one: Question, other: Question): boolean =>
  one.model === other.model &&
  one.outputs.join() === other.outputs.join() &&
  shapesOf(one.inputs) === shapesOf(other.inputs);

/** Takes the first question and those after it that may share its run, in their order. */
const takeBatch = (waiting: Question[], most: number): Question[] => {
  const [first] = waiting;
  if (first === undefined) return [];
  const batch = waiting.filter((each) => goWith(first, each)).slice(0, most);
  for (const each of batch) waiting.splice(waiting.indexOf(each), 1);
  return batch;
};

const startAll = async (
  models: Readonly<Record<string, Uint8Array>>,
  settings: RunnerSettings,
): Promise<SessionWorker[]> => {
  const started = await Promise.allSettled(
    Array.from({ length: settings.threads }, () => startSessionWorker(models, settings)),
  );
  const workers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (failed === undefined) return workers;
  await Promise.all(workers.map((each) => each.close()));
  throw failed.reason;
};

/**
 * Starts worker threads, each with a session for each model.
 *
 * @param models key -> ONNX bytes
 * @throws {CdsError} MODEL_RUN_FAILED where a session cannot be created
 */
export async function startRunner(
  models: Readonly<Record<string, Uint8Array>>,
  settings: RunnerSettings = PLAIN,
): Promise<OnnxRunner> {
  const workers = await startAll(models, settings);
  const idle = [...workers];
  const waiting: Question[] = [];
  const asked = new Set<Promise<Tensors>>();
  let closed = false;

  const work = async (worker: SessionWorker, batch: readonly Question[]): Promise<void> => {
    const [first] = batch;
    if (first === undefined) return;
    try {
      const inputs = batch.map((each) => each.inputs);
      const answers = await worker.run(first.model, inputs, first.outputs);
      for (const [index, each] of batch.entries()) each.resolve(answers[index] ?? {});
    } catch (error) {
      // One question that cannot be answered spoils a run for its company: each is then asked alone.
      if (batch.length > 1) for (const each of batch) await work(worker, [each]);
      else first.reject(error);
    }
  };
  const dispatch = (): void => {
    while (waiting.length > 0) {
      const worker = idle.shift();
      if (worker === undefined) return;
      void work(worker, takeBatch(waiting, settings.maximumBatch)).finally(() => {
        idle.push(worker);
        dispatch();
      });
    }
  };
  return {
    ready: workers[0]?.ready ?? { provider: '', passedOver: [] },
    run: (model, inputs, outputs) => {
      if (closed)
        return Promise.reject(new CdsError('MODEL_RUN_FAILED', 'the inference threads were closed'));
      const answer = new Promise<Tensors>((resolve, reject) => {
        waiting.push({ model, inputs, outputs, resolve, reject });
        dispatch();
      });
      asked.add(answer);
      const forget = (): void => {
        asked.delete(answer);
      };
      answer.then(forget, forget);
      return answer;
    },
    close: async () => {
      closed = true;
      await Promise.allSettled(asked);
      await Promise.all(workers.map((each) => each.close()));
    },
  };
}
