import type { Nodes } from './node-store.ts';
import type { GrowTask } from './task.ts';

export interface ThreadData {
  readonly task: GrowTask;
  /** Shared by all threads: the next tree to grow. */
  readonly next: Int32Array;
}

export interface GrownTree {
  readonly tree: number;
  readonly nodes: Nodes;
}
