/** Text by a hand that means harm, wherever a request has room for it: none of it in log, metrics or errors. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import { order, ORDER_SELECT, orderSelect } from '../support/draft-orders.ts';
import { post, prefetchOf, requestTo, SERVICES, servicePath } from './service-requests.ts';

const CANARY = 'CANARY4711';
/** A line of a log of its own, a terminal's command, a label's end. */
const HOSTILE = `${CANARY}\n{"level":60,"msg":"forged"}\r\n\u001b[2J"} 1\n`;
const PATIENT = 'demo-high-13-months';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenant: { backgroundAccess: false } });
});
afterAll(() => stack.close());

const expectClean = async (): Promise<void> => {
  for (const line of stack.logged) {
    expect(line).not.toContain(CANARY);
    expect(line.trimEnd()).not.toContain('\n');
    expect(() => JSON.parse(line) as unknown).not.toThrow();
  }
  const metrics = await (await fetch(`${stack.service.url}/metrics`)).text();
  expect(metrics).not.toContain(CANARY);
};

describe('of any caller', () => {
  it('in addresses, headers and methods', async () => {
    const inLine = encodeURIComponent(HOSTILE);
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': CANARY,
      'X-Request-Id': CANARY,
      'Accept-Language': CANARY,
      Traceparent: CANARY,
      Referer: `https://${CANARY}.example`,
      Origin: `https://${CANARY}.example`,
      'X-Forwarded-For': CANARY,
    };
    for (const path of [`/${inLine}`, `/cds-services/${inLine}`, `/cds-services/${inLine}/feedback`])
      for (const method of ['POST', 'GET', 'DELETE']) {
        const url = `${stack.service.url}${path}?${inLine}`;
        const answer = await fetch(url, { method, headers, ...(method === 'POST' && { body: '{}' }) });
        expect([404, 405]).toContain(answer.status);
        expect(await answer.text()).not.toContain(CANARY);
        expect(JSON.stringify([...answer.headers])).not.toContain(CANARY);
      }
    await expectClean();
  });

  it('in every member of a request, and as a member’s name', async () => {
    for (const service of SERVICES) {
      const good = requestTo(service, PATIENT, { fhirServer: stack.fhirBaseUrl });
      for (const name of Object.keys(good))
        expect((await post(stack.service.url, service, { ...good, [name]: HOSTILE })).text).not.toContain(
          CANARY,
        );
      for (const context of [{ [HOSTILE]: 1 }, { ...good.context, patientId: HOSTILE, userId: HOSTILE }]) {
        const answer = await post(stack.service.url, service, { ...good, context });
        expect([answer.status, answer.text.includes(CANARY)]).toEqual([400, false]);
      }
      const path = `${servicePath(service)}/feedback`;
      for (const body of [{ feedback: [{ card: HOSTILE, outcome: HOSTILE }] }, { [HOSTILE]: HOSTILE }]) {
        const answer = await fetch(stack.service.url + path, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
        expect([answer.status, (await answer.text()).includes(CANARY)]).toEqual([400, false]);
      }
    }
    await expectClean();
  });
});

it('of a patient’s record: the card may quote it, log and metrics do not', async () => {
  for (const service of SERVICES) {
    const prefetch = await prefetchOf(service, stack.fhirBaseUrl, PATIENT);
    const spoilt = JSON.stringify(prefetch).replaceAll(
      /"(display|text|versionId)":"[^"]*"/g,
      (_, name: string) => `"${name}":${JSON.stringify(HOSTILE)}`,
    );
    const sent = requestTo(service, PATIENT, { prefetch: JSON.parse(spoilt) as object });
    expect((await post(stack.service.url, service, sent)).status).toBe(200);
  }
  await expectClean();
});

describe('orders made to choke on', () => {
  it('of hundreds of one test the first few are compared', async () => {
    const drafts = Array.from({ length: 300 }, (_, at) => order(`draft-${String(at)}`, PATIENT));
    const orderSelectService = SERVICES.find(({ hook }) => hook === 'order-select');
    if (orderSelectService === undefined) throw new Error('no order-select');
    const prefetch = await prefetchOf(orderSelectService, stack.fhirBaseUrl, PATIENT);
    const answer = await fetch(stack.service.url + ORDER_SELECT, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(orderSelect(PATIENT, drafts, { prefetch })),
    });
    const { cards } = (await answer.json()) as { cards: unknown[] };
    expect(answer.status).toBe(200);
    expect(cards.length).toBeGreaterThan(0);
    expect(cards.length).toBeLessThanOrEqual(20);
  });
});
