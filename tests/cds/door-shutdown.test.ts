/** Stopping in order: what was taken is answered, nothing new is taken, nobody waits for ever. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { listen, LOOPBACK } from '../../src/platform/index.ts';
import { startStack, type Stack } from '../http/running-service.ts';
import { RawClient, rawRequest } from './raw-http.ts';
import { codeOf, prefetchOf, requestTo, SERVICES, servicePath } from './service-requests.ts';

const [FIRST] = SERVICES;
if (FIRST === undefined) throw new Error('no services');

let stack: Stack | undefined;
afterEach(async () => {
  await stack?.close();
  stack = undefined;
});

const start = async (): Promise<Stack> => (stack = await startStack({ hook: { deadlineMs: 4500 } }));
const BYSTANDER = 'demo-no-lung-cancer';
const service = FIRST;

/** One thing is still to be read from the FHIR server. */
const request = async ({ fhirBaseUrl }: Stack): Promise<string> => {
  const { conditions: _left, ...prefetch } = await prefetchOf(service, fhirBaseUrl, BYSTANDER);
  const body = JSON.stringify(requestTo(service, BYSTANDER, { fhirServer: fhirBaseUrl, prefetch }));
  return rawRequest(
    `POST ${servicePath(service)} HTTP/1.1`,
    ['Content-Type: application/json', `Content-Length: ${String(body.length)}`],
    body,
  );
};

const refusedNow = async (url: string): Promise<boolean> => {
  const client = new RawClient(url).send(rawRequest('GET /health/live HTTP/1.1'));
  await client.ended(1000);
  return client.closed && client.received === '';
};

describe('when the service is stopped', () => {
  it('requests in flight are answered, each with the last answer of its connection', async () => {
    const running = await start();
    const text = await request(running);
    Object.assign(running.faults, { mode: 'slow', delayMs: 700 });
    const clients = Array.from({ length: 20 }, () => new RawClient(running.service.url).send(text));
    await sleep(300);
    const stopped = running.service.close();
    for (const client of clients) {
      const answers = await client.ended();
      expect(answers.map(({ status, body, headers }) => [status, body, headers['connection']])).toEqual([
        [200, '{"cards":[]}', 'close'],
      ]);
      expect(client.closed).toBe(true);
    }
    await stopped;
  });

  it('new connections are refused, idle ones end at once, and those that were busy after their answer', async () => {
    const running = await start();
    const { url } = running.service;
    const idle = new RawClient(url).send(rawRequest('GET /health/live HTTP/1.1'));
    await idle.answers(1);
    const text = await request(running);
    Object.assign(running.faults, { mode: 'slow', delayMs: 500 });
    const busy = new RawClient(url).send(text);
    await sleep(200);
    const stopped = running.service.close();
    expect(await refusedNow(url)).toBe(true);
    await idle.ended(400);
    expect([idle.closed, busy.closed]).toEqual([true, false]);
    expect((await busy.ended()).map(({ status }) => status)).toEqual([200]);
    await stopped;
    expect(busy.closed).toBe(true);
  });

  it('a probe on an open connection hears that it is stopping: 503 CDS_STOPPING', async () => {
    const running = await start();
    const text = await request(running);
    Object.assign(running.faults, { mode: 'slow', delayMs: 600 });
    const busy = new RawClient(running.service.url).send(text);
    // Its headers are half sent when the service is stopped: this connection is not idle.
    const probe = new RawClient(running.service.url).send(
      'GET /health/ready HTTP/1.1\r\nHost: localhost\r\n',
    );
    await sleep(200);
    const stopped = running.service.close();
    await sleep(20);
    probe.send('\r\n');
    const [answer] = await probe.ended();
    expect([answer?.status, answer?.headers['connection']]).toEqual([503, 'close']);
    expect(codeOf({ body: JSON.parse(answer?.body ?? '{}') })).toBe('CDS_STOPPING');
    expect((await busy.ended()).map(({ status }) => status)).toEqual([200]);
    await stopped;
  });

  it('what is not answered in time is cut off', async () => {
    const hung = await listen(() => undefined, LOOPBACK, 0);
    const client = new RawClient(hung.url).send(rawRequest('GET / HTTP/1.1'));
    await sleep(100);
    await hung.close();
    await client.ended(500);
    expect([client.closed, client.received]).toEqual([true, '']);
  });

  it('an answer that is being written when it is stopped is written to its end', async () => {
    const half = await listen(
      (_request, response) => {
        response.write('first');
        setTimeout(() => response.end('last'), 400);
      },
      LOOPBACK,
      0,
    );
    const client = new RawClient(half.url).send(rawRequest('GET / HTTP/1.1'));
    await sleep(100);
    await half.close();
    await client.ended(500);
    expect(client.closed).toBe(true);
    expect(client.received).toMatch(/first[\s\S]*last/);
  });
});
