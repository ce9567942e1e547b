import { setTimeout as sleep } from 'node:timers/promises';
import { asCdsError } from '../../domain/index.ts';
import type { Log, Metrics } from '../../platform/index.ts';
import type { CardLedger, IssuedCard } from '../ports.ts';
import type { RecordStore, TimedRecord } from '../store/records.ts';
import { createSeal } from '../store/sealing.ts';
import { createCardRecords } from './card-records.ts';
import { createCardUuids } from './card-uuids.ts';
import { createTallies } from './tallies.ts';

export interface LedgerDependencies {
  readonly records: RecordStore;
  /** 32 bytes, the store's. */
  readonly key: Uint8Array;
  /** How long feedback to a card is taken, and the last card known. */
  readonly ttlSeconds: number;
  /** How long it is known how many cards there were. */
  readonly tallyTtlSeconds: number;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'cardsIssued'>;
  /** Cards kept while the store cannot be reached; the oldest go first. */
  readonly keep?: number;
}

/** Cards of one burst are written together; short, since feedback may come to another process. */
const GATHER_MS = 25;
const TALLY_MS = 2000;
const BATCH = 200;
const KEEP = 10_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
/** Attempts of `idle` before what is left is given up. */
const LAST_ATTEMPTS = 3;

const isNewer = (card: IssuedCard, other: IssuedCard | undefined): boolean =>
  other === undefined || card.issuedAt >= other.issuedAt;

function firstOf<T>(all: Iterable<T>, few: number): T[] {
  const first: T[] = [];
  for (const each of all) {
    if (first.length === few) break;
    first.push(each);
  }
  return first;
}

/**
 * The account of issued cards, written behind: `record` notes them in memory, and a moment later they are sealed and
 * written together. While the store is away they wait (a bounded number of them); what waits is found all the same.
 *
 * @throws {CdsError} CONFIG_INVALID when the key is not 32 bytes
 */
export function createCardLedger(dependencies: LedgerDependencies): CardLedger {
  const { records, key, ttlSeconds, tallyTtlSeconds, log, metrics, keep = KEEP } = dependencies;
  const seal = createSeal(key);
  const uuids = createCardUuids(key);
  const cards = createCardRecords(records, seal, ttlSeconds);
  const tallies = createTallies(seal, tallyTtlSeconds);
  /** By uuid, in the order of issue. */
  const waiting = new Map<string, IssuedCard>();
  let timer: NodeJS.Timeout | undefined;
  let tallyTimer: NodeJS.Timeout | undefined;
  let writing: Promise<boolean> | undefined;
  let waitMs = FIRST_WAIT_MS;
  let afterFailure = false;

  let lost = 0;

  /** Once for an outage, not for each card. */
  const tellOfLost = (): void => {
    if (lost > 0) log.error({ cards: lost }, 'issued cards lost: the store could not be reached');
    lost = 0;
  };

  const keepNewest = (): void => {
    const over = waiting.size - keep;
    if (over <= 0) return;
    for (const uuid of firstOf(waiting.keys(), over)) waiting.delete(uuid);
    lost += over;
  };

  /** The last of each patient and family in a batch, unless a newer one was stored while this one had to wait. */
  const lastOfEach = async (batch: readonly IssuedCard[]): Promise<ReadonlySet<IssuedCard>> => {
    const placeOf = ({ tenant, patientId, family }: IssuedCard) =>
      JSON.stringify([tenant, patientId, family]);
    const last = new Map(batch.map((card) => [placeOf(card), card]));
    if (!afterFailure) return new Set(last.values());
    const checked = [...last.values()].map(async (card) =>
      isNewer(card, await cards.last(card.tenant, card.patientId, card.family)) ? [card] : [],
    );
    return new Set((await Promise.all(checked)).flat());
  };

  const writeBatch = async (batch: readonly IssuedCard[]): Promise<void> => {
    const last = await lastOfEach(batch);
    const all: TimedRecord[] = batch.flatMap((card) => cards.of(card, last.has(card)));
    await records.putAll(all);
    for (const { uuid } of batch) waiting.delete(uuid);
  };

  /** Now and then: a process that is killed leaves a little uncounted. */
  const writeTallies = async (): Promise<void> => {
    clearTimeout(tallyTimer);
    tallyTimer = undefined;
    try {
      await records.putAll(tallies.takeRecords());
      tallies.forgetBefore(new Date().toISOString().slice(0, 10));
    } catch {
      tallies.giveBack();
    }
  };

  const scheduleTallies = (): void => {
    tallyTimer ??= setTimeout(() => void writeTallies().then(againIfChanged), TALLY_MS).unref();
  };

  const againIfChanged = (): void => {
    if (tallies.changed()) scheduleTallies();
  };

  /** True when nothing is left. */
  const write = async (): Promise<boolean> => {
    try {
      while (waiting.size > 0) await writeBatch(firstOf(waiting.values(), BATCH));
      afterFailure = false;
      waitMs = FIRST_WAIT_MS;
      tellOfLost();
      return true;
    } catch (error) {
      if (!afterFailure) log.warn({ error: asCdsError(error) }, 'issued cards wait for the store');
      afterFailure = true;
      schedule(waitMs);
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      return false;
    }
  };

  const flush = (): Promise<boolean> => {
    clearTimeout(timer);
    timer = undefined;
    writing ??= write().finally(() => {
      writing = undefined;
      // Recorded just as the last batch was done.
      if (waiting.size > 0) schedule(GATHER_MS);
    });
    return writing;
  };

  const schedule = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, ms).unref();
  };

  return {
    uuid: (tenant, service) => uuids.uuid(tenant, service),
    isOurs: (tenant, service, uuid) => uuids.isOurs(tenant, service, uuid),
    record: (issued) => {
      for (const card of issued) {
        waiting.set(card.uuid, card);
        tallies.count(card);
        metrics.cardsIssued.inc({ service: card.service, topic: card.topic });
      }
      keepNewest();
      scheduleTallies();
      if (waiting.size > 0 && writing === undefined) schedule(GATHER_MS);
    },
    find: async (tenant, uuid) => {
      const card = waiting.get(uuid);
      return card?.tenant === tenant ? card : cards.find(tenant, uuid);
    },
    last: async (tenant, patientId, family) => {
      const isAsked = (card: IssuedCard): boolean =>
        card.patientId === patientId && card.family === family && card.tenant === tenant;
      let last: IssuedCard | undefined;
      for (const card of waiting.values()) if (isAsked(card) && isNewer(card, last)) last = card;
      // What waits here is newer than what any process has stored, but for the moments of an outage.
      return last ?? cards.last(tenant, patientId, family);
    },
    idle: async () => {
      for (let attempt = 1; !(await flush()) && attempt < LAST_ATTEMPTS; attempt++)
        await sleep(FIRST_WAIT_MS);
      await writeTallies();
      clearTimeout(timer);
      timer = undefined;
      lost += waiting.size;
      waiting.clear();
      tellOfLost();
    },
  };
}
