/** `serve` and `worker` as two processes over a real Redis and a real (embedded) FHIR server. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createFhirServer } from '../../src/demo/index.ts';
import { calendarDate, listen, LOOPBACK, systemClock, type Listening } from '../../src/platform/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { hookRequest, SERVICE_PATH } from '../http/running-service.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import { runCli, startCli, type RunningCli } from './processes.ts';

describeWith('redis-server', 'serve and worker through BullMQ', (redisUrl) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'e2e-'));
  const config = path.join(folder, 'site.yaml');
  const PATIENT = 'demo-high-10-months';
  let fhir: Listening;
  let serve: RunningCli;
  let url: string;

  beforeAll(async () => {
    const server = createFhirServer();
    await server.load(
      simulateDemoPatients(calendarDate(systemClock.now(), 'UTC')).flatMap((each) => each.resources),
    );
    fhir = await listen(server.app, LOOPBACK, 0);
    const settings = {
      environment: 'test',
      http: { port: 0 },
      hook: { deadlineMs: 2000 },
      tenants: [{ id: 'site', fhirBaseUrl: `${fhir.url}/fhir` }],
      queue: { prefix: `e2e-${randomUUID()}` },
      store: { key: randomBytes(32).toString('base64') },
      log: { level: 'debug' },
    };
    writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
    serve = startCli(['serve', '--config', config], { REDIS_URL: redisUrl });
    [, url = ''] = await serve.noted(/listens on (http:\/\/\S+)/);
  });
  afterAll(async () => {
    await serve.stop();
    await fhir.close();
    rmSync(folder, { recursive: true });
  });

  const call = async () =>
    (
      await request(url)
        .post(SERVICE_PATH)
        .send(hookRequest(PATIENT, `${fhir.url}/fhir`))
    ).body.cards[0];

  it('says "being computed" while no worker is there, and shows the risk once one came', async () => {
    const waiting = await call();
    expect(waiting.source.topic.code).toBe('pending');
    expect(`${waiting.summary} ${waiting.detail}`).not.toMatch(/\d ?%/);

    const worker = startCli(['worker', '--config', config], { REDIS_URL: redisUrl });
    await worker.noted(/assessment computed/);
    const card = await call();
    expect(card.source.topic.code).toBe('recurrence-risk');
    expect(card.summary).toMatch(/\d+%.*high/);

    // The worker goes; what it computed stays.
    const { code, err } = await worker.stop();
    expect(code).toBe(0);
    expect((await call()).summary).toBe(card.summary);
    expect(err).toMatch(/"modality":"(cfdna|metabolomics)"/);
    expect(err).not.toMatch(/demo-high|Patient\//);
  });

  it('ends cleanly on SIGTERM', async () => {
    const extra = startCli(['serve', '--config', config], { REDIS_URL: redisUrl });
    await extra.noted(/listens on/);
    expect(await extra.stop()).toMatchObject({ code: 0, out: '' });
  });

  it('a worker shows its health and what it counted, and ends though Redis has gone', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const worker = startCli(['worker', '--config', config, '--port', '0'], { REDIS_URL: redis.address });
    onTestFinished(async () => {
      await worker.stop();
    });
    const [, address = ''] = await worker.noted(/health and metrics are on (http:\/\/\S+)/);
    // Its connection to the store may still be being made.
    await vi.waitFor(async () => {
      expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    });
    expect(await (await fetch(`${address}/metrics`)).text()).toMatch(/recurrence_assessments_total 0/);
    await redis.stop();
    await worker.noted(/Redis is away/);
    expect((await fetch(`${address}/health/live`)).status).toBe(200);
    expect((await fetch(`${address}/health/ready`)).status).toBe(503);
    const { err } = await worker.stop();
    // Said once, not once a queue and attempt.
    expect(err.match(/Redis is away/g)).toHaveLength(1);
  });
});

/** When the card was given that this one replaces: another minute in each run. */
const withoutTime = (detail: string): string =>
  detail.replace(/(?<=^Replaces the card of .*), \d\d:\d\d(?=:)/m, '');

describeWith('redis-server', 'the demo on Redis', (redisUrl) => {
  it('shows the same cards as in one process', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'e2e-'));
    const cardsOf = async (name: string, env: Record<string, string>) => {
      const file = path.join(folder, `${name}.json`);
      expect(await runCli(['demo', '--once', '--json', file], env)).toMatchObject({ code: 0 });
      const answers = JSON.parse(readFileSync(file, 'utf8')) as {
        patientId: string;
        body: { cards: any[] };
      }[];
      return answers.map(({ patientId, body }) => [
        patientId,
        body.cards.map(({ summary, detail, indicator }) => [summary, withoutTime(detail), indicator]),
      ]);
    };
    const alone = await cardsOf('alone', {});
    expect(alone.length).toBeGreaterThan(5);
    expect(await cardsOf('redis', { REDIS_URL: redisUrl })).toEqual(alone);
    rmSync(folder, { recursive: true });
  });
});
