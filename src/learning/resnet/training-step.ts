import type { ResNetSpec } from './spec.ts';

export interface Optimiser {
  /** Decoupled (AdamW), times the learning rate; of weights, not of scales and shifts. 0 where not given. */
  readonly weightDecay?: number;
  /** .9, .999 and 1e-8 where not given. */
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface TrainingStepOptions {
  /** N, of a batch; a shorter one is filled up and masked. */
  readonly pairs: number;
  /** J, the columns of the cohort's risk sets (./cohort-loss.ts). */
  readonly events: number;
  readonly optimiser?: Optimiser;
}

export function buildTrainingStep(_spec: ResNetSpec, _options: TrainingStepOptions): Uint8Array {
  throw new Error('not yet');
}
