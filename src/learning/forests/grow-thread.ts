/** A thread that grows trees: whichever is next, until there are none. */
import { parentPort, workerData } from 'node:worker_threads';
import { createGrower } from './grow.ts';
import type { GrownTree, ThreadData } from './messages.ts';

const { task, next } = workerData as ThreadData;
const grow = createGrower(task);
for (let tree = Atomics.add(next, 0, 1); tree < task.seeds.length; tree = Atomics.add(next, 0, 1)) {
  const nodes = grow(tree);
  const memory = Object.values(nodes as unknown as Record<string, Int32Array<ArrayBuffer>>).map(
    (a) => a.buffer,
  );
  parentPort?.postMessage({ tree, nodes } satisfies GrownTree, memory);
}
