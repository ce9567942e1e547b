import type { Appointment, FhirResource } from 'fhir/r4.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSweepHandler, type SweepDependencies } from '../../../../src/assessment/index.ts';
import { startOfDay } from '../../../../src/assessment/triggers/sites.ts';
import type { Task } from '../../../../src/assessment/ports.ts';
import type { Faults } from '../../../../src/demo/index.ts';
import { CdsError } from '../../../../src/domain/index.ts';
import { createLog, createMetrics, fixedClock } from '../../../../src/platform/index.ts';
import { startFhirServer, type TestServer } from '../../demo/fhir-client.ts';
import { clientOf } from '../../support/client.ts';
import { terminology } from '../../support/reading.ts';

const { signal } = new AbortController();
const NO_CODES = { includes: () => false, tokens: () => [] };

const appointment = (
  id: string,
  start: string,
  patient: string,
  change: Record<string, unknown> = {},
): Appointment & { id: string } => ({
  resourceType: 'Appointment',
  id,
  status: 'booked',
  start,
  end: start,
  participant: [
    { actor: { reference: 'Practitioner/surgeon' }, status: 'accepted' },
    { actor: { reference: patient }, status: 'accepted' },
  ],
  ...change,
});

let server: TestServer;
const faults: Faults = { mode: 'ok' };
const added: { task: Task; delayMs: number }[] = [];
beforeAll(async () => {
  server = await startFhirServer({ faults });
});
afterAll(() => server.close());
beforeEach(() => {
  added.length = 0;
  faults.mode = 'ok';
});

const open = (
  now: string,
  change: Partial<SweepDependencies> = {},
  timeZone = 'Asia/Shanghai',
  daysAhead = 1,
) => {
  const metrics = createMetrics();
  const handler = createSweepHandler({
    clients: new Map([['north', clientOf(server.base)]]),
    sites: new Map([['north', { timeZone, daysAhead }]]),
    terminology: NO_CODES,
    tasks: {
      add: (task, { delayMs = 0 } = {}) => {
        added.push({ task, delayMs });
        return Promise.resolve();
      },
    },
    clock: fixedClock(now),
    log: createLog('silent'),
    metrics,
    ...change,
  });
  return { sweep: () => handler({ kind: 'sweep', tenant: 'north' }, signal), metrics };
};
const patients = (): string[] =>
  added.map(({ task }) => (task.kind === 'assess' ? task.patientId : task.kind));
const load = (resources: readonly FhirResource[]) => server.load(resources);

