export { createReading } from './core.ts';
export { openWriteBack, type WriteBackOptions, type WriteBackWork } from './write-back.ts';
export { startService, startWorker, type RunningWorker, type Service } from './service.ts';
