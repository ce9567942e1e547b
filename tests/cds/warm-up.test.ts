/** The requests that a service answers itself before it is let be asked: all of it is run, nothing is left of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { openServices } from '../../src/app/service.ts';
import { warmUp } from '../../src/app/warm-up.ts';
import { featureNamesOf } from '../../src/model-registry/index.ts';
import { startStack, type Stack, type StackOptions } from '../http/running-service.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const start = async (options: StackOptions = {}): Promise<Stack> => {
  const stack = await startStack(options);
  closers.push(() => stack.close());
  return stack;
};

const counters = async ({ service }: Stack): Promise<string> => {
  const lines = (await (await fetch(`${service.url}/metrics`)).text()).split('\n');
  return lines.filter((line) => /^recurrence_\S+ [^0]/.test(line)).join('\n');
};

it('every service answers with a risk, and with one that is still to come', async () => {
  const { core } = (await start()).service;
  const answered = await warmUp({ core, openServices });
  const kinds = new Map<string, Set<string>>();
  for (const { service, outcome } of answered)
    kinds.set(service, (kinds.get(service) ?? new Set()).add(outcome));
  expect([...kinds.keys()].sort()).toEqual([
    'followup-scheduling-appointment-book',
    'recurrence-risk-encounter-start',
    'recurrence-risk-order-select',
    'recurrence-risk-patient-view',
  ]);
  for (const outcomes of kinds.values()) {
    expect(outcomes.size).toBe(2);
    expect(outcomes).toContain('pending');
    expect(outcomes).not.toContain('unavailable');
  }
  expect(kinds.get('recurrence-risk-patient-view')).toContain('risk');
});

it('runs every score model there is, on features that are there, and the layer', async () => {
  const { core } = (await start()).service;
  const { models } = core;
  const ran = new Map<string, number>();
  const watched = {
    ...models,
    score: (...[modality, features]: Parameters<typeof models.score>) => {
      ran.set(modality, Object.values(features).filter((value) => !Number.isNaN(value)).length);
      return models.score(modality, features);
    },
    risk: (...given: Parameters<typeof models.risk>) => {
      ran.set(`layer of ${given[0]}`, given[1].length);
      return models.risk(...given);
    },
  };
  await warmUp({ core: { ...core, models: watched }, openServices });
  const ids = models.layer.modalities.map(({ modality }) => modality);
  expect([...ran.keys()].sort()).toEqual([...ids, `layer of ${ids.join('+')}`].sort());
  // Levels and trends of a whole panel; the examples hold no sample from before surgery, and most is not below detection.
  for (const id of ids)
    expect(ran.get(id)).toBeGreaterThan(0.3 * featureNamesOf(models.scoreManifest(id)).length);
});

it('leaves nothing in the store, the metrics and the log; no FHIR server is asked', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-warm-'));
  closers.push(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'results.db');
  const stack = await start({ store: { file } });
  const database = new DatabaseSync(file, { readOnly: true });
  closers.push(() => {
    database.close();
  });
  const stored = () => database.prepare('SELECT count(*) AS n FROM records').get()?.['n'];
  expect(stored()).toBe(0);
  expect(stack.logged).toEqual([]);
  expect(await counters(stack)).toBe('');
  await warmUp({ core: stack.service.core, openServices });
  await stack.service.core.ledger.idle();
  expect([stored(), stack.logged, await counters(stack)]).toEqual([0, [], '']);
});

it('fails softly, and ends in time', async () => {
  const { service, logged } = await start();
  const { core } = service;
  expect((await warmUp({ core, openServices, limitMs: 0 })).length).toBe(1);
  const hung = { ...core, models: { ...core.models, score: () => new Promise<never>(() => undefined) } };
  const [first] = await warmUp({ core: hung, openServices, limitMs: 300 });
  expect(first?.outcome).toBe('unavailable');
  expect(logged).toEqual([]);
  const noExample = {
    core,
    openServices: (...of: Parameters<typeof openServices>) =>
      openServices(...of).map((each) => ({ ...each, definition: { ...each.definition, id: 'without' } })),
  };
  expect(await warmUp(noExample)).toEqual([]);
  expect(logged.join('')).toContain('not warmed up');
});

describeWith('redis-server', 'with Redis', () => {
  it('leaves no key of it', async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const { core } = (await start({ queue: { redisUrl: server.address, prefix: 'site' } })).service;
    await warmUp({ core, openServices });
    await core.ledger.idle();
    const redis = new Redis(server.address);
    closers.push(() => {
      redis.disconnect();
    });
    const keys = await redis.keys('*');
    // The plan of the sweep, of the site's own tenant.
    expect(keys.filter((key) => !key.includes('tasks'))).toEqual([]);
    expect(keys.join()).not.toContain('warm-up');
  });

  it('a Redis that is away keeps nobody from starting', async () => {
    const server = await startRedis();
    await server.stop();
    const stack = await start({ queue: { redisUrl: server.address } });
    expect((await fetch(`${stack.service.url}/health/live`)).status).toBe(200);
  });
});
