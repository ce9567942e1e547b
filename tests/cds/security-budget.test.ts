/** What a tenant may call is its own: neither strangers nor other tenants use it up. */
import { afterEach, describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/platform/index.ts';
import { hookRequest, SERVICE_PATH, startStack, type Stack } from '../http/running-service.ts';
import { ISSUER, jwksFile, makeSigner, type Signer } from '../unit/http/client-auth/support.ts';
import { send, signedFor, startAuthService, type RunningAuthService } from './client-auth-service.ts';
import { overridden, send as sayTo, showCard } from './feedback-client.ts';

const FEEDBACK = `${SERVICE_PATH}/feedback`;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const start = async (
  limit: number,
  tenants: (signer: Signer) => readonly Record<string, unknown>[],
): Promise<{ running: RunningAuthService; signer: Signer }> => {
  const signer = await makeSigner('ES384', 'ehr');
  const running = await startAuthService({ tenants: tenants(signer), http: { requestsPerMinute: limit } });
  closers.push(() => running.service.close());
  return { running, signer };
};

const clientsOf = ({ publicJwk }: Signer) => [{ issuer: ISSUER, jwksFile: jwksFile([publicJwk]) }];

const call = (url: string, path: string, body: object, signer?: Signer): Promise<number> =>
  send(url, {
    path,
    headers: [
      ...['Content-Type', 'application/json'],
      ...(signer === undefined ? [] : ['Authorization', `Bearer ${signedFor(signer, url + path)}`]),
    ],
    body: JSON.stringify(body),
  }).then(({ status }) => status);

const fhirOf = ({ service }: RunningAuthService, tenant: number): string =>
  service.core.config.tenants[tenant]?.fhirBaseUrl ?? '';

describe('a tenant that takes calls with proof and without', () => {
  it('strangers who flood it do not keep its EHR out, nor it them', async () => {
    const { running, signer } = await start(3, (ehr) => [
      { clientAuth: { clients: clientsOf(ehr), required: false } },
    ]);
    const hook = hookRequest('anybody', fhirOf(running, 0));
    const flood = await Promise.all(Array.from({ length: 10 }, () => call(running.url, SERVICE_PATH, hook)));
    expect(flood.filter((status) => status === 200)).toHaveLength(3);
    expect(flood.filter((status) => status === 429)).toHaveLength(7);
    for (const expected of [200, 200, 200, 429])
      expect(await call(running.url, SERVICE_PATH, hook, signer)).toBe(expected);
  });

  it('calls with a JWT that proves nothing count against nobody', async () => {
    const { running, signer } = await start(2, (ehr) => [
      { clientAuth: { clients: clientsOf(ehr), required: false } },
    ]);
    const forger = await makeSigner('ES384', 'ehr');
    const hook = hookRequest('anybody', fhirOf(running, 0));
    for (let count = 0; count < 5; count++)
      expect(await call(running.url, SERVICE_PATH, hook, forger)).toBe(401);
    expect(await call(running.url, SERVICE_PATH, hook, signer)).toBe(200);
    expect(await call(running.url, SERVICE_PATH, hook)).toBe(200);
  });
});

describe('a tenant beside one that asks nobody', () => {
  it('strangers who flood the other do not keep its EHR’s hooks and feedback out', async () => {
    const { running, signer } = await start(3, (ehr) => [{}, { clientAuth: { clients: clientsOf(ehr) } }]);
    for (const expected of [200, 200, 200, 429])
      expect(await call(running.url, FEEDBACK, { feedback: [] })).toBe(expected);
    expect(await call(running.url, SERVICE_PATH, hookRequest('anybody', fhirOf(running, 0)))).toBe(429);
    expect(await call(running.url, FEEDBACK, { feedback: [] }, signer)).toBe(200);
    const hook = hookRequest('anybody', fhirOf(running, 1));
    for (const expected of [200, 200, 429])
      expect(await call(running.url, SERVICE_PATH, hook, signer)).toBe(expected);
  });

  it('nor does its EHR use up what the other may call', async () => {
    const { running, signer } = await start(2, (ehr) => [{}, { clientAuth: { clients: clientsOf(ehr) } }]);
    for (const expected of [200, 200, 429])
      expect(await call(running.url, FEEDBACK, { feedback: [] }, signer)).toBe(expected);
    expect(await call(running.url, FEEDBACK, { feedback: [] })).toBe(200);
  });
});

describe('feedback', () => {
  const LIMIT = 10;
  let stack: Stack;

  it('each item is a call: a hundred in one request are not one', async () => {
    stack = await startStack({ http: { requestsPerMinute: LIMIT } });
    closers.push(() => stack.close());
    const card = await showCard(stack);
    const said = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        overridden(card, { userComment: `${String(count)}-${String(at)}` }),
      );
    // The hook was one.
    expect((await sayTo(stack, ...said(5))).status).toBe(200);
    expect((await sayTo(stack, ...said(4))).status).toBe(200);
    const refused = await sayTo(stack, ...said(3));
    expect([refused.status, refused.code]).toEqual([429, 'CDS_RATE_LIMITED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('more items than a minute has calls are taken at its beginning', async () => {
    const limiter = createRateLimiter({ perMinute: LIMIT });
    expect(await limiter.take('full', 100)).toBe(0);
    expect(await limiter.take('full', 1)).toBeGreaterThan(0);
    expect(await limiter.take('begun', 1)).toBe(0);
    expect(await limiter.take('begun', 100)).toBeGreaterThan(0);
  });
});
