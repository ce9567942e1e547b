/** Every error of the table can be shown to a caller: a status, a FHIR issue type, a text and a remedy. */
import { describe, expect, it } from 'vitest';
import { asCdsError, CdsError, ERRORS, type ErrorCode } from '../../src/domain/index.ts';

/** http://hl7.org/fhir/R4/valueset-issue-type.html */
const ISSUE_TYPES = new Set(
  (
    'invalid structure required value invariant security login unknown expired forbidden suppressed processing ' +
    'not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly ' +
    'business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational'
  ).split(' '),
);

describe.each(Object.keys(ERRORS) as ErrorCode[])('%s', (code) => {
  const kind = ERRORS[code];

  it('has a code, a status, an issue type, a sentence and a remedy', () => {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(kind.status).toBeGreaterThanOrEqual(400);
    expect(kind.status).toBeLessThan(600);
    expect(ISSUE_TYPES).toContain(kind.issue);
    for (const sentence of [kind.text, kind.remedy]) expect(sentence).toMatch(/^\S.{10,}[.?]$/);
  });

  it('is retryable only where the fault is not the request', () => {
    if (kind.retryable) expect(kind.status).toBeGreaterThanOrEqual(500);
  });

  it('carries its text and detail, never the text of what caused it', () => {
    const cause = new Error('GET http://fhir/Patient/123');
    const error = new CdsError(code, 'the detail', { cause });
    expect(error.message).toBe(`${kind.text} the detail`);
    expect(error).toMatchObject({ code, kind, detail: 'the detail', cause, name: 'CdsError' });
    expect(asCdsError(cause, code).message).toBe(kind.text);
    expect(asCdsError(error, 'INTERNAL')).toBe(error);
  });
});
