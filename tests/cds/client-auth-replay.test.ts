import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SERVICE_PATH } from '../http/running-service.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import type { RunningService } from '../setup/service.ts';
import { makeSigner, pinned, type Signer } from '../unit/http/client-auth/support.ts';
import { hook, signedFor, startAuthService, type RunningAuthService } from './client-auth-service.ts';

const PUBLIC = 'https://cds.hospital.example';

describeWith('redis-server', 'two services on one Redis, behind one address', () => {
  let redis: RunningService;
  let services: RunningAuthService[];
  let ehr: Signer;
  beforeAll(async () => {
    ehr = await makeSigner('ES384', 'ehr-1');
    redis = await startRedis();
    const shared = {
      http: { publicBaseUrl: PUBLIC },
      tenants: [pinned(ehr)],
      queue: { redisUrl: redis.address, prefix: `replay-${randomUUID()}` },
      store: { key: randomBytes(32).toString('base64') },
    };
    services = [await startAuthService(shared), await startAuthService(shared)];
  });
  afterAll(async () => {
    for (const { service } of services) await service.close();
    await redis.stop();
  });

  const statuses = async (token: string): Promise<number[]> =>
    (await Promise.all(services.map((each) => hook(each, token)))).map(({ status }) => status);

  /** Tokens for which Redis did not answer in time. */
  const unchecked = async (): Promise<number> => {
    const counts = services.map(async ({ service }) => {
      const { values } = await service.core.metrics.replaysUnchecked.get();
      return values[0]?.value ?? 0;
    });
    return (await Promise.all(counts)).reduce((sum, each) => sum + each, 0);
  };

  it('a token that one took, the other does not take', async () => {
    const [first, second] = services as [RunningAuthService, RunningAuthService];
    const token = signedFor(ehr, PUBLIC + SERVICE_PATH);
    expect((await hook(first, token)).status).toBe(200);
    const again = await hook(second, token);
    expect([again.status, again.text]).toEqual([401, '']);
    expect(second.logged.some((line) => line.includes('"reason":"replayed"'))).toBe(true);
    expect((await hook(first, token)).status).toBe(401);
  });

  it('sent to both at once, one takes it', async () => {
    let decided = 0;
    for (let i = 0; i < 10; i++) {
      const before = await unchecked();
      const answers = await statuses(signedFor(ehr, PUBLIC + SERVICE_PATH));
      // A machine too busy for Redis to answer in time is another case, and counted.
      if ((await unchecked()) > before) continue;
      expect(answers.sort()).toEqual([200, 401]);
      decided++;
    }
    expect(decided).toBeGreaterThan(0);
  });

  it('with Redis gone hooks are answered, each service knows its own, and it is counted', async () => {
    await redis.stop();
    const [first] = services as [RunningAuthService];
    const token = signedFor(ehr, PUBLIC + SERVICE_PATH);
    expect((await hook(first, token)).status).toBe(200);
    expect((await hook(first, token)).status).toBe(401);
    const metrics = await (await fetch(`${first.url}/metrics`)).text();
    expect(metrics).toMatch(/recurrence_replays_unchecked_total [1-9]/);
    await vi.waitFor(() => {
      expect(first.logged.some((line) => line.includes('in this process only'))).toBe(true);
    });
  });
});
