/** Ledgers and inboxes as processes of one site have them, for the contract tests. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCardLedger, createFeedbackInbox, watchRecords } from '../../src/assessment/feedback/index.ts';
import type { FeedbackItem, IssuedCard } from '../../src/assessment/ports.ts';
import { connectRedis } from '../../src/assessment/redis.ts';
import {
  createRedisRecords,
  createResultStore,
  createSqliteRecords,
  type RecordStore,
} from '../../src/assessment/store/index.ts';
import { createLog, createMetrics, fixedClock } from '../../src/platform/index.ts';

export const KEY = Buffer.alloc(32, 7);
export const SERVICE = 'recurrence-risk-patient-view';
export const FAMILY = 'recurrence-risk';
export const SYSTEM = 'https://recurrence-cds.org/fhir/CodeSystem/override-reason';
export const CLOCK = fixedClock('2026-11-23T10:00:00Z');
const HOUR = 3600;

export interface Site {
  /** The records as another process has them. */
  open(): RecordStore;
}

export interface ProcessOptions {
  readonly key?: Buffer;
  readonly ttlSeconds?: number;
  readonly spoolFile?: string;
  readonly spoolLimit?: number;
  readonly graceMs?: number;
  readonly limitMs?: number;
  readonly keep?: number;
  readonly wrap?: (records: RecordStore) => RecordStore;
}

/** One process of the site. */
export function startProcess(site: Site, options: ProcessOptions = {}) {
  const { key = KEY, ttlSeconds = HOUR, spoolFile = ':memory:', wrap = (records) => records } = options;
  const logged: string[] = [];
  const log = createLog('trace', { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics();
  const records = wrap(site.open());
  const watched = watchRecords(records);
  const ledger = createCardLedger({
    ...{ records: watched.records, key, ttlSeconds, log, metrics },
    tallyTtlSeconds: HOUR,
    ...(options.keep !== undefined && { keep: options.keep }),
  });
  const inbox = createFeedbackInbox({
    ...{ ...watched, ledger, key, ttlSeconds: HOUR, spoolFile, log, metrics, clock: CLOCK },
    reasons: { system: SYSTEM, codes: ['patient-declined', 'clinical-judgement'] },
    limitMs: options.limitMs ?? 2000,
    ...(options.spoolLimit !== undefined && { spoolLimit: options.spoolLimit }),
    ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
  });
  const store = createResultStore(records, { key, ttlSeconds: HOUR });
  return {
    ...{ ledger, inbox, store, records, metrics, logged },
    close: async () => {
      await ledger.idle();
      await inbox.close();
      await store.close();
    },
  };
}
export type Process = ReturnType<typeof startProcess>;

export const issue = (
  process: Pick<Process, 'ledger'>,
  over: Partial<IssuedCard> = {},
  items: readonly string[] = ['ctdna', 'chest-ct'],
): IssuedCard => {
  const { tenant = 'north', service = SERVICE } = over;
  const card: IssuedCard = {
    uuid: process.ledger.uuid(tenant, service),
    ...{ tenant, service, family: FAMILY },
    patientId: 'patient-1',
    topic: 'recurrence-risk',
    issuedAt: '2026-11-23T09:00:00.000Z',
    content: 'content-1',
    suggestions: items.map((item) => ({ uuid: process.ledger.uuid(tenant, service), item })),
    ...over,
  };
  process.ledger.record([card]);
  return card;
};

export const override = (card: string, over: Record<string, unknown> = {}): FeedbackItem => ({
  card,
  outcome: 'overridden',
  outcomeTimestamp: '2026-11-23T09:30:00Z',
  ...over,
});

export const accept = (card: IssuedCard, ...which: number[]): FeedbackItem => ({
  card: card.uuid,
  outcome: 'accepted',
  outcomeTimestamp: '2026-11-23T09:31:00Z',
  acceptedSuggestions: which.map((at) => card.suggestions[at]?.uuid ?? randomUUID()),
});

/** Sums of a counter by its labels: `{"outcome":"accepted",...}` -> how many. */
export async function counted(processes: readonly Process[], name: string): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { metrics } of processes) {
    const metric = (await metrics.registry.getMetricsAsJSON()).find((each) => each.name === name);
    for (const { labels, value } of metric?.values ?? []) {
      const key = Object.values(labels).join(' ');
      sums[key] = (sums[key] ?? 0) + value;
    }
  }
  return sums;
}

export const sqliteSite = (closers: (() => Promise<unknown>)[]): Site & { file: string } => {
  const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-feedback-'));
  closers.push(() => {
    rmSync(folder, { recursive: true });
    return Promise.resolve();
  });
  const file = path.join(folder, 'records.db');
  return { file, open: () => createSqliteRecords(file) };
};

export const redisSite = (address: string, limitMs = 5000): Site & { prefix: string } => {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  return { prefix, open: () => createRedisRecords(connectRedis(address, limitMs), prefix) };
};
