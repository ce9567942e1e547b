export { createReading } from './core.ts';
export { startService, startWorker, type RunningWorker, type Service } from './service.ts';
export { createSites, openSigningKeys, type Site } from './sites.ts';
