import type { ErrorCode } from '../../domain/index.ts';
import type { CtEpoch } from './checkpoint.ts';
import type { CtTask, TrainedFold } from './train-fold.ts';

export interface ThreadData {
  /** The images in shared memory. */
  readonly task: CtTask;
  /** Shape (2), shared: the next fold that nobody has taken; 1 where all threads are to stop. */
  readonly control: Int32Array;
}

export const NEXT_FOLD = 0;
export const STOP = 1;

/** What a thread tells, with the place of its fold among the splits. */
export type ThreadMessage =
  | { readonly kind: 'epoch'; readonly index: number; readonly epoch: CtEpoch }
  | { readonly kind: 'trained'; readonly index: number; readonly trained: TrainedFold }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: string | undefined };
