import { errors } from 'undici';
import { CdsError } from '../../../domain/index.ts';

/** An attempt that did not bring what was asked for, as the error it becomes, and whether asking again may help. */
export class AttemptFailed extends Error {
  readonly error: CdsError;
  readonly heals: boolean;
  /** What a Retry-After asked for. */
  readonly waitMs: number | undefined;

  constructor(error: CdsError, heals: boolean, waitMs?: number) {
    super('an attempt failed');
    this.error = error;
    this.heals = heals;
    this.waitMs = waitMs;
  }
}

const HEALING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

const codeOf = (status: number) => {
  if (status === 401 || status === 403) return 'PACS_REFUSED';
  if (status === 404 || status === 410) return 'PACS_NOT_FOUND';
  if (status === 406 || status === 415) return 'PACS_NOT_ACCEPTABLE';
  // 206: images that the PACS could not convert were left out, PS3.18 8.5.
  if (status === 206) return 'PACS_INCOMPLETE';
  if (status === 413) return 'PACS_TOO_LARGE';
  return HEALING.has(status) ? 'PACS_UNREACHABLE' : 'PACS_ANSWER_INVALID';
};

/** Seconds alone: an HTTP-date would need their clock. */
const secondsOf = (retryAfter: unknown): number | undefined =>
  typeof retryAfter === 'string' && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;

/** Of a status that is not the one that was hoped for. */
export const statusFailure = (status: number, retryAfter: unknown): AttemptFailed => {
  const told = status >= 300 && status < 400 ? 'It redirects, which is not followed' : 'It answered';
  return new AttemptFailed(
    new CdsError(codeOf(status), `${told} (${String(status)}).`),
    HEALING.has(status),
    secondsOf(retryAfter),
  );
};

/**
 * Of what a connection throws; its text may hold the address and stays out. What broke off after the answer began is an
 * answer that is incomplete.
 */
export const connectionFailure = (error: unknown, answered: boolean): AttemptFailed => {
  // Nothing that is sent again changes a header that is too large, or HTTP that is none.
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError)
    return new AttemptFailed(new CdsError('PACS_ANSWER_INVALID', 'It is not HTTP.', { cause: error }), false);
  return answered
    ? new AttemptFailed(
        new CdsError('PACS_INCOMPLETE', 'The connection ended early.', { cause: error }),
        true,
      )
    : new AttemptFailed(new CdsError('PACS_UNREACHABLE', undefined, { cause: error }), true);
};
