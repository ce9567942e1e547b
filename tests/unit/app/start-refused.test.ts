/** A service that does not start leaves nothing open behind it. */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { startService } from '../../../src/app/index.ts';
import { closeRedis, connectRedis } from '../../../src/assessment/index.ts';
import { createLog, parseConfig, systemClock } from '../../../src/platform/index.ts';
import { startRedis } from '../../setup/redis.ts';
import { describeWith } from '../../setup/requires.ts';

describeWith('redis-server', 'a spool that is a folder', () => {
  it('ends the start, and every connection to Redis', async () => {
    const redis = await startRedis();
    const watching = connectRedis(redis.address);
    try {
      const config = parseConfig({
        environment: 'test',
        http: { port: 0 },
        tenants: [{ id: 'north', fhirBaseUrl: 'http://127.0.0.1:1/fhir' }],
        queue: { redisUrl: redis.address, prefix: `test-${randomUUID()}` },
        feedback: { spoolFile: tmpdir() },
      });
      await expect(
        startService({ config, clock: systemClock, log: createLog('silent') }),
      ).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        detail: expect.stringMatching(/^feedback\.spoolFile/) as string,
      });
      // What was forgotten would be connected by now.
      await sleep(1000);
      await vi.waitFor(async () => {
        const clients = String(await watching.client('LIST'))
          .trim()
          .split('\n');
        expect(clients).toHaveLength(1);
      });
    } finally {
      await closeRedis(watching);
      await redis.stop();
    }
  });
});
