import { asCdsError } from '../../domain/index.ts';
import type { Log, Metrics } from '../../platform/index.ts';
import type { FeedbackReceipt } from '../ports.ts';
import type { Seal } from '../store/sealing.ts';
import { openedOrNothing } from '../store/sealing.ts';
import type { TakenFeedback } from './feedback-records.ts';
import { createSpool, type Spooled } from './spool.ts';

/** What became of a spooled item: `wait` leaves it where it is. */
export interface Conclusion {
  readonly state: FeedbackReceipt['state'] | 'wait';
  /** The attempt whose record the store keeps. */
  readonly kept?: string;
  /** Counts it: called by the one process that takes it out of the spool, where `kept` is one of its own attempts. */
  readonly count?: () => void;
}

export interface SpoolerOptions {
  readonly file: string;
  readonly limit: number;
  readonly seal: Seal;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'feedbackSpooled' | 'feedbackDropped'>;
  /** @throws {CdsError} STORE_UNAVAILABLE: the whole spool waits */
  readonly conclude: (taken: TakenFeedback, spooled: Spooled) => Promise<Conclusion>;
}

const GROUP = 'spool';
const FEW = 50;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** Carries spooled feedback to the store once it answers, also what an earlier process left. */
export function createSpooler(options: SpoolerOptions) {
  const { seal, log, metrics, conclude } = options;
  const spool = createSpool(options.file, options.limit);
  let waitMs = FIRST_WAIT_MS;
  let timer: NodeJS.Timeout | undefined;
  let draining: Promise<void> | undefined;
  let closed = false;

  const show = (): number => {
    const size = spool.size();
    metrics.feedbackSpooled.set(size);
    return size;
  };

  const drop = (name: string, reason: string): void => {
    if (spool.remove(name) === undefined) return;
    metrics.feedbackDropped.inc({ reason });
    log.warn({ reason }, 'spooled feedback dropped');
  };

  /** True when it is no longer there. */
  const take = async (spooled: Spooled): Promise<boolean> => {
    const { name, value } = spooled;
    const plain = openedOrNothing(seal, GROUP, name, value);
    // Sealed with a key that is no more.
    if (plain === undefined) {
      drop(name, 'damaged');
      return true;
    }
    const { state, kept, count } = await conclude(JSON.parse(plain.toString()) as TakenFeedback, spooled);
    if (state === 'wait') return false;
    if (state === 'stored' || state === 'repeated') {
      // Read again: a further attempt may have come, and been the one that was heard.
      const attempts = spool.remove(name);
      if (kept !== undefined && attempts?.includes(kept) === true) count?.();
    } else drop(name, state);
    return true;
  };

  const drainAll = async (): Promise<void> => {
    let at = 0;
    for (let few = spool.after(at, FEW); few.length > 0; few = spool.after(at, FEW)) {
      for (const each of few) {
        if (await take(each)) waitMs = FIRST_WAIT_MS;
        at = each.at;
      }
    }
  };

  const drain = async (): Promise<void> => {
    try {
      await drainAll();
    } catch (error) {
      log.debug({ error: asCdsError(error) }, 'spooled feedback still waits for the store');
    }
    try {
      if (show() > 0 && !closed) later();
    } catch (error) {
      log.error({ error: asCdsError(error) }, 'the spool of feedback cannot be read');
    }
  };

  const now = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    draining ??= drain().finally(() => {
      draining = undefined;
    });
    return draining;
  };

  const later = (): void => {
    if (timer !== undefined || closed) return;
    timer = setTimeout(() => void now(), waitMs).unref();
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  };

  if (show() > 0) later();

  return {
    /** All or none. @throws {CdsError} STORE_UNAVAILABLE */
    put: (all: readonly { taken: TakenFeedback; name: string; attempt: string }[]): void => {
      spool.put(
        all.map(({ taken, name, attempt }) => ({
          name,
          attempt,
          value: seal.seal(GROUP, name, Buffer.from(JSON.stringify(taken))),
        })),
      );
      show();
      later();
    },
    /** Tries once more; what is left waits in the file, if there is one. */
    close: async (): Promise<void> => {
      closed = true;
      await draining;
      if (spool.size() > 0) await now();
      clearTimeout(timer);
      const left = spool.size();
      if (left > 0)
        log[options.file === ':memory:' ? 'error' : 'warn'](
          { items: left },
          options.file === ':memory:'
            ? 'spooled feedback lost: feedback.spoolFile is :memory:'
            : 'spooled feedback waits in feedback.spoolFile for the next start',
        );
      spool.close();
    },
  };
}
