import type { OperationOutcome } from 'fhir/r4.js';
import type { ErrorRequestHandler } from 'express';
import { CdsError, type ErrorCode } from '../domain/index.ts';
import type { Log } from '../platform/index.ts';
import { requestId } from './request-id.ts';

/** What body parsing failed on, by http-errors' `type`, as ours. */
const BODY_ERRORS: Readonly<Record<string, ErrorCode>> = {
  'entity.too.large': 'CDS_PAYLOAD_TOO_LARGE',
  'encoding.unsupported': 'CDS_MEDIA_TYPE',
  'charset.unsupported': 'CDS_MEDIA_TYPE',
};

/** body-parser's errors carry a 4xx status and a type; anything else foreign is our fault. */
const asAnswered = (error: unknown): CdsError => {
  if (error instanceof CdsError) return error;
  const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown };
  if (typeof type === 'string' && typeof status === 'number' && status >= 400 && status < 500) {
    const code = BODY_ERRORS[type];
    return code === undefined
      ? new CdsError('CDS_REQUEST_INVALID', 'body: not JSON that can be read.', { cause: error })
      : new CdsError(code, undefined, { cause: error });
  }
  if (error instanceof URIError) return new CdsError('CDS_REQUEST_INVALID', 'address: not a valid URL.');
  return new CdsError('INTERNAL', undefined, { cause: error });
};

/**
 * The error as FHIR says it: what went wrong, our code, and what to do.
 *
 * @param id the request's, by which its log lines are found
 */
export const operationOutcome = (error: CdsError, id?: string): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  ...(id !== undefined && { id }),
  issue: [
    {
      severity: 'error',
      code: error.kind.issue as OperationOutcome['issue'][number]['code'],
      details: {
        coding: [{ system: 'https://recurrence-cds.org/fhir/CodeSystem/error', code: error.code }],
        text: error.message,
      },
      diagnostics: error.kind.remedy,
    },
  ],
});

/** The last stop of every request that failed: one status table (domain/errors.ts), one body. */
export const answerErrors =
  (log: Log): ErrorRequestHandler =>
  (thrown: unknown, request, response, next) => {
    const error = asAnswered(thrown);
    const level = error.kind.status >= 500 ? 'error' : 'info';
    const id = requestId(response);
    log[level](
      { requestId: id, error, method: request.method, status: error.kind.status },
      'request refused',
    );
    if (response.headersSent) {
      next(thrown);
      return;
    }
    if (error.code === 'CDS_UNAUTHENTICATED') {
      // Bare, as CDS Hooks asks: who is refused learns nothing by it.
      response.status(error.kind.status).set('WWW-Authenticate', 'Bearer').end();
      return;
    }
    response
      .status(error.kind.status)
      .type('application/fhir+json')
      .send(JSON.stringify(operationOutcome(error, id)));
  };
