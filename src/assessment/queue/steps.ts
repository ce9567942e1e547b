import { asCdsError, ERRORS, MODALITY_IDS, type CdsError, type ErrorCode } from '../../domain/index.ts';
import type { ModalityId } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import { lacksImages } from '../failures.ts';
import type { AssessmentRef } from '../ports.ts';

/** One step of a job: a modality's extraction and score, or the fusion over them. */
export type Step = ModalityId | 'fusion';

/** How often a step is tried when its error can heal, and the wait before the second try; it doubles each time. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly backoffMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 4, backoffMs: 1000 };

/** For how long a queue remembers how a job ended, for those who ask late. */
export const OUTCOME_KEPT_MS = 600_000;

export const isErrorCode = (text: unknown): text is ErrorCode =>
  typeof text === 'string' && Object.hasOwn(ERRORS, text);

/** The reference and nothing else: a caller's object may carry more, and a queue must not. */
export const bareRef = (ref: AssessmentRef): AssessmentRef => ({
  tenant: ref.tenant,
  patientId: ref.patientId,
  landmarkDate: ref.landmarkDate,
  fingerprint: ref.fingerprint,
  resourcesFingerprint: ref.resourcesFingerprint,
  modelDigest: ref.modelDigest,
});

/**
 * The first code that fails a job, in the order cards list the modalities, so that the outcome hangs on no race. An
 * image archive that stays away fails no job: the fusion goes on without the images, and says so.
 */
export const firstFailure = (
  codes: Readonly<Partial<Record<ModalityId, ErrorCode>>>,
): ErrorCode | undefined =>
  MODALITY_IDS.map((modality) => codes[modality]).find((code) => code !== undefined && !lacksImages(code));

/** Logs a step's error (its code and class only: foreign messages can hold identifiers) and returns it as ours. */
export function stepFailed(
  error: unknown,
  ref: AssessmentRef,
  step: Step,
  final: (error: CdsError) => boolean,
  log: Log | undefined,
): { readonly code: ErrorCode; readonly final: boolean } {
  const known = asCdsError(error);
  const last = final(known);
  log?.[last ? 'error' : 'warn'](
    { error: known, step, fingerprint: ref.fingerprint, willRetry: !last },
    'assessment step failed',
  );
  return { code: known.code, final: last };
}
