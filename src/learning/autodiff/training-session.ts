import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CdsError, type FloatTensor } from '../../domain/index.ts';

/** The output `next:x` of a training step is its input `x` of the next step. */
export const NEXT = 'next:';

export interface TrainingSessionOptions {
  /** Of ONNX Runtime; 1 where not given. Results to the last bit hold for one number of threads. */
  readonly threads?: number;
}

/** A graph that keeps its state (parameters, moments) between runs. */
export interface TrainingSession {
  /** Shapes of the inputs that `run` needs, by name. */
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  /**
   * One step. Blocks the thread while it computes: call it in a worker thread, and never terminate that thread
   * during a run (ONNX Runtime would abort the process); ask it to end instead.
   *
   * @param inputs all of `inputs`, each with as many values as its shape has; they are read, not kept
   * @returns the outputs that are not state, copied
   * @throws {CdsError} LEARNING_INPUT_INVALID for an input that is missing, unknown or of another length
   */
  run(inputs: Readonly<Record<string, Float32Array>>): Promise<Readonly<Record<string, Float32Array>>>;
  /** The state after the last run, copied: what a checkpoint holds, and `load` takes. */
  state(): Map<string, FloatTensor>;
  /**
   * Sets the parts of the state that are given; the others stay as they are.
   *
   * @throws {CdsError} LEARNING_INPUT_INVALID for a name that is no state, or another shape
   */
  load(state: ReadonlyMap<string, FloatTensor>): void;
  /** Frees what ONNX Runtime holds. */
  release(): Promise<void>;
}

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

const elements = (dims: readonly number[]): number => dims.reduce((product, d) => product * d, 1);

/** Names and static float32 shapes of a session's inputs. */
const shapesOf = (session: InferenceSession): Map<string, readonly number[]> =>
  new Map(
    session.inputMetadata.map((input) => {
      if (!input.isTensor || input.type !== 'float32')
        return refuse(`the input ${input.name} is not float32`);
      const dims = input.shape.map((d) =>
        typeof d === 'number' ? d : refuse(`the input ${input.name} is not of static shape`),
      );
      return [input.name, dims] as const;
    }),
  );

const tensorOf = (name: string, data: Float32Array | undefined, dims: readonly number[]): Tensor => {
  if (data === undefined) return refuse(`the input ${name} is missing`);
  if (data.length !== elements(dims))
    refuse(`the input ${name} has ${data.length} values, not ${elements(dims)}`);
  return new Tensor('float32', data, [...dims]);
};

const valuesOf = (name: string, tensor: Tensor | undefined): Float32Array => {
  if (!(tensor?.data instanceof Float32Array)) return refuse(`the output ${name} is not float32`);
  return tensor.data.slice();
};

/**
 * Opens a training step. Its state, which starts at 0, are the inputs `x` that have an output `next:x`.
 *
 * @param model a ModelProto with static float32 inputs
 * @throws {CdsError} LEARNING_INPUT_INVALID for inputs of another kind; ONNX_INVALID where ONNX Runtime refuses it
 */
export async function createTrainingSession(
  model: Uint8Array,
  { threads = 1 }: TrainingSessionOptions = {},
): Promise<TrainingSession> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Idle threads that spin starve whatever else the machine has to do: they more than double a step's CPU time.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }).catch(() => {
    throw new CdsError('ONNX_INVALID', 'ONNX Runtime refuses the training step');
  });
  const inputs = shapesOf(session);
  const state = new Map<string, Tensor>();
  for (const [name, dims] of inputs) {
    if (!session.outputNames.includes(`${NEXT}${name}`)) continue;
    state.set(name, new Tensor('float32', new Float32Array(elements(dims)), [...dims]));
    inputs.delete(name);
  }
  const results = session.outputNames.filter((name) => !name.startsWith(NEXT));

  return {
    inputs,
    run: async (given) => {
      const unknown = Object.keys(given).find((name) => !inputs.has(name));
      if (unknown !== undefined) refuse(`there is no input ${unknown}`);
      const feeds: Record<string, Tensor> = Object.fromEntries(state);
      for (const [name, dims] of inputs) feeds[name] = tensorOf(name, given[name], dims);
      const outputs = await session.run(feeds);
      for (const name of state.keys()) {
        const next = outputs[`${NEXT}${name}`];
        if (next !== undefined) state.set(name, next);
      }
      return Object.fromEntries(results.map((name) => [name, valuesOf(name, outputs[name])]));
    },
    state: () =>
      new Map(
        Array.from(state, ([name, tensor]) => [
          name,
          { data: valuesOf(name, tensor), dims: [...tensor.dims] },
        ]),
      ),
    load: (parts) => {
      for (const [name, { data, dims }] of parts) {
        const shape = state.get(name)?.dims ?? refuse(`${name} is no state`);
        if (shape.join() !== dims.join())
          refuse(`${name} is of shape [${dims.join(', ')}], not [${shape.join(', ')}]`);
        state.set(name, tensorOf(name, data.slice(), dims));
      }
    },
    release: () => session.release(),
  };
}
