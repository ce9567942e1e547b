export { createReading } from './core.ts';
export { openStored, type Stored } from './stored.ts';
export { startService, startWorker, type RunningWorker, type Service } from './service.ts';
export { createSites, openSigningKeys, type Site } from './sites.ts';
export { openSiteImages } from './images.ts';
