/** The demo EHR against the service: real FHIR server, real clock, every call with a JWT, none without. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type Service } from '../../src/app/index.ts';
import { createDemoEhr, createEhrIdentity, createFhirServer } from '../../src/demo/index.ts';
import { addDays } from '../../src/domain/index.ts';
import {
  calendarDate,
  createLog,
  listen,
  LOOPBACK,
  parseConfig,
  systemClock,
  type Listening,
} from '../../src/platform/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { findOnPath } from '../setup/programs.ts';
import { reportSkipped } from '../setup/requires.ts';

const ISSUER = 'https://demo-ehr.example';
const PATIENT = 'demo-high-10-months';
const CHART = `/patients/${PATIENT}`;
const SERVICES = {
  visit: 'recurrence-risk-encounter-start',
  book: 'followup-scheduling-appointment-book',
  order: 'recurrence-risk-order-select',
};

let today: string;
let service: Service;
let fhirUrl: string;
let ehr: ReturnType<typeof request>;
let pages: Listening;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  today = calendarDate(systemClock.now(), 'UTC');
  const server = createFhirServer();
  await server.load(simulateDemoPatients(today).flatMap((each) => each.resources));
  const fhir = await listen(server.app, LOOPBACK, 0);
  fhirUrl = `${fhir.url}/fhir`;
  const folder = await mkdtemp(path.join(tmpdir(), 'demo-ehr-'));
  const identity = await createEhrIdentity(ISSUER);
  const jwksFile = path.join(folder, 'ehr.jwks.json');
  await writeFile(jwksFile, JSON.stringify(identity.jwks));
  service = await startService({
    config: parseConfig({
      environment: 'test',
      http: { port: 0 },
      hook: { deadlineMs: 5000 },
      tenants: [
        {
          id: 'test',
          fhirBaseUrl: fhirUrl,
          timeZone: 'UTC',
          clientAuth: { required: true, clients: [{ issuer: ISSUER, jwksFile }] },
        },
      ],
      queue: { prefix: `test-${randomUUID()}` },
    }),
    clock: systemClock,
    log: createLog('silent'),
  });
  const app = createDemoEhr({
    patients: simulateDemoPatients(today),
    serviceUrl: service.url,
    fhirUrl,
    serviceId: 'recurrence-risk-patient-view',
    services: SERVICES,
    identity,
    today: () => today,
  });
  ehr = request(app);
  pages = await listen(app, LOOPBACK, 0);
  closers.push(() => rm(folder, { recursive: true }), fhir.close, server.close, service.close, pages.close);
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const open = async (address: string): Promise<string> => {
  const { status, text } = await ehr.get(address);
  expect(status, address).toBe(200);
  return text;
};

/** The headline of the first card of a page. */
const headline = (page: string): string =>
  /<h3 id="card-0">([\s\S]*?)<\/h3>/.exec(page)?.[1]?.trim() ?? 'none';

/** Fills in one form of a page as a browser does: its hidden fields, and what a reader chooses. */
const submit = async (page: string, marker: RegExp, fields: Record<string, string> = {}): Promise<string> => {
  const forms = page.match(/<form[\s\S]*?<\/form>/g) ?? [];
  const form = forms.find((each) => marker.test(each)) ?? '';
  const action = /action="([^"]*)"/.exec(form)?.[1];
  if (action === undefined) throw new Error(`no form for ${String(marker)}`);
  const unescaped = (text: string): string => text.replaceAll('&amp;', '&');
  const hidden = Array.from(form.matchAll(/type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"/g), (found) => [
    found[1] ?? '',
    unescaped(found[2] ?? ''),
  ]);
  const answer = await ehr
    .post(unescaped(action))
    .type('form')
    .send({ ...Object.fromEntries(hidden), ...fields });
  expect(answer.status).toBe(303);
  return String(answer.headers['location']);
};

const fhirRead = async (query: string): Promise<any> => (await fetch(`${fhirUrl}/${query}`)).json();

const counted = async (): Promise<readonly string[]> => {
  const { values } = await service.core.metrics.cardFeedback.get();
  return values.map(({ labels, value }) =>
    [labels.service, labels.outcome, labels.reason, String(value)].join(' '),
  );
};

