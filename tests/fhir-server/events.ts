import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { itWith, said, type Scope } from './scope.ts';
import { interaction, isLoopback, operation, type Answer } from './server.ts';

interface Notification {
  readonly method: string;
  readonly path: string;
  readonly secret: string | undefined;
  readonly body: any;
}

/** Somewhere a server on this machine can send its notifications to. */
async function listenForNotifications(): Promise<{ url: string; seen: Notification[]; server: Server }> {
  const seen: Notification[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      seen.push({
        method: request.method ?? '',
        path: request.url ?? '',
        secret: request.headers['x-secret'] as string | undefined,
        body: text === '' ? undefined : JSON.parse(text),
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/notify`, seen, server };
}

/** Asks until it is so. @returns the last answer, whatever it is, when the time is over */
async function until<T>(
  ask: () => Promise<T> | T,
  isSo: (answer: T) => boolean,
  timeoutMs: number,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isSo(answer) || performance.now() > deadline) return answer;
    await sleep(200);
  }
}

function describeSubscriptions(scope: Scope): void {
  const { server } = scope;
  const code = 'subscribed';
  const listeners: Server[] = [];
  afterEach(() => {
    for (const listener of listeners.splice(0)) listener.close();
  });

  const subscribe = async (name: string, payload?: string) => {
    const listener = await listenForNotifications();
    listeners.push(listener.server);
    await scope.put({
      resourceType: 'Subscription',
      id: scope.id(name),
      status: 'requested',
      reason: 'contract suite',
      criteria: `Observation?code=${scope.identifierSystem}|${code}`,
      channel: {
        type: 'rest-hook',
        endpoint: listener.url,
        header: ['X-Secret: handshake'],
        ...(payload !== undefined && { payload }),
      },
    });
    const active = await until(
      () => server.request('GET', `Subscription/${scope.id(name)}`),
      ({ body }) => body.status === 'active',
      10_000,
    );
    expect(active.body.status).toBe('active');
    return listener;
  };

  const observe = (name: string, observed = code) =>
    scope.put({
      resourceType: 'Observation',
      id: scope.id(name),
      status: 'final',
      code: { coding: [{ system: scope.identifierSystem, code: observed }] },
      subject: { reference: `Patient/${scope.id('subscriber')}` },
    });

  const needs = [interaction('Subscription', 'update')];
  if (!isLoopback(server.baseUrl)) {
    it.skip('Subscriptions (a server elsewhere cannot reach a listener of this suite)');
    return;
  }

  itWith(
    server,
    needs,
    'a rest-hook Subscription without payload tells that something came, and not what',
    async () => {
      await scope.put({ resourceType: 'Patient', id: scope.id('subscriber') });
      const { seen } = await subscribe('bare-hook');
      await observe('not-subscribed', 'something-else');
      await observe('bare');
      await until(
        () => seen.length,
        (count) => count > 0,
        15_000,
      );
      // time for one too many
      await sleep(500);
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({ secret: 'handshake', body: undefined });
    },
    40_000,
  );

  itWith(
    server,
    needs,
    'with payload application/fhir+json it brings the resource',
    async () => {
      await scope.put({ resourceType: 'Patient', id: scope.id('subscriber') });
      const { seen } = await subscribe('full-hook', 'application/fhir+json');
      await observe('full');
      const notified = await until(
        () => seen.at(0),
        (first) => first !== undefined,
        15_000,
      );
      expect(notified?.secret).toBe('handshake');
      expect(notified?.body).toMatchObject({ resourceType: 'Observation', id: scope.id('full') });
    },
    40_000,
  );
}

function describeExport(scope: Scope): void {
  const { server } = scope;

  itWith(
    server,
    [operation('Group', 'export')],
    'Group $export: accepted, polled to its end, and NDJSON of the members alone',
    async () => {
      const member = scope.id('member');
      const stranger = scope.id('stranger');
      const observation = (id: string, patient: string) => ({
        resourceType: 'Observation' as const,
        id,
        status: 'final' as const,
        code: { coding: [{ system: scope.identifierSystem, code: 'exported' }] },
        subject: { reference: `Patient/${patient}` },
      });
      await scope.putAll([
        { resourceType: 'Patient', id: member },
        { resourceType: 'Patient', id: stranger },
        observation(scope.id('exported'), member),
        observation(scope.id('not-exported'), stranger),
        {
          resourceType: 'Group',
          id: scope.id('group'),
          type: 'person',
          actual: true,
          member: [{ entity: { reference: `Patient/${member}` } }],
        },
      ]);
      const kickOff = await server.request(
        'GET',
        `Group/${scope.id('group')}/$export?_type=Patient,Observation`,
        {
          headers: { prefer: 'respond-async' },
        },
      );
      expect(kickOff.status, said(kickOff)).toBe(202);
      const polling = kickOff.header('content-location') ?? '';
      expect(new URL(polling).origin).toBe(new URL(server.baseUrl).origin);
      const done: Answer = await until(
        () => server.request('GET', polling),
        ({ status }) => status !== 202,
        90_000,
      );
      expect(done.status, said(done)).toBe(200);
      const ids = new Set<string>();
      for (const { type, url } of done.body.output as { type: string; url: string }[]) {
        const response = await fetch(url, {
          headers: {
            accept: 'application/fhir+ndjson',
            ...(server.bearerToken !== undefined && { authorization: `Bearer ${server.bearerToken}` }),
          },
        });
        expect(response.status).toBe(200);
        for (const line of (await response.text()).split('\n').filter((each) => each.trim() !== '')) {
          const resource = JSON.parse(line) as { resourceType: string; id: string };
          expect(resource.resourceType).toBe(type);
          ids.add(resource.id);
        }
      }
      expect([...ids].sort()).toEqual([member, scope.id('exported')].sort());
    },
    120_000,
  );
}

/** What a server may offer besides: each case is skipped by name where it does not. */
export function describeOffers(scope: Scope): void {
  describe('what a server may offer', () => {
    describeSubscriptions(scope);
    describeExport(scope);
  });
}