describe('the sweep', () => {
  beforeAll(() =>
    load([
      // 2026-03-09 is the day of the sweep in Shanghai, where it is eight hours later than in UTC.
      appointment('yesterday', '2026-03-08T15:59:00Z', 'Patient/too-early'),
      appointment('today', '2026-03-09T00:00:00+08:00', 'Patient/today'),
      appointment('tomorrow', '2026-03-10T09:00:00+08:00', 'Patient/tomorrow'),
      appointment('again', '2026-03-10T10:00:00+08:00', 'Patient/tomorrow'),
      appointment('late', '2026-03-10T23:59:00+08:00', `${server.base}/Patient/late`),
      appointment('after', '2026-03-11T00:00:00+08:00', 'Patient/too-late'),
      appointment('cancelled', '2026-03-10T09:00:00+08:00', 'Patient/cancelled', { status: 'cancelled' }),
      appointment('foreign', '2026-03-10T09:00:00+08:00', 'https://other.example/r4/Patient/foreign'),
      appointment('coded', '2026-03-10T08:00:00+08:00', 'Patient/coded', {
        serviceType: [{ coding: [{ system: 'http://local.example', code: 'lung-follow-up' }] }],
      }),
    ]),
  );

  it("takes today's and tomorrow's patients in the site's zone, each once, spread out", async () => {
    const { sweep, metrics } = open('2026-03-08T18:00:00Z'); // two in the morning there
    await sweep();
    expect(patients().sort()).toEqual(['coded', 'late', 'today', 'tomorrow']);
    const delays = added.map(({ delayMs }) => delayMs);
    expect(new Set(delays).size).toBe(4);
    expect(await metrics.registry.getSingleMetricAsString('recurrence_triggers_total')).toContain(
      '{door="sweep",outcome="assess"} 4',
    );
  });

  it('as many days ahead as told; 0 is today', async () => {
    await open('2026-03-08T18:00:00Z', {}, 'Asia/Shanghai', 0).sweep();
    expect(patients()).toEqual(['today']);
  });

  it("only those of the site's follow-up codes, where it has some", async () => {
    const codes = {
      tokens: () => ['http://local.example|lung-follow-up'],
      includes: (_id: string, codings: readonly { code?: string | undefined }[] = []) =>
        codings.some(({ code }) => code === 'lung-follow-up'),
    };
    await open('2026-03-08T18:00:00Z', { terminology: codes }).sweep();
    expect(patients()).toEqual(['coded']);
  });

  it('the shipped set is empty: all appointments', async () => {
    await open('2026-03-08T18:00:00Z', { terminology }).sweep();
    expect(patients()).toHaveLength(4);
  });

  it('more than a page of appointments is read to the end', async () => {
    const many = Array.from({ length: 450 }, (_, i) =>
      appointment(`many-${i}`, '2027-01-05T09:00:00Z', `Patient/many-${i}`),
    );
    await load(many);
    await open('2027-01-04T02:00:00Z', {}, 'UTC').sweep();
    expect(new Set(patients()).size).toBe(450);
  });

  it('takes up unwritten results first, of that tenant', async () => {
    const order: string[] = [];
    const resume = (tenant: string) => Promise.resolve(order.push(`resume ${tenant}`));
    await open('2026-03-08T18:00:00Z', { resume }).sweep();
    expect(order).toEqual(['resume north']);
    expect(added).not.toEqual([]);
  });

  it('of a tenant whose sweep was switched off, or who is gone, does no more than that', async () => {
    const resumed: string[] = [];
    const resume = (tenant: string) => Promise.resolve(resumed.push(tenant));
    await open('2026-03-08T18:00:00Z', { resume, sites: new Map() }).sweep();
    await open('2026-03-08T18:00:00Z', { resume, sites: new Map(), clients: new Map() }).sweep();
    expect([resumed, added]).toEqual([['north'], []]);
  });

  it('a server that refuses Appointments is counted, not an error', async () => {
    faults.mode = 'refused';
    const { sweep, metrics } = open('2026-03-08T18:00:00Z');
    await sweep();
    expect(added).toEqual([]);
    expect(await metrics.registry.getSingleMetricAsString('recurrence_triggers_total')).toContain(
      '{door="sweep",outcome="FHIR_REFUSED"} 1',
    );
  });

  it.each([
    ['down', 'FHIR_UNREACHABLE'],
    ['error', 'FHIR_UNREACHABLE'],
  ] as const)('a server that is %s is tried again', async (mode, code) => {
    faults.mode = mode;
    await expect(open('2026-03-08T18:00:00Z').sweep()).rejects.toMatchObject({ code });
  });

  it('a queue that is away is tried again', async () => {
    const tasks = { add: () => Promise.reject(new CdsError('QUEUE_UNAVAILABLE')) };
    await expect(open('2026-03-08T18:00:00Z', { tasks }).sweep()).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
    });
  });
});

describe('startOfDay', () => {
  it.each([
    ['2026-03-10', 'Asia/Shanghai', '2026-03-09T16:00:00.000Z'],
    ['2026-03-10', 'UTC', '2026-03-10T00:00:00.000Z'],
    ['2026-03-10', 'Pacific/Kiritimati', '2026-03-09T10:00:00.000Z'],
    ['2026-03-10', 'Pacific/Pago_Pago', '2026-03-10T11:00:00.000Z'],
    ['2026-03-10', 'Asia/Kathmandu', '2026-03-09T18:15:00.000Z'],
    // Clocks go forward at two, and back at two: midnight is where it always was.
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    // In Chile clocks go forward at midnight: the day begins at one.
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  ])('%s in %s', (date, zone, instant) => {
    expect(startOfDay(date, zone).toISOString()).toBe(instant);
  });
});