describe('the demo EHR and the service', () => {
  it('refuses who proves nothing', async () => {
    const answer = await fetch(`${service.url}/cds-services/recurrence-risk-patient-view`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(401);
  });

  it('a CT that was accepted, then signed, is known when it is ordered again', async () => {
    const due = addDays(today, 92);
    const order = `${CHART}/order?lang=en&what=contrast-ct&date=${due}`;
    expect(headline(await open(order))).toBe('none');

    const chart = await open(`${CHART}?lang=en`);
    expect(headline(chart)).toMatch(/12-month risk/);
    const accepted = await submit(chart, /aria-label="Accept: Contrast-enhanced chest CT/);
    expect(accepted).toMatch(/done=accepted&written=ServiceRequest/);
    const after = await open(accepted);
    expect(after).toMatch(/On the FHIR server already[\s\S]*proposed, awaits approval/);
    const proposals = await fhirRead(`ServiceRequest?subject=Patient/${PATIENT}`);
    expect(proposals.entry.map(({ resource }: any) => resource.intent)).toEqual(['proposal']);

    const again = await open(order);
    expect(headline(again)).toMatch(/already proposed/);
    const signed = await submit(again, /Sign it all the same/);
    expect(await open(signed)).toContain('it is in the chart now');
    expect(headline(await open(order))).toMatch(/already ordered/i);
    expect(await counted()).toContain('recurrence-risk-patient-view accepted none 1');
  });

  it('a late booking is pointed at, and becomes a request for an earlier date', async () => {
    const late = addDays(today, 270);
    const page = await open(`${CHART}/book?lang=en&what=visit&date=${late}`);
    expect(headline(page)).toMatch(/later than proposed/);
    await submit(page, /aria-label="Accept: Ask for a date/);
    const asked = await fhirRead(`Appointment/${PATIENT}-booking-visit-${late}`);
    expect(asked).toMatchObject({ resourceType: 'Appointment', status: 'proposed' });
    expect(asked.start).toBeUndefined();
    expect(asked.requestedPeriod[0].end < late).toBe(true);
    expect(await counted()).toContain('followup-scheduling-appointment-book accepted none 1');
  });

  it('a booking in time gets silence, and once it is kept a later one is a further one', async () => {
    const inTime = await open(`${CHART}/book?lang=en&what=visit&date=${addDays(today, 92)}`);
    expect(headline(inTime)).toBe('none');
    expect(inTime).toContain('the date is in time');
    await submit(inTime, /Book this appointment/);
    const further = await open(`${CHART}/book?lang=en&what=visit&date=${addDays(today, 270)}`);
    expect(headline(further)).toBe('none');
    const eye = await open(`${CHART}/book?lang=en&what=eye&date=${addDays(today, 300)}`);
    expect(headline(eye)).toBe('none');
  });

  it('a visit has a card, that is set aside for a reason; the list shows what was counted', async () => {
    const begun = await submit(await open(`${CHART}/visit?lang=en`), /method="post"/);
    const page = await open(begun);
    expect(headline(page)).toMatch(/12-month risk/);
    expect(await fhirRead(`Encounter/${PATIENT}-visit`)).toMatchObject({ status: 'in-progress' });
    expect(await open(await submit(page, /name="reason"/, { reason: '0' }))).toContain('Set aside');
    expect(await counted()).toContain('recurrence-risk-encounter-start overridden already-scheduled 1');
    expect(await open('/?lang=en')).toMatch(
      /recurrence-risk-encounter-start[\s\S]*?set aside[\s\S]*?already-scheduled/,
    );
  });
});

const runProgram = promisify(execFile);
const chromium = findOnPath('chromium');
if (chromium === undefined) reportSkipped('the pages in a browser', 'chromium', 'not on PATH');
else
  describe('the pages in a browser', () => {
    /** The page as the browser has built it, and what it said on its console. */
    const look = async (url: string) => {
      const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr', '--dump-dom'];
      const { stdout, stderr } = await runProgram(chromium, [...flags, url], { maxBuffer: 10_000_000 });
      return { dom: stdout, console: stderr.split('\n').filter((line) => line.includes('CONSOLE')) };
    };

    it.each(['', '/book?what=visit&date=2099-01-01', '/order'])(
      '%s: nothing that its policy refuses',
      async (page) => {
        const { dom, console } = await look(`${pages.url}${CHART}${page}`);
        expect(dom).toContain(`<code>${PATIENT}</code>`);
        expect(console).toEqual([]);
      },
    );

    it('such a look does see what a policy refuses', async () => {
      const refused = await listen(
        (_request: unknown, response: any) => {
          response.setHeader('Content-Security-Policy', "default-src 'none'");
          response.setHeader('Content-Type', 'text/html');
          response.end('<p style="color: red">refused</p>');
        },
        LOOPBACK,
        0,
      );
      try {
        expect((await look(refused.url)).console.join('\n')).toMatch(/style/);
      } finally {
        await refused.close();
      }
    });
  });
