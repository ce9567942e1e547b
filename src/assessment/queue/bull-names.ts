import type { ModalityId } from '../../domain/index.ts';

/** Queue names, job ids and our own keys in Redis, the same in every process of a site. */
export const FUSION_QUEUE = 'fusion';
export const modalityQueue = (modality: ModalityId): string => `modality-${modality}`;

/** The parent's id is the fingerprint itself; a child's is made from it, so that a repeated flow meets itself. */
export const childId = (fingerprint: string, modality: ModalityId): string => `${fingerprint}-${modality}`;

/** BullMQ's hash of a job: there as long as the job is unfinished, because finished ones are removed. */
export const parentKey = (prefix: string, fingerprint: string): string =>
  `${prefix}:${FUSION_QUEUE}:${fingerprint}`;
/** How a job ended: 'completed' or an error code. */
export const outcomeKey = (prefix: string, fingerprint: string): string => `${prefix}:outcome:${fingerprint}`;
/** Held while one process adds the flow. */
export const gateKey = (prefix: string, fingerprint: string): string => `${prefix}:gate:${fingerprint}`;

/** The jobs' names in dashboards; nothing hangs on them. */
export const JOB_NAME = 'assessment';
