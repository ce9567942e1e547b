import { CdsError, type FeatureContribution, type FloatTensor } from '../domain/index.ts';
import type { ImageScoreManifest } from './manifest.ts';
import type { PassedOver, Tensors } from './messages.ts';
import { startRunner, type OnnxRunner, type RunnerSettings } from './runner.ts';

/** What images come to. */
export interface ImageScore {
  /** The mean over the folds: standardised, higher means earlier recurrence. */
  readonly score: number;
  /** Each time point's part of the score: the mean of its activation map. */
  readonly contributions: readonly FeatureContribution[];
  /** By time point, [1, z, y, x]: where in the image the score comes from; the mean over the folds. */
  readonly activations: Readonly<Record<string, FloatTensor>>;
  /** Each fold's score: how far they agree. */
  readonly byFold: readonly number[];
}

/** The fold models of one image score, loaded when they are first asked. */
export interface ImageScorer {
  /**
   * @param tensors by input name: [1, 1, z, y, x], cubes as the manifest says
   * @throws {CdsError} MODEL_RUN_FAILED
   */
  score(tensors: Tensors): Promise<ImageScore>;
  /** Opens the sessions and runs each once, so that the first patient does not wait for it. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** Told when a provider that was asked for cannot be had. */
export type OnPassedOver = (passedOver: PassedOver, provider: string) => void;

const SCORE = 'riskScore';
const activationOf = (input: string): string => `activation:${input}`;

const requireFinite = (values: Float32Array, what: string): void => {
  if (!values.every((value) => Number.isFinite(value)))
    throw new CdsError('MODEL_RUN_FAILED', `${what} is not finite`);
};

const meanOf = (tensors: readonly FloatTensor[]): FloatTensor => {
  const [first] = tensors;
  if (first === undefined) throw new CdsError('MODEL_RUN_FAILED', 'no activation map');
  const data = new Float32Array(first.data.length);
  for (const each of tensors)
    for (let at = 0; at < data.length; at++)
      data[at] = (data[at] ?? 0) + (each.data[at] ?? Number.NaN) / tensors.length;
  return { data, dims: first.dims };
};

const average = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The tensors in the shape the models take; any other would be another patient's geometry. */
const inputsOf = (
  { inputs, tensor }: Pick<ImageScoreManifest, 'inputs' | 'tensor'>,
  tensors: Tensors,
): Tensors => {
  const n = tensor.sizeVoxels;
  return Object.fromEntries(
    inputs.map((name) => {
      const given = tensors[name];
      if (given?.data.length !== n ** 3)
        throw new CdsError('MODEL_RUN_FAILED', `${name} is no cube of ${String(n)} voxels`);
      requireFinite(given.data, name);
      return [name, { data: given.data, dims: [1, 1, n, n, n] }];
    }),
  );
};

/**
 * The scorer of an image model. Nothing is started before it is first asked (or warmed): a process that only answers
 * hooks never holds the networks.
 *
 * @param folds ONNX bytes, in the manifest's order
 */
export function createImageScorer(
  manifest: Pick<ImageScoreManifest, 'inputs' | 'tensor'>,
  folds: readonly Uint8Array[],
  settings: RunnerSettings,
  onPassedOver: OnPassedOver = () => undefined,
): ImageScorer {
  const keys = folds.map((_, index) => String(index));
  const outputs = [SCORE, ...manifest.inputs.map(activationOf)];
  let started: Promise<OnnxRunner> | undefined;
  let closed = false;
  const start = async (): Promise<OnnxRunner> => {
    const models = Object.fromEntries(keys.map((key, index) => [key, folds[index] ?? new Uint8Array()]));
    const runner = await startRunner(models, settings);
    for (const each of runner.ready.passedOver) onPassedOver(each, runner.ready.provider);
    return runner;
  };
  const open = (): Promise<OnnxRunner> => {
    if (closed) return Promise.reject(new CdsError('MODEL_RUN_FAILED', 'the image model was closed'));
    // One that could not be started is started anew by the next question.
    started ??= start().catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return started;
  };
  const score: ImageScorer['score'] = async (tensors) => {
    const inputs = inputsOf(manifest, tensors);
    const runner = await open();
    const answers = await Promise.all(keys.map((key) => runner.run(key, inputs, outputs)));
    const byFold = answers.map((answer) => answer[SCORE]?.data[0] ?? Number.NaN);
    requireFinite(Float32Array.from(byFold), SCORE);
    const activations = Object.fromEntries(
      manifest.inputs.map((input) => [
        input,
        meanOf(answers.flatMap((answer) => answer[activationOf(input)] ?? [])),
      ]),
    );
    return {
      score: byFold.reduce((sum, value) => sum + value, 0) / byFold.length,
      contributions: manifest.inputs.map((input) => {
        const part = average(activations[input]?.data ?? new Float32Array());
        return { feature: `ct:${input}`, value: part, logHazard: part };
      }),
      activations,
      byFold,
    };
  };
  return {
    score,
    warm: async () => {
      const n = manifest.tensor.sizeVoxels;
      const empty = { data: new Float32Array(n ** 3), dims: [1, 1, n, n, n] };
      await score(Object.fromEntries(manifest.inputs.map((input) => [input, empty])));
    },
    close: async () => {
      closed = true;
      const runner = await started?.catch(() => undefined);
      await runner?.close();
    },
  };
}
