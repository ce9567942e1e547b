import { CdsError, type ErrorCode } from '../../domain/index.ts';
import { record } from '../resource-reader.ts';

/** A request that did not bring what was asked for, before it is decided whether to ask again. */
export type Failure =
  /** An answer whose status or body is not what was asked for. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Pick<Headers, 'get'>;
      readonly data: unknown;
    }
  /** No answer, or a part of one. `unsent`: the connection was never made, so the server cannot have acted. */
  | { readonly kind: 'lost'; readonly unsent: boolean }
  /** No answer within the time that one request may take. */
  | { readonly kind: 'late' }
  /** A successful answer that is JSON, but no object. */
  | { readonly kind: 'unreadable' };

/** Node's and undici's codes for a connection that never came to be. */
const UNSENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Several addresses of one host were tried: an AggregateError, whose code is the first one's. */
const connectionCode = (cause: unknown): unknown => record(cause)?.['code'];

/** A failure on its way from one attempt to where it is decided what to do. */
export class AttemptFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super('an attempt failed');
    this.failure = failure;
  }
}

/** Reads what an attempt threw: ours, or fetch's, whose message may hold the address and never leaves this room. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AttemptFailed) return error.failure;
  const cause = error instanceof Error ? error.cause : undefined;
  // fetch gives every network failure a cause; without one nothing was sent that could be.
  if (cause === undefined) return { kind: 'unreadable' };
  return { kind: 'lost', unsent: UNSENT.has(connectionCode(cause)) };
}

/** An answer with a status that says no; which one decides whether a query can be left out. */
export class FhirStatusError extends CdsError {
  readonly status: number;

  constructor(code: ErrorCode, status: number) {
    super(code, `It answered ${String(status)}.`);
    this.status = status;
  }
}

const codeOfRead = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return 'FHIR_REFUSED';
  if (status === 429) return 'FHIR_THROTTLED';
  return status === 408 || (status >= 500 && status !== 501) ? 'FHIR_UNREACHABLE' : 'FHIR_ANSWER_INVALID';
};

const codeOfWrite = (status: number): ErrorCode => {
  if (status === 409 || status === 412) return 'FHIR_CONFLICT';
  const code = codeOfRead(status);
  // A redirect or a page of HTML says nothing about the resource.
  return code === 'FHIR_ANSWER_INVALID' && status >= 400 ? 'FHIR_WRITE_REFUSED' : code;
};

const errorOf = (failure: Failure, codeOf: (status: number) => ErrorCode): CdsError => {
  switch (failure.kind) {
    case 'answered':
      return new FhirStatusError(codeOf(failure.status), failure.status);
    case 'lost':
      return new CdsError('FHIR_UNREACHABLE');
    case 'late':
      return new CdsError('FHIR_TIMEOUT');
    case 'unreadable':
      return new CdsError('FHIR_ANSWER_INVALID');
  }
};

/** A read that failed for good. */
export const readError = (failure: Failure): CdsError => errorOf(failure, codeOfRead);

/** A write that failed for good. */
export const writeError = (failure: Failure): CdsError => errorOf(failure, codeOfWrite);

/**
 * Will the server never answer this, whoever asks and whenever (no such resource type, no such search, not for
 * this client)? Not so for 401, which is about the token, and for what passes: 408, 429.
 */
export const isForGood = (error: unknown): boolean =>
  error instanceof FhirStatusError &&
  ((error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status)) ||
    error.status === 501);
