import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { asCdsError, CdsError } from '../../domain/index.ts';
import { type Job, type JobResult, runJob } from './job.ts';
import type { LabelledSamples } from './samples.ts';

export interface JobThreadData {
  readonly matrices: readonly LabelledSamples<string>[];
  readonly jobs: readonly Job[];
  /** Shape (1), shared: the next job that nobody has taken. */
  readonly next: Int32Array;
}

export interface DoneJob {
  readonly at: number;
  readonly result: JobResult;
}

/**
 * Does all jobs; the results are the same for any number of threads.
 *
 * @param threads 1 works on the caller's thread, which hears signals between two jobs
 * @param done called after each job
 * @throws {CdsError} what a job throws on the caller's thread; INTERNAL where it throws on another
 */
export async function runJobs(
  matrices: readonly LabelledSamples<string>[],
  jobs: readonly Job[],
  threads: number,
  done: (job: Job) => void,
): Promise<JobResult[]> {
  const results: (JobResult | undefined)[] = jobs.map(() => undefined);
  const count = Math.min(threads, jobs.length);
  if (count > 1)
    await onThreads({ matrices, jobs, next: new Int32Array(new SharedArrayBuffer(4)) }, count, keep);
  else
    for (const [at, job] of jobs.entries()) {
      keep({ at, result: await runJob(matrices, job) });
      await setImmediate();
    }
  return results.map((result) => {
    if (result === undefined) throw new CdsError('INTERNAL', 'a cross-validation was not done');
    return result;
  });

  function keep({ at, result }: DoneJob): void {
    results[at] = result;
    const job = jobs[at];
    if (job !== undefined) done(job);
  }
}

async function onThreads(
  workerData: JobThreadData,
  count: number,
  keep: (done: DoneJob) => void,
): Promise<void> {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./job-thread.ts', import.meta.url), { workerData }),
  );
  try {
    await Promise.all(workers.map((worker) => finished(worker, keep)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

const finished = (worker: Worker, keep: (done: DoneJob) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.on('message', keep);
    worker.once('error', (error) => {
      reject(asCdsError(error));
    });
    worker.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new CdsError('INTERNAL', `a thread that cross-validates ended with code ${code}`));
    });
  });
