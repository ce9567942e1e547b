/**
 * The thread that runs ONNX sessions: `session.run` blocks its event loop for as long as it computes, which must
 * never be the loop that answers hooks.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  CLOSE,
  type PassedOver,
  type Ready,
  type RunAnswer,
  type RunRequest,
  type Tensors,
  type ThreadData,
} from './messages.ts';
import { rowsOf, stack, unstack } from './stacking.ts';

const { models, settings } = workerData as ThreadData;

// No spinning: idle threads that spin starve the service, and cost a factor of two on two cores.
const optionsFor = (executionProviders: readonly string[]): InferenceSession.SessionOptions => ({
  intraOpNumThreads: settings.intraOpThreads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  executionProviders: [...executionProviders],
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});

type Sessions = ReadonlyMap<string, InferenceSession>;

const createAll = async (providers: readonly string[]): Promise<Sessions> =>
  new Map(
    await Promise.all(
      Object.entries(models).map(
        async ([key, bytes]) => [key, await InferenceSession.create(bytes, optionsFor(providers))] as const,
      ),
    ),
  );

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Sessions on the first provider that can be had. ONNX Runtime throws where one is not built in, or lacks its libraries. */
const openSessions = async (): Promise<{ sessions: Sessions; ready: Ready }> => {
  const passedOver: PassedOver[] = [];
  const wanted = settings.executionProviders;
  for (const [index, provider] of wanted.entries()) {
    try {
      return { sessions: await createAll(wanted.slice(index)), ready: { provider, passedOver } };
    } catch (error) {
      if (index === wanted.length - 1) throw error;
      passedOver.push({ provider, reason: reasonOf(error) });
    }
  }
  throw new Error('no execution provider');
};

const { sessions, ready } = await openSessions();

const feedsOf = (inputs: Tensors): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { data, dims }]) => [name, new Tensor('float32', data, [...dims])]),
  );

const run = async ({ model, inputs, outputs }: RunRequest): Promise<readonly Tensors[]> => {
  const session = sessions.get(model);
  if (session === undefined) throw new Error('no such model');
  const results = await session.run(feedsOf(stack(inputs)), [...outputs]);
  const named = outputs.map((name) => {
    const tensor = results[name];
    if (!(tensor?.data instanceof Float32Array)) throw new Error('no such output');
    return [name, { data: tensor.data, dims: tensor.dims }] as const;
  });
  return unstack(Object.fromEntries(named), rowsOf(inputs));
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
parentPort?.postMessage(ready);
