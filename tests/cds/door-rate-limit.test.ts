/** How often a tenant may call: 429 with Retry-After, counted over all processes where there is Redis. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/platform/index.ts';
import { connectRedis } from '../../src/assessment/index.ts';
import { startStack } from '../http/running-service.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import { codeOf, post, requestTo, SERVICES, type Answer } from './service-requests.ts';

const [FIRST] = SERVICES;
if (FIRST === undefined) throw new Error('no services');
const service = FIRST;
const BYSTANDER = 'demo-no-lung-cancer';

type Running = Awaited<ReturnType<typeof startStack>>;

const call = ({ service: { url }, fhirBaseUrl }: Pick<Running, 'service' | 'fhirBaseUrl'>) =>
  post(url, service, requestTo(service, BYSTANDER, { fhirServer: fhirBaseUrl }));

const statusesOf = (answers: readonly Answer[]) => answers.map(({ status }) => status);

const expectLimited = (answer: Answer) => {
  expect([answer.status, codeOf(answer), answer.body.resourceType]).toEqual([
    429,
    'CDS_RATE_LIMITED',
    'OperationOutcome',
  ]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
};

describe('without Redis', () => {
  it('so many calls, then 429; what does not come to a tenant does not count', async () => {
    const stack = await startStack({ http: { requestsPerMinute: 3 } });
    try {
      const { url } = stack.service;
      for (let count = 0; count < 5; count++) {
        expect((await post(url, service, {})).status).toBe(400);
        expect((await fetch(`${url}/cds-services`)).status).toBe(200);
      }
      for (let count = 0; count < 3; count++) expect((await call(stack)).status).toBe(200);
      expectLimited(await call(stack));
      // Nothing but hooks is limited: probes and discovery go on.
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expect((await fetch(`${url}/cds-services`)).status).toBe(200);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain(`outcome="CDS_RATE_LIMITED"} 1`);
    } finally {
      await stack.close();
    }
  });

  it('0 is no limit', async () => {
    const limiter = createRateLimiter({ perMinute: 0 });
    for (let count = 0; count < 10_000; count++) expect(await limiter.take('a')).toBe(0);
  });

  it('one tenant over its limit is no reason to refuse another', async () => {
    const limiter = createRateLimiter({ perMinute: 2 });
    expect([await limiter.take('a'), await limiter.take('a'), await limiter.take('b')]).toEqual([0, 0, 0]);
    expect(await limiter.take('a')).toBeGreaterThan(0);
    expect(await limiter.take('b')).toBe(0);
  });
});

const LIMIT = 10;

/**
 * Calls until Redis counts them (the connection has just been opened).
 *
 * @returns how many calls were counted in the process until then
 */
const untilShared = async (running: Running, look: Redis, key: string): Promise<number> => {
  const before = Number(await look.get(key));
  for (let alone = 0; alone < LIMIT; alone++) {
    await call(running);
    if (Number(await look.get(key)) > before) return alone;
    await sleep(50);
  }
  throw new Error('Redis was never asked');
};

describeWith('redis-server', 'with Redis', () => {
  it('two processes share one limit, and only the tenant is in the key', async () => {
    const redis = await startRedis();
    const queue = { redisUrl: redis.address, prefix: `limit-${randomUUID()}` };
    const options = {
      http: { requestsPerMinute: LIMIT },
      queue,
      store: { key: Buffer.alloc(32, 7).toString('base64') },
    };
    const [one, two] = await Promise.all([startStack(options), startStack(options)]);
    const look = new Redis(redis.address);
    try {
      const key = `${queue.prefix}-rate:test`;
      await untilShared(one, look, key);
      await untilShared(two, look, key);
      expect(await look.get(key)).toBe('2');
      const answers: Answer[] = [];
      for (let count = 0; count < LIMIT / 2; count++) answers.push(await call(one), await call(two));
      expect(statusesOf(answers.slice(0, -2))).toEqual(Array.from({ length: LIMIT - 2 }, () => 200));
      answers.slice(-2).forEach(expectLimited);
      // The call over the limit was counted, and none since.
      await Promise.all([call(one), call(two)]);
      expect(await look.get(key)).toBe(String(LIMIT + 1));
      expect(await look.keys('*rate*')).toEqual([key]);
      expect(await look.pttl(key)).toBeGreaterThan(0);
    } finally {
      look.disconnect();
      await Promise.all([one.close(), two.close()]);
      await redis.stop();
    }
  });

  it('a frozen Redis: each process counts for itself, hooks are answered by their deadline, and then together again', async () => {
    const redis = await startRedis();
    const stack = await startStack({
      http: { requestsPerMinute: LIMIT },
      hook: { deadlineMs: 450 },
      queue: { redisUrl: redis.address, prefix: 'frozen' },
    });
    const look = new Redis(redis.address);
    try {
      const alone = LIMIT - (await untilShared(stack, look, 'frozen-rate:test'));
      look.disconnect();
      process.kill(redis.pid, 'SIGSTOP');
      const frozen: Answer[] = [];
      for (let count = 0; count < alone + 2; count++) frozen.push(await call(stack));
      // "No card" can only be said in time: later it would be one that says why there is no answer.
      for (const { status, body } of frozen.slice(0, alone))
        expect([status, body]).toEqual([200, { cards: [] }]);
      frozen.slice(alone).forEach(expectLimited);
      process.kill(redis.pid, 'SIGCONT');
      const until = performance.now() + 5000;
      let answer = await call(stack);
      while (answer.status !== 200 && performance.now() < until) {
        await sleep(50);
        answer = await call(stack);
      }
      expect(answer.status).toBe(200);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
      await stack.close();
      await redis.stop();
    }
  });

  it('Redis away: counted in the process, at once', async () => {
    const redis = await startRedis();
    const connection = connectRedis(redis.address, 100);
    const limiter = createRateLimiter({ perMinute: 2, shared: { redis: connection, prefix: 'p' } });
    await redis.stop();
    const taken = [await limiter.take('a'), await limiter.take('a'), await limiter.take('a')];
    connection.disconnect();
    expect(taken.slice(0, 2)).toEqual([0, 0]);
    expect(taken[2]).toBeGreaterThan(0);
  });
});
