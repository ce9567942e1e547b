export { createAssessor, isReady, type Assessor, type ReadyPlan } from './assessor.ts';
export { createFingerprint } from './fingerprint.ts';
export { createHandlers, type WorkerSite } from './handlers.ts';
export { landmarkOf, type Plan, type Site } from './plan.ts';
export * from './ports.ts';
export * from './queue/index.ts';
export * from './store/index.ts';
export * from './write-back/index.ts';
export { connectRedis } from './redis.ts';
