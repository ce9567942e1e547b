export { createReading } from './core.ts';
export { startService, startWorker, type RunningWorker, type Service } from './service.ts';
export { createClients } from './fetch-client.ts';
