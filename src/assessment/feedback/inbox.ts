import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asCdsError } from '../../domain/index.ts';
import type { Clock, Log, Metrics } from '../../platform/index.ts';
import type { CardLedger, FeedbackInbox, FeedbackItem, FeedbackReceipt, IssuedCard } from '../ports.ts';
import type { RecordStore } from '../store/records.ts';
import { createSeal } from '../store/sealing.ts';
import {
  createFeedbackRecords,
  type CountedFeedback,
  type OverrideReasonCodes,
  type PutFeedback,
  type TakenFeedback,
} from './feedback-records.ts';
import { createSpooler, type Conclusion } from './spooler.ts';
import { within } from '../within.ts';

export interface InboxDependencies {
  readonly records: RecordStore;
  /** Has the store failed within so many milliseconds? */
  readonly failedWithin: (ms: number) => boolean;
  readonly ledger: Pick<CardLedger, 'isOurs' | 'find'>;
  /** 32 bytes, the store's. */
  readonly key: Uint8Array;
  readonly ttlSeconds: number;
  /** A path, or ':memory:'. */
  readonly spoolFile: string;
  readonly reasons: OverrideReasonCodes;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<
    Metrics,
    'cardFeedback' | 'suggestionsAccepted' | 'feedbackSpooled' | 'feedbackDropped'
  >;
  /** Milliseconds that the store may take before an item is spooled. */
  readonly limitMs?: number;
  /** How many items may wait for the store. */
  readonly spoolLimit?: number;
  /** Milliseconds after a failure for which a card of ours that is not found may still be on its way. */
  readonly graceMs?: number;
}

const LIMIT_MS = 150;
const SPOOL_LIMIT = 10_000;
const GRACE_MS = 60_000;
/** A card is written a moment after it was given, and the feedback may come to another process. */
const LOOK_AGAIN_MS = 50;

/** What one attempt at the store came to; counted by whoever heard of it. */
interface Attempted {
  readonly receipt: FeedbackReceipt;
  readonly counted?: CountedFeedback;
}

/** What was accepted, or the index of the first suggestion that is not of this card. */
const acceptedOf = (item: FeedbackItem, card: IssuedCard): readonly string[] | number => {
  if (item.outcome === 'overridden') return [];
  const items = new Map(card.suggestions.map((each) => [each.uuid, each.item]));
  const foreign = item.acceptedSuggestions.findIndex((uuid) => !items.has(uuid));
  return foreign >= 0 ? foreign : [...new Set(item.acceptedSuggestions)].map((uuid) => items.get(uuid) ?? '');
};

/**
 * Takes feedback: whose card it is, is told by the uuid alone; the rest by the store, or, while that is away, later
 * from the spool. Each item is counted once, over all processes.
 *
 * @throws {CdsError} CONFIG_INVALID when the spool cannot be opened or the key is not 32 bytes
 */
export function createFeedbackInbox(dependencies: InboxDependencies): FeedbackInbox {
  const { records, ledger, key, clock, log, metrics } = dependencies;
  const { limitMs = LIMIT_MS, graceMs = GRACE_MS, failedWithin } = dependencies;
  const seal = createSeal(key);
  const { ttlSeconds, reasons } = dependencies;
  const feedback = createFeedbackRecords({ records, seal, key, ttlSeconds, reasons });

  const attemptAt = async (
    taken: TakenFeedback,
    put: PutFeedback,
    card: IssuedCard | undefined,
  ): Promise<Attempted> => {
    const { item } = taken;
    if (card === undefined) return { receipt: { state: 'unknown-card' } };
    const accepted = acceptedOf(item, card);
    if (typeof accepted === 'number') return { receipt: { state: 'unknown-suggestion', index: accepted } };
    const counted = feedback.counted(taken, card, accepted);
    return { receipt: { state: await feedback.put(taken, card, counted, put) }, counted };
  };

  const count = ({ service, topic, outcome, reason, accepted }: CountedFeedback): void => {
    metrics.cardFeedback.inc({ service, topic, outcome, reason });
    for (const item of accepted) metrics.suggestionsAccepted.inc({ service, item });
  };

  const keptOf = async (card: IssuedCard | undefined, name: string): Promise<{ kept?: string }> => {
    const kept = card === undefined ? undefined : await feedback.kept(card, name);
    return kept === undefined ? {} : { kept };
  };

  const spooler = createSpooler({
    file: dependencies.spoolFile,
    limit: dependencies.spoolLimit ?? SPOOL_LIMIT,
    seal,
    log,
    metrics,
    conclude: async (taken, { name, attempts, spooledAt }): Promise<Conclusion> => {
      const put = { name, attempt: attempts[0] ?? '' };
      const card = await ledger.find(taken.tenant, taken.item.card);
      const { receipt, counted } = await attemptAt(taken, put, card);
      const young = Date.now() - spooledAt < graceMs;
      return {
        state: receipt.state === 'unknown-card' && young ? 'wait' : receipt.state,
        ...(await keptOf(card, name)),
        ...(counted !== undefined && {
          count: () => {
            count(counted);
          },
        }),
      };
    },
  });

  const findSoon = async (tenant: string, uuid: string): Promise<IssuedCard | undefined> => {
    const card = await ledger.find(tenant, uuid);
    if (card !== undefined) return card;
    await sleep(LOOK_AGAIN_MS);
    return ledger.find(tenant, uuid);
  };

  interface Received {
    readonly receipt: FeedbackReceipt;
    readonly toSpool?: { readonly taken: TakenFeedback; readonly name: string; readonly attempt: string };
  }

  const receiveOne = async (taken: TakenFeedback): Promise<Received> => {
    const name = feedback.nameOf(taken.item);
    const attempt = randomUUID();
    const spooled: Received = { receipt: { state: 'spooled' }, toSpool: { taken, name, attempt } };
    try {
      const { receipt, counted } = await within(
        limitMs,
        'STORE_UNAVAILABLE',
        findSoon(taken.tenant, taken.item.card).then((card) => attemptAt(taken, { name, attempt }, card)),
      );
      if (receipt.state === 'unknown-card' && failedWithin(graceMs)) return spooled;
      if (receipt.state === 'stored' && counted !== undefined) count(counted);
      return { receipt };
    } catch (error) {
      if (asCdsError(error).code === 'STORE_UNAVAILABLE') return spooled;
      throw error;
    }
  };

  const ownerOf = (tenants: ReadonlySet<string>, service: string, card: string): string | undefined =>
    [...tenants].find((tenant) => ledger.isOurs(tenant, service, card));

  return {
    owners: (tenants, service, items) => {
      const owners = new Map<string, number>();
      for (const { card } of items) {
        const tenant = ownerOf(tenants, service, card);
        if (tenant !== undefined) owners.set(tenant, (owners.get(tenant) ?? 0) + 1);
      }
      return owners;
    },
    receive: async (tenants, service, items) => {
      const receivedAt = clock.now().toISOString();
      const received = await Promise.all(
        items.map((item): Promise<Received> => {
          const tenant = ownerOf(tenants, service, item.card);
          return tenant === undefined
            ? Promise.resolve({ receipt: { state: 'unknown-card' } })
            : receiveOne({ tenant, service, receivedAt, item });
        }),
      );
      const toSpool = received.flatMap((each) => (each.toSpool === undefined ? [] : [each.toSpool]));
      if (toSpool.length > 0) spooler.put(toSpool);
      return received.map(({ receipt }) => receipt);
    },
    close: () => spooler.close(),
  };
}
