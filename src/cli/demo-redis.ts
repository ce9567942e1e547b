import { once } from 'node:events';
import { connectRedis } from '../assessment/index.ts';

const LIMIT_MS = 2000;

/** Removes every key that begins with a demo's prefix: its schedule would otherwise stay in somebody's Redis. */
export async function removeKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = connectRedis(redisUrl, LIMIT_MS);
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(LIMIT_MS) });
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 500 }) as AsyncIterable<string[]>)
      if (keys.length > 0) await redis.unlink(keys);
  } finally {
    redis.disconnect();
  }
}
