export { createBullQueue, type BullQueueOptions } from './bull-queue.ts';
export { startBullWorkers, type BullWorkersOptions } from './bull-workers.ts';
export { createInProcessQueue, type InProcessOptions } from './in-process.ts';
export { DEFAULT_RETRY, type RetryPolicy } from './steps.ts';
