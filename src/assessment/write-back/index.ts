export { createAuditHandler } from './audit-handler.ts';
export { auditedSource, createAuditTrail, type AuditTrail } from './audit-trail.ts';
export { createLocalExclusively, createRedisExclusively } from './exclusively.ts';
export { createWriteBackHandler } from './write-back-handler.ts';
export { createWriteBacks, type WriteBacks } from './write-backs.ts';
