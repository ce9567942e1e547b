/** A hook's prefetch may say anything: what is written into the record rests on a chart that the service read itself. */
import type { RiskAssessment } from 'fhir/r4.js';
import request from 'supertest';
import { expect, it, vi } from 'vitest';
import { startWorker } from '../../src/app/index.ts';
import { addDays, type Assessment } from '../../src/domain/index.ts';
import type { Clock } from '../../src/platform/index.ts';
import { describeWith } from '../setup/requires.ts';
import { hookRequest, prefetchFor, SERVICE_PATH, startStack, TODAY, type Stack } from './running-service.ts';

const PATIENT = 'demo-high-10-months';
const TOMORROW = '2026-11-24';
const WITHIN = { timeout: 20_000, interval: 100 };

interface Visited {
  readonly stack: Stack;
  today: string;
  close(): Promise<void>;
}

/** A service, with a worker of its own where there is Redis; the clock is told the day. */
const start = async (redisUrl?: string): Promise<Visited> => {
  const visited = { today: TODAY };
  const clock: Clock = { now: () => new Date(`${visited.today}T10:00:00Z`) };
  const stack = await startStack({
    tenant: { writeBack: { enabled: true } },
    clock,
    ...(redisUrl !== undefined && {
      queue: { redisUrl },
      store: { key: Buffer.alloc(32, 9).toString('base64') },
    }),
  });
  const { config, log } = stack.service.core;
  const worker = redisUrl === undefined ? undefined : await startWorker({ config, clock, log });
  return Object.assign(visited, {
    stack,
    close: async () => {
      await worker?.close();
      await stack.close();
    },
  });
};

type Prefetch = Awaited<ReturnType<typeof prefetchFor>>;
const prefetchOf = ({ stack }: Visited): Promise<Prefetch> =>
  prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);

/** The card's headline for a chart as the request shows it. */
const openChart = async ({ stack }: Visited, prefetch: Prefetch): Promise<string> => {
  const { body } = await request(stack.service.url)
    .post(SERVICE_PATH)
    .send(hookRequest(PATIENT, stack.fhirBaseUrl, { prefetch }));
  return (body as { cards: { summary: string }[] }).cards[0]?.summary ?? '';
};

const SURGERY = '2026-01-23';

/**
 * The operation, with the treatment and samples that led to it, half a year earlier: under the true ids and versions,
 * so that the same samples are chosen and the result has the true fingerprint.
 */
const forged = (prefetch: Prefetch): Prefetch => {
  const text = JSON.stringify(prefetch);
  expect(text).toContain(`"performedDateTime":"${SURGERY}"`);
  const moved = text.replaceAll(/"(20\d\d-\d\d-\d\d)(T[^"]*)?"/g, (as, date: string, time = '') =>
    date < '2025-06-01' || date > SURGERY ? as : `"${addDays(date, -180)}${time as string}"`,
  );
  return JSON.parse(moved) as Prefetch;
};

const writtenOn = async ({ stack }: Visited, date: string): Promise<RiskAssessment> => {
  const search = `${stack.fhirBaseUrl}/RiskAssessment?subject=Patient/${PATIENT}`;
  return vi.waitFor(async () => {
    expect(await stack.service.core.outbox.list('test')).toEqual([]);
    const bundle = (await (await fetch(search)).json()) as { entry?: { resource: RiskAssessment }[] };
    const found = (bundle.entry ?? []).filter(({ resource }) => resource.occurrenceDateTime === date);
    expect(found).toHaveLength(1);
    return found[0]!.resource;
  }, WITHIN);
};

const storedOn = async ({ stack }: Visited, date: string): Promise<Assessment | undefined> => {
  const history = await stack.service.core.store.history('test', PATIENT);
  return history.find(({ landmarkDate }) => landmarkDate === date);
};

/** A true visit, so that the modalities' scores are stored; and a day later one whose prefetch is changed. */
const twoVisits = async (visited: Visited, change: (prefetch: Prefetch) => Prefetch) => {
  expect(await openChart(visited, await prefetchOf(visited))).toMatch(/%/);
  await writtenOn(visited, TODAY);
  visited.today = TOMORROW;
  const card = await openChart(visited, change(await prefetchOf(visited)));
  const written = await writtenOn(visited, TOMORROW);
  return { card, written, stored: await storedOn(visited, TOMORROW) };
};

function writesTheTruth(redisUrl?: string): void {
  it('forged: the card believes the request, the record and the store have what the server says', async () => {
    const honest = await start(redisUrl);
    const attacked = await start(redisUrl);
    try {
      const truth = await twoVisits(honest, (prefetch) => prefetch);
      const result = await twoVisits(attacked, forged);
      // Fused in the request from the forged day of surgery: this is what must not be written.
      expect(result.card).toMatch(/%/);
      expect(result.card).not.toBe(truth.card);
      expect(truth.written.prediction?.length).toBeGreaterThan(0);
      expect(result.written.prediction).toEqual(truth.written.prediction);
      expect(result.stored?.surgeryDate).toBe(truth.stored?.surgeryDate);
      expect(result.stored?.risk).toEqual(truth.stored?.risk);
      // Asked again with the same forgery, it is told the truth: the name is that of the true result.
      expect(await openChart(attacked, forged(await prefetchOf(attacked)))).toBe(truth.card);
      const logged = attacked.stack.logged.join('\n');
      expect(logged).toContain('a result did not say what our own reading of the chart says');
      expect(logged).not.toContain(PATIENT);
      expect(honest.stack.logged.join('\n')).not.toContain('our own reading');
    } finally {
      await honest.close();
      await attacked.close();
    }
  });
}

writesTheTruth();

describeWith('redis-server', 'with Redis and a worker', (redisUrl) => {
  writesTheTruth(redisUrl);
});
