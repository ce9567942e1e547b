import type { FloatTensor } from '../domain/index.ts';

export interface ThreadData {
  /** Model key -> ONNX bytes. */
  readonly models: Readonly<Record<string, Uint8Array>>;
}

export interface RunRequest {
  readonly id: number;
  readonly model: string;
  readonly inputs: Readonly<Record<string, FloatTensor>>;
  readonly outputs: readonly string[];
}

/** Without `outputs` the run failed; id -1 says that the thread is ready. */
export interface RunAnswer {
  readonly id: number;
  readonly outputs?: Readonly<Record<string, FloatTensor>>;
}

/**
 * Asks the thread to finish what it computes and end. A thread that is terminated while ONNX Runtime works in it takes
 * the whole process with it (SIGABRT).
 */
export const CLOSE = 'close';
