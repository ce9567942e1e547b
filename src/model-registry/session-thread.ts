/**
 * The thread that runs ONNX sessions: `session.run` blocks its event loop for as long as it computes, which must
 * never be the loop that answers hooks.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CLOSE, type RunAnswer, type RunRequest, type ThreadData } from './messages.ts';

const { models } = workerData as ThreadData;

// One thread and no spinning: digests and predictions hold for one thread, and idle spinning starves the service.
const OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionProviders: ['cpu'],
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

const sessions = new Map(
  await Promise.all(
    Object.entries(models).map(
      async ([key, bytes]) => [key, await InferenceSession.create(bytes, OPTIONS)] as const,
    ),
  ),
);

const run = async ({ model, inputs, outputs }: RunRequest): Promise<NonNullable<RunAnswer['outputs']>> => {
  const session = sessions.get(model);
  if (session === undefined) throw new Error('no such model');
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, dims }]) => [name, new Tensor('float32', data, [...dims])]),
  );
  const results = await session.run(feeds, [...outputs]);
  return Object.fromEntries(
    outputs.map((name) => {
      const tensor = results[name];
      if (!(tensor?.data instanceof Float32Array)) throw new Error('no such output');
      return [name, { data: tensor.data.slice(), dims: [...tensor.dims] }];
    }),
  );
};

const running = new Set<Promise<void>>();

const answer = (request: RunRequest): void => {
  const answered = run(request)
    .then(
      (outputs) => parentPort?.postMessage({ id: request.id, outputs } satisfies RunAnswer),
      () => parentPort?.postMessage({ id: request.id } satisfies RunAnswer),
    )
    .finally(() => running.delete(answered));
  running.add(answered);
};

const close = async (): Promise<void> => {
  await Promise.allSettled(running);
  // Nothing listens any more, and nothing is left to do: the thread ends by itself.
  parentPort?.close();
};

parentPort?.on('message', (request: RunRequest | typeof CLOSE) => {
  if (request === CLOSE) void close();
  else answer(request);
});
parentPort?.postMessage({ id: -1 } satisfies RunAnswer); // ready
