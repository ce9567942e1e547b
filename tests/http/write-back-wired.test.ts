/** The service as it is started, with its own queue and client: from a hook's request to the FHIR server, and no double. */
import type { AuditEvent, RiskAssessment } from 'fhir/r4.js';
import request from 'supertest';
import { expect, it, vi } from 'vitest';
import { hookRequest, SERVICE_PATH, startStack, TODAY } from './running-service.ts';

const PATIENT = 'demo-high-10-months';

it('writes results and accesses by itself', async () => {
  const stack = await startStack({
    tenant: { writeBack: { enabled: true, diagnosticReport: true, auditEvents: true } },
  });
  try {
    await request(stack.service.url).post(SERVICE_PATH).send(hookRequest(PATIENT, stack.fhirBaseUrl));
    const found = async <T>(type: string): Promise<T[]> => {
      const bundle = (await (await fetch(`${stack.fhirBaseUrl}/${type}`)).json()) as {
        entry?: { resource: T }[];
      };
      return (bundle.entry ?? []).map(({ resource }) => resource);
    };
    await vi.waitFor(
      async () => {
        expect(await found('RiskAssessment')).toHaveLength(1);
        expect(await found('Provenance')).toHaveLength(1);
        const accesses = await found<AuditEvent>('AuditEvent');
        expect(accesses.map(({ action }) => action)).toEqual(expect.arrayContaining(['E', 'U']));
        expect(await stack.service.core.outbox.list('test')).toEqual([]);
      },
      { timeout: 10_000, interval: 50 },
    );
    expect((await found<RiskAssessment>('RiskAssessment'))[0]?.occurrenceDateTime).toBe(TODAY);
  } finally {
    await stack.close();
  }
});
