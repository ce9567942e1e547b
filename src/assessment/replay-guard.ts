import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { Log } from '../platform/index.ts';
import type { ReplayGuard } from './ports.ts';
import type { RecordStore } from './store/index.ts';
import { within } from './within.ts';

export interface ReplayGuardOptions {
  readonly records: Pick<RecordStore, 'putNew'>;
  /** The site's 32 bytes; what names records is derived from it, so that no issuer and no jti lies in the store. */
  readonly key: Uint8Array;
  readonly log: Log;
  /** Told each time that the store did not answer and the process's own memory had to do. */
  readonly onUnchecked?: () => void;
  /** Milliseconds for which the store is waited for: a hook has under half a second in all. */
  readonly limitMs?: number;
  /** Tokens that the process itself remembers. */
  readonly capacity?: number;
}

const LIMIT_MS = 100;
/** An hour of 27 calls a second; some 15 MB. */
const CAPACITY = 100_000;
/** Milliseconds between two log lines of a store that is away. */
const QUIET_MS = 10_000;
const MARK = Uint8Array.of(1);
/** Groups, so that none of them grows large. */
const GROUP_CHARACTERS = 2;

/** Names that are remembered until their time is over; at capacity the oldest is forgotten. */
function createMemory(capacity: number) {
  const until = new Map<string, number>();
  return {
    /** True where it was not known. */
    add: (name: string, seconds: number): boolean => {
      const now = performance.now();
      const known = until.get(name);
      if (known !== undefined && known > now) return false;
      until.delete(name);
      until.set(name, now + seconds * 1000);
      const [oldest] = until.keys();
      if (until.size > capacity && oldest !== undefined) until.delete(oldest);
      return true;
    },
  };
}

/**
 * Remembers tokens in the store, for all processes, and in the process. Where the store does not answer in time, what
 * the process itself remembers decides, and that is logged and told: docs/adr/0020-client-authentication.md says why.
 */
export function createReplayGuard(options: ReplayGuardOptions): ReplayGuard {
  const { records, log, onUnchecked, limitMs = LIMIT_MS, capacity = CAPACITY } = options;
  const namingKey = createSecretKey(
    Buffer.from(hkdfSync('sha256', options.key, '', 'recurrence-cds replay', 32)),
  );
  const memory = createMemory(capacity);
  let toldAt = Number.NEGATIVE_INFINITY;

  const tell = (error: unknown): void => {
    onUnchecked?.();
    if (performance.now() - toldAt < QUIET_MS) return;
    toldAt = performance.now();
    log.warn(
      { error },
      'replays of client tokens are looked for in this process only: the store does not answer',
    );
  };

  return {
    firstUse: async (issuer, jti, untilSeconds) => {
      const named = createHmac('sha256', namingKey).update(JSON.stringify([issuer, jti]));
      const name = named.digest('base64url');
      const seconds = Math.max(1, Math.ceil(untilSeconds));
      // Before the store is asked: of two that come at once one waits for it, the other is late already.
      if (!memory.add(name, seconds)) return false;
      try {
        const group = `replay.${name.slice(0, GROUP_CHARACTERS)}`;
        return await within(limitMs, 'STORE_UNAVAILABLE', records.putNew(group, name, MARK, seconds));
      } catch (error) {
        tell(error);
        return true;
      }
    },
  };
}
