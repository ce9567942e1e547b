/** `subscribe`, `serve` and `worker` as a hospital runs them: a laboratory writes, and the result waits for the visit. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createProgram, exitCodeOf } from '../../src/cli/index.ts';
import { createFhirServer, type FhirServer } from '../../src/demo/index.ts';
import { calendarDate, listen, LOOPBACK, systemClock, type Listening } from '../../src/platform/index.ts';
import { simulateDemoPatients, simulateNewDraw } from '../../src/simulation/index.ts';
import { hookRequest, SERVICE_PATH } from '../http/running-service.ts';
import { describeWith } from '../setup/requires.ts';
import { startCli, type RunningCli } from './processes.ts';

const TODAY = calendarDate(systemClock.now(), 'UTC');
const PATIENT = 'demo-too-old-15-months';
const SECRET = randomBytes(24).toString('base64url');
const TYPES = [
  'Patient',
  'Condition',
  'Procedure',
  'MedicationAdministration',
  'Observation',
  'DiagnosticReport',
  'MedicationRequest',
  'Consent',
  'Specimen',
  'ImagingStudy',
  'AllergyIntolerance',
];

describeWith('redis-server', 'new data through Subscriptions, BullMQ and a worker', (REDIS_URL) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'e2e-'));
  const config = path.join(folder, 'site.yaml');
  let server: FhirServer;
  let fhir: Listening;
  let serve: RunningCli;
  let worker: RunningCli;
  let url: string;

  beforeAll(async () => {
    server = createFhirServer();
    await server.load(simulateDemoPatients(TODAY).flatMap((each) => each.resources));
    fhir = await listen(server.app, LOOPBACK, 0);
    const settings = {
      environment: 'test',
      http: { port: 0 },
      tenants: [
        { id: 'site', fhirBaseUrl: `${fhir.url}/fhir`, subscriptions: { secret: SECRET, quietMs: 200 } },
      ],
      queue: { prefix: `e2e-${randomUUID()}` },
      store: { key: randomBytes(32).toString('base64') },
      log: { level: 'debug' },
    };
    writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
    serve = startCli(['serve', '--config', config], { REDIS_URL });
    worker = startCli(['worker', '--config', config], { REDIS_URL });
    [, url = ''] = await serve.noted(/listens on (http:\/\/\S+)/);
    await worker.noted(/worker takes/);
  });
  afterAll(async () => {
    await Promise.all([serve.stop(), worker.stop()]);
    await server.close();
    await fhir.close();
    rmSync(folder, { recursive: true });
  });

  /** The command in this process: a process of its own each time would take seconds. */
  const subscribe = async (...more: string[]): Promise<{ code: number; out: string; err: string }> => {
    let [out, err] = ['', ''];
    const program = createProgram({
      env: {},
      out: (text) => (out += text),
      note: (text) => (err += text),
      stopped: Promise.resolve(),
    });
    const args = ['node', 'main.ts', 'subscribe', '--config', config, '--endpoint', url, ...more];
    const failure: unknown = await program.parseAsync(args).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return { code: 0, out, err };
    const { code, text = '' } = exitCodeOf(failure);
    return { code, out, err: err + text };
  };
  const subscriptions = async (): Promise<any[]> => {
    const found = await fetch(`${fhir.url}/fhir/Subscription?_count=50`);
    const { entry = [] } = (await found.json()) as { entry?: any[] };
    return entry.map(({ resource }) => resource);
  };

  it('a dry run prints them without the secret, and sends nothing', async () => {
    const { code, out } = await subscribe('--dry-run');
    expect(code).toBe(0);
    const printed = JSON.parse(out) as {
      criteria: string;
      channel: { header: string[]; endpoint: string };
    }[];
    expect(printed.map(({ criteria }) => criteria.split('?')[0])).toEqual(TYPES);
    expect(printed.find(({ criteria }) => criteria.startsWith('Observation'))?.criteria).toContain(
      'tumour-fraction',
    );
    expect(printed[0]?.channel.endpoint).toBe(`${url}/notifications/site`);
    expect(out).not.toContain(SECRET);
    expect(await subscriptions()).toEqual([]);
  });

  it('removing what never was there is no error', async () => {
    const { code, out } = await subscribe('--remove');
    expect([code, out.match(/was not there/g)?.length]).toEqual([0, TYPES.length]);
  });

  it.each([
    [['--style', 'backport'], /--topic/],
    [['--payload', 'id-only'], /--payload id-only/],
    [['--tenant', 'nobody'], /--tenant/],
    [['--style', 'carrier-pigeon'], /Allowed choices/],
  ])('%j is refused', async (args, text) => {
    const { code, err } = await subscribe(...args);
    expect([code, text.test(err)]).toEqual([2, true]);
  });

  it('made twice they are the same ones, and the server takes them', async () => {
    expect((await subscribe()).out.match(/created/g)).toHaveLength(TYPES.length);
    const again = await subscribe('--style', 'backport', '--topic', 'https://site.example/topic/chart');
    expect(again.out.match(/replaced/g)).toHaveLength(TYPES.length);
    await vi.waitFor(
      async () => {
        const found = await subscriptions();
        expect(found.map(({ status }) => status)).toEqual(TYPES.map(() => 'active'));
      },
      { timeout: 10_000 },
    );
  });

  it('a new draw is assessed before anybody opens the chart', async () => {
    for (const resource of simulateNewDraw(PATIENT, TODAY, new Date().toISOString()))
      await fetch(`${fhir.url}/fhir/${resource.resourceType}/${resource.id}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/fhir+json' },
        body: JSON.stringify(resource),
      });
    await worker.noted(/assessment computed/);
    const card = await vi.waitFor(
      async () => {
        const answer = await request(url)
          .post(SERVICE_PATH)
          .send(hookRequest(PATIENT, `${fhir.url}/fhir`));
        expect(answer.body.cards[0].summary).toMatch(/\d+(\.\d)?%/);
        return answer.body.cards[0];
      },
      { timeout: 10_000, interval: 200 },
    );
    expect(card.detail).toMatch(/Plasma metabolomics \| used \| .*\(0 days ago\)/);
    expect(card.detail).toMatch(/cell-free DNA \| used \| .*\(0 days ago\)/);
  });

  it('removed they are gone', async () => {
    expect((await subscribe('--remove')).out.match(/removed/g)).toHaveLength(TYPES.length);
    expect(await subscriptions()).toEqual([]);
  });

  it('no log names the patient or the secret', async () => {
    for (const { err, out } of await Promise.all([serve.stop(), worker.stop()]))
      expect(err + out).not.toMatch(new RegExp(`${PATIENT}|${SECRET}|Patient/`));
  });
});
