/** What the best-known Node peer (AHRQ CQL-SERVICES) was measured to get wrong, each by its name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import {
  codeOf,
  contextFor,
  post,
  prefetchOf,
  requestTo,
  SERVICES,
  type Answer,
} from './service-requests.ts';

const PATIENT = 'demo-intermediate-7-months';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const OUTCOME = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };

describe.each(SERVICES)('$id', (service) => {
  const send = (body: unknown): Promise<Answer> => post(stack.service.url, service, body);

  /** The peer's process was gone after some of these. */
  const expectRefused = async (body: unknown, status: number, code: string) => {
    const answer = await send(body);
    expect([answer.status, codeOf(answer), answer.body.cards]).toEqual([status, code, undefined]);
    const next = await send(requestTo(service, PATIENT, { fhirServer: stack.fhirBaseUrl }));
    expect(next.status).toBe(200);
  };

  it('a valid request without prefetch kills the process: here 412, and with a callback 200', async () => {
    await expectRefused(requestTo(service, PATIENT), 412, 'CDS_PREFETCH_MISSING');
  });

  it('prefetch.Patient as OperationOutcome gives 500 and a dead process: here 412, and with a callback 200', async () => {
    const prefetch = { ...(await prefetchOf(service, stack.fhirBaseUrl, PATIENT)), patient: OUTCOME };
    await expectRefused(requestTo(service, PATIENT, { prefetch }), 412, 'CDS_PREFETCH_MISSING');
    const read = await send(requestTo(service, PATIENT, { prefetch, fhirServer: stack.fhirBaseUrl }));
    expect(read.status).toBe(200);
    // Under the peer's own name for the key it is nobody's: as if it were not there.
    await expectRefused(
      requestTo(service, PATIENT, { prefetch: { Patient: OUTCOME } }),
      412,
      'CDS_PREFETCH_MISSING',
    );
  });

  it('a wrong hook gives 200: here 400', async () => {
    await expectRefused(
      requestTo(service, PATIENT, { hook: 'medication-prescribe' }),
      400,
      'CDS_HOOK_MISMATCH',
    );
  });

  it.each([
    '12345',
    '',
    'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea1',
    'D1577C69_DFBE_44AD_BA6D_3E05E953B2EA',
    null,
    7,
  ])('a hookInstance that is no UUID (%j) gives 200: here 400', async (hookInstance) => {
    await expectRefused(requestTo(service, PATIENT, { hookInstance }), 400, 'CDS_REQUEST_INVALID');
  });

  it.each(['patient', JSON.stringify({ patientId: PATIENT }), [], null, 1])(
    'a context that is no object (%j) gives 200: here 400',
    async (context) => {
      await expectRefused(requestTo(service, PATIENT, { context }), 400, 'CDS_REQUEST_INVALID');
    },
  );

  it.each(['userId', 'patientId'])('a context without %s: 400', async (left) => {
    const context = { ...contextFor(service, PATIENT), [left]: undefined };
    await expectRefused(requestTo(service, PATIENT, { context }), 400, 'CDS_REQUEST_INVALID');
  });
});
