/** The service's own ways to new data and to a cohort: its Subscriptions and its door, its Bulk Data client. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createNotificationDoor, subscriptionsFor } from '../../src/assessment/index.ts';
import type { Task } from '../../src/assessment/ports.ts';
import { exportCohort } from '../../src/chart/index.ts';
import { createApp } from '../../src/http/index.ts';
import {
  createLog,
  createMetrics,
  createRateLimiter,
  listen,
  LOOPBACK,
  systemClock,
} from '../../src/platform/index.ts';
import { NEVER, queries } from '../unit/support/reading.ts';
import { clientOf } from './result-writer.ts';
import { itWith, type Scope } from './scope.ts';
import { interaction, isLoopback, operation } from './server.ts';

const SECRET = 'a-secret-of-the-contract-suite-alone';
const ACTIVE = { timeout: 30_000, interval: 500 };
/** HAPI asks for two minutes between polls, however small the export is. */
const LONGEST_WAIT_MS = 500;

/** The service's HTTP door, and what it queues. */
const openDoor = async (tenant: string, fhirBaseUrl: string) => {
  const tasks: Task[] = [];
  const shared = { clock: systemClock, log: createLog('silent'), metrics: createMetrics() };
  const notifications = createNotificationDoor({
    ...shared,
    tenants: new Map([[tenant, { fhirBaseUrl, secret: SECRET, quietMs: 0 }]]),
    types: new Set(queries.map(({ resourceType }) => resourceType)),
    tasks: {
      add: (task) => {
        tasks.push(task);
        return Promise.resolve();
      },
    },
  });
  const app = createApp({
    ...shared,
    services: [],
    authenticate: (_request, _response, next) => {
      next();
    },
    inbox: { owners: () => new Map(), receive: () => Promise.resolve([]), close: () => Promise.resolve() },
    discoveryIsProtected: false,
    settings: { bodyLimit: '1mb', corsOrigins: [] },
    limiter: createRateLimiter({ perMinute: 0 }),
    ready: () => Promise.resolve(),
    notifications,
  });
  const running = await listen(app, LOOPBACK, 0);
  return { tasks, running };
};

function describeOwnSubscriptions(scope: Scope): void {
  const { server } = scope;
  const closing: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const cases = [
    ['full', 'the patient is assessed'],
    ['empty', 'what changed is looked for'],
  ] as const;

  for (const [payload, what] of cases)
    itWith(
      server,
      [interaction('Subscription', 'update')],
      `our Subscriptions (${payload}) are taken and delivered, and understood at our door: ${what}`,
      async () => {
        const tenant = scope.id(payload);
        const { tasks, running } = await openDoor(tenant, server.baseUrl);
        closing.push(() => running.close());
        const made = subscriptionsFor(
          { tenant, serviceUrl: running.url, secret: SECRET, style: 'r4', payload },
          queries,
        );
        await scope.putAll(made);
        await vi.waitFor(async () => {
          const states = await Promise.all(
            made.map(async ({ id }) => (await server.request('GET', `Subscription/${id}`)).body.status),
          );
          expect(new Set(states)).toEqual(new Set(['active']));
        }, ACTIVE);
        tasks.length = 0;

        const patientId = scope.id(`told-${payload}`);
        const subject = { reference: `Patient/${patientId}` };
        await scope.put({ resourceType: 'Patient', id: patientId });
        await scope.put({ resourceType: 'Condition', id: scope.id(`cancer-${payload}`), subject });
        // An Observation that no chart is made of: nobody is told.
        await scope.put({
          resourceType: 'Observation',
          id: scope.id(`other-${payload}`),
          status: 'final',
          code: { coding: [{ system: scope.identifierSystem, code: 'other' }] },
          subject,
        });
        const expected: Task =
          payload === 'full' ? { kind: 'assess', tenant, patientId } : { kind: 'catch-up', tenant };
        await vi.waitFor(() => {
          expect(tasks).toHaveLength(2);
        }, ACTIVE);
        await delay(1000);
        expect(tasks).toEqual([expected, expected]);
      },
      90_000,
    );
}

function describeOwnExport(scope: Scope): void {
  itWith(
    scope.server,
    [operation('Group', 'export')],
    'our export of a Group: the members alone, each resource once, in files that reading knows',
    async () => {
      const directory = await mkdtemp(path.join(tmpdir(), 'cohort-'));
      const members = ['one', 'two'].map((name) => scope.id(`cohort-${name}`));
      const everyone = [...members, scope.id('cohort-stranger')];
      await scope.putAll(everyone.map((id) => ({ resourceType: 'Patient', id })));
      await scope.putAll(
        everyone.map((id) => ({
          resourceType: 'Condition',
          id: `${id}-condition`,
          subject: { reference: `Patient/${id}` },
        })),
      );
      await scope.put({
        resourceType: 'Group',
        id: scope.id('cohort'),
        type: 'person',
        actual: true,
        member: members.map((id) => ({ entity: { reference: `Patient/${id}` } })),
      });
      const waits: number[] = [];
      try {
        const { output } = await exportCohort({
          client: clientOf(scope),
          scope: { level: 'group', groupId: scope.id('cohort') },
          types: ['Patient', 'Condition'],
          directory,
          signal: NEVER,
          report: () => undefined,
          pacing: {
            firstMs: 200,
            longestMs: 1000,
            sleep: (ms, signal) => {
              waits.push(ms);
              return delay(Math.min(ms, LONGEST_WAIT_MS), undefined, { signal });
            },
          },
        });
        const lines = await Promise.all(
          output.map(async ({ url }) =>
            (await readFile(path.join(directory, url), 'utf8')).trim().split('\n'),
          ),
        );
        const ids = lines.flat().map((line) => (JSON.parse(line) as { id: string }).id);
        expect(ids.sort()).toEqual(members.flatMap((id) => [id, `${id}-condition`]).sort());
        expect(waits.length).toBeGreaterThan(0);
      } finally {
        await rm(directory, { recursive: true });
      }
    },
    120_000,
  );
}

/** Cases for what a server may offer, through the service's own code. */
export function describeOwnOffers(scope: Scope): void {
  describe('what a server may offer, to the service itself', () => {
    if (isLoopback(scope.server.baseUrl)) describeOwnSubscriptions(scope);
    else it.skip('our Subscriptions (a server elsewhere cannot reach a door of this suite)');
    describeOwnExport(scope);
  });
}
