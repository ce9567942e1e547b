export { createAssessor, isReady, type Assessor, type ReadyPlan } from './assessor.ts';
export { createFingerprint } from './fingerprint.ts';
export { createHandlers, type WorkerSite } from './handlers.ts';
export { judgeChart, landmarkOf, type Plan, type PlanOptions, type Site } from './plan.ts';
export * from './ports.ts';
export * from './queue/index.ts';
export * from './store/index.ts';
export { connectRedis } from './redis.ts';
