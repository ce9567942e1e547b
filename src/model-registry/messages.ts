import type { FloatTensor } from '../domain/index.ts';

/** Where sessions run, and on how many threads. */
export interface SessionSettings {
  /** In order of preference: a provider that cannot be had is passed over, with its reason told. */
  readonly executionProviders: readonly string[];
  /** Threads of one operator. */
  readonly intraOpThreads: number;
}

export interface ThreadData {
  /** Model key -> ONNX bytes. */
  readonly models: Readonly<Record<string, Uint8Array>>;
  readonly settings: SessionSettings;
}

export type Tensors = Readonly<Record<string, FloatTensor>>;

export interface RunRequest {
  readonly id: number;
  readonly model: string;
  /** One entry a question; several are answered by one run, stacked along the first axis. */
  readonly inputs: readonly Tensors[];
  readonly outputs: readonly string[];
}

/** Without `outputs` the run failed. */
export interface RunAnswer {
  readonly id: number;
  /** One entry a question. */
  readonly outputs?: readonly Tensors[];
}

/** A provider that was asked for and cannot be had, and what ONNX Runtime said of it. */
export interface PassedOver {
  readonly provider: string;
  readonly reason: string;
}

/** The thread's first message: its sessions are there. */
export interface Ready {
  readonly provider: string;
  readonly passedOver: readonly PassedOver[];
}

/**
 * Asks the thread to finish what it computes and end. A thread that is terminated while ONNX Runtime works in it takes
 * the whole process with it (SIGABRT).
 */
export const CLOSE = 'close';
