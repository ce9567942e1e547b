/** What the service writes back, as the demo's EHR reads it from the FHIR server. */
import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDemoEhr, readWrittenBack, type WrittenBack } from '../../src/demo/index.ts';
import { listen, LOOPBACK } from '../../src/platform/index.ts';
import { hookRequest, SERVICE_PATH, startStack, TODAY, type Stack } from './running-service.ts';

const PATIENT = 'demo-high-10-months';
const STORY = { en: 'Ten months after surgery', zh: '术后十个月' };
const NEWS = { en: 'A <new> draw', zh: '新的采血' };
const read = (fhirUrl: string, patientId = PATIENT): Promise<WrittenBack> =>
  readWrittenBack(fhirUrl, patientId, AbortSignal.timeout(5000));

describe('after a hook', () => {
  let stack: Stack;
  let written: WrittenBack;
  beforeAll(async () => {
    stack = await startStack({
      tenant: { writeBack: { enabled: true, diagnosticReport: true, auditEvents: true } },
    });
    await request(stack.service.url).post(SERVICE_PATH).send(hookRequest(PATIENT, stack.fhirBaseUrl));
    written = await vi.waitFor(
      async () => {
        const now = await read(stack.fhirBaseUrl);
        expect(now.results[0]?.provenances).toHaveLength(1);
        expect(now.audited).toBeGreaterThanOrEqual(3);
        return now;
      },
      { timeout: 20_000, interval: 100 },
    );
  });
  afterAll(() => stack.close());

  const pageOf = async (language: string, more: { fhirUrl?: string } = {}): Promise<string> => {
    const ehr = createDemoEhr({
      patients: [{ id: PATIENT, name: 'X', story: STORY }],
      serviceUrl: stack.service.url,
      fhirUrl: stack.fhirBaseUrl,
      serviceId: SERVICE_PATH.split('/').at(-1) ?? '',
      showWritten: true,
      newsOf: (id) => (id === PATIENT ? NEWS : undefined),
      ...more,
    });
    return (await request(ehr).get(`/patients/${PATIENT}?lang=${language}`)).text;
  };

  it('a result has its horizons with intervals, and the Provenance with the model and the evidence', async () => {
    const [stored] = await stack.service.core.store.history('test', PATIENT);
    expect(written.results).toHaveLength(1);
    const [result] = written.results;
    expect(result?.landmarkDate).toBe(TODAY);
    const { risk } = stored!;
    const horizons = risk.status === 'estimated' ? risk.horizons : [];
    expect(result?.horizons.map(({ months }) => months)).toEqual([6, 12, 24]);
    result?.horizons.forEach((horizon, at) => {
      const given = horizons[at]!;
      if (given.status !== 'estimated') throw new Error('expected an estimate');
      expect(horizon.risk).toBeCloseTo(given.risk, 3);
      expect(horizon.low).toBeCloseTo(given.lower, 3);
      expect(horizon.high).toBeCloseTo(given.upper, 3);
      expect(horizon.likelihood).toBe(horizon.months === 12 ? 'high' : undefined);
    });
    const [provenance] = result!.provenances;
    expect(provenance?.agent).toContain(stored!.model.digest);
    expect(provenance?.device).toMatch(/^Device\/rc-/);
    expect(provenance?.entities).toBe(stored!.evidence.length);
    expect(result?.reports).toEqual([expect.stringMatching(/^DiagnosticReport\/rc-/)]);
  });

  it('the page shows it, with links that lead to what is there', async () => {
    const text = await pageOf('en');
    const panel = text.slice(text.indexOf('id="written"'));
    const [, , , ...others] = written.results[0]!.horizons;
    expect(others).toEqual([]);
    for (const { risk = NaN } of written.results[0]!.horizons)
      expect(panel).toContain(`<strong>${(100 * risk).toFixed(2)}%</strong>`);
    const links = [...panel.matchAll(/href="([^"]+)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );
    expect(links).toHaveLength(5);
    const types = await Promise.all(
      links.map(
        async (href) => ((await (await fetch(href)).json()) as { resourceType: string }).resourceType,
      ),
    );
    expect(types).toEqual(['RiskAssessment', 'DiagnosticReport', 'Provenance', 'Device', 'Bundle']);
    expect(text).toContain('A &lt;new&gt; draw');
    expect(text).toContain('href="#written"');
  });

  it('the page speaks Chinese too', async () => {
    const text = await pageOf('zh-CN');
    expect(text).toContain('已写回 FHIR 服务器');
    expect(text).toMatch(/区间[\s\S]*，高<\/span/);
    expect(text).toContain('新的采血');
  });

  it('a patient without a result has nothing written, and the page says so', async () => {
    expect((await read(stack.fhirBaseUrl, 'demo-no-lung-cancer')).results).toEqual([]);
    const ehr = createDemoEhr({
      patients: [{ id: 'demo-no-lung-cancer', name: 'Y', story: STORY }],
      serviceUrl: stack.service.url,
      fhirUrl: stack.fhirBaseUrl,
      serviceId: SERVICE_PATH.split('/').at(-1) ?? '',
      showWritten: true,
    });
    const { text } = await request(ehr).get('/patients/demo-no-lung-cancer?lang=en');
    expect(text).toContain('No result was written for this patient: there is none.');
  });

  it.each([
    ['refuses', 403, { resourceType: 'OperationOutcome', issue: [] }],
    ['answers with another shape', 200, { entry: [{ resource: { id: 7 } }] }],
  ])('a server that %s costs the page this panel alone', async (_title, status, body) => {
    const app = express().use((_request, response) => void response.status(status).json(body));
    const other = await listen(app, LOOPBACK, 0);
    try {
      const text = await pageOf('en', { fhirUrl: `${other.url}/fhir` });
      expect(text).toContain('id="cards"');
      expect(text).not.toContain('id="written"');
      expect(text).not.toContain('href="#written"');
    } finally {
      await other.close();
    }
  });
});
