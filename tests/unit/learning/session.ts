import { InferenceSession, Tensor } from 'onnxruntime-node';

/** A one-thread CPU session: what a model gives must not hang on the number of cores. */
export const openSession = (model: Uint8Array): Promise<InferenceSession> =>
  InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });

export const float32 = (values: ArrayLike<number>, ...shape: number[]): Tensor =>
  new Tensor('float32', Float32Array.from(values), shape);

export const valuesOf = (tensor: Tensor | undefined): number[] => Array.from(tensor?.data as Float32Array);
