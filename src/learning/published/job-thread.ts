/** A thread that does jobs: whichever is next, until there are none. */
import { parentPort, workerData } from 'node:worker_threads';
import { runJob } from './job.ts';
import type { DoneJob, JobThreadData } from './jobs.ts';

const { matrices, jobs, next } = workerData as JobThreadData;
for (let at = Atomics.add(next, 0, 1); at < jobs.length; at = Atomics.add(next, 0, 1)) {
  const job = jobs[at];
  if (job !== undefined)
    parentPort?.postMessage({ at, result: await runJob(matrices, job) } satisfies DoneJob);
}
