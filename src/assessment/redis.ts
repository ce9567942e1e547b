import { Redis, type RedisOptions } from 'ioredis';
import { CdsError, type ErrorCode } from '../domain/index.ts';

/** How long a command, or a connection just being made, is waited for: a hook has under half a second in all. */
export const REDIS_LIMIT_MS = 250;
const MAX_RECONNECT_DELAY_MS = 1000;

const reconnectDelay = (attempt: number): number => Math.min(25 * 2 ** attempt, MAX_RECONNECT_DELAY_MS);

/** Connection errors reach callers through their commands; without a listener they would end the process. */
export const ignoreConnectionErrors = (): void => undefined;

/**
 * A connection for work that has a deadline: a command fails within a fraction of a second when Redis is down or
 * silent, nothing is queued up for later, and the connection comes back by itself.
 *
 * @param url redis:// or rediss://
 */
export function connectRedis(url: string, limitMs = REDIS_LIMIT_MS): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    commandTimeout: limitMs,
    // A connection that stays silent under commands (a dropped route) is given up and made anew.
    socketTimeout: 4 * limitMs,
    retryStrategy: reconnectDelay,
  });
  redis.on('error', ignoreConnectionErrors);
  return redis;
}

/**
 * A connection for workers and event readers: it waits for as long as Redis is away. BullMQ duplicates it for its
 * blocking reads and, when it closes while Redis is away, lets go of the duplicates without ending them; so they
 * are known here.
 */
export class BlockingRedis extends Redis {
  readonly #duplicates: Redis[] = [];

  constructor(url: string) {
    super(url, { maxRetriesPerRequest: null, retryStrategy: reconnectDelay });
    this.on('error', ignoreConnectionErrors);
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const duplicate = super.duplicate(override);
    duplicate.on('error', ignoreConnectionErrors);
    this.#duplicates.push(duplicate);
    return duplicate;
  }

  /** Ends it and all its duplicates at once. */
  shutDown(): void {
    for (const one of [this, ...this.#duplicates]) {
      const between = one.status === 'reconnecting';
      one.disconnect();
      // Disconnected between two attempts it falls silent, and BullMQ would wait for its end for ever.
      if (between) one.emit('end');
    }
  }
}

/** Ends a connection: in order where it is up, at once where it is not. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    try {
      await redis.quit();
      return;
    } catch {
      // gone meanwhile: what follows is enough
    }
  }
  redis.disconnect();
}

const untilReady = (redis: Redis): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (finish: () => void) => (): void => {
      clearTimeout(timer);
      redis.off('ready', onReady);
      redis.off('close', onClose);
      finish();
    };
    const onReady = settle(resolve);
    const onClose = settle(() => {
      reject(new Error('not connected'));
    });
    const timer = setTimeout(onClose, redis.options.commandTimeout ?? REDIS_LIMIT_MS);
    redis.on('ready', onReady);
    redis.on('close', onClose);
  });

const connecting = new WeakMap<Redis, Promise<void>>();

/**
 * Resolves when commands can be sent. A connection just being made is waited for a little; one that is down is
 * not waited for at all.
 */
async function whenReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  if (redis.status !== 'connecting' && redis.status !== 'connect') throw new Error('not connected');
  let shared = connecting.get(redis);
  if (shared === undefined) {
    shared = untilReady(redis).finally(() => connecting.delete(redis));
    connecting.set(redis, shared);
  }
  await shared;
}

/**
 * Runs commands on a connection from `connectRedis`; whatever Redis says against it becomes `code`.
 *
 * @throws {CdsError} `code`
 */
export async function withRedis<T>(redis: Redis, code: ErrorCode, work: () => Promise<T>): Promise<T> {
  try {
    await whenReady(redis);
    return await work();
  } catch (error) {
    throw error instanceof CdsError ? error : new CdsError(code, undefined, { cause: error });
  }
}
