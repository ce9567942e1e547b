export { createBullTasks, type BullTasksOptions } from './bull-tasks.ts';
export { startTaskWorkers, type TaskWorkersOptions } from './bull-task-workers.ts';
export { requireRule } from './cron.ts';
export { createInProcessTasks, type InProcessTasksOptions } from './in-process.ts';
