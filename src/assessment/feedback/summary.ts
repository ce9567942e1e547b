import type { RecordStore } from '../store/records.ts';
import { createSeal } from '../store/sealing.ts';
import { readCountedFeedback, type CountedFeedback, type FeedbackComment } from './feedback-records.ts';
import { readTallies } from './tallies.ts';

/** What came of the cards of one service and topic. Items of feedback are counted, not cards. */
export interface FeedbackSummary {
  readonly tenant: string;
  readonly service: string;
  readonly topic: string;
  readonly issued: number;
  readonly accepted: number;
  readonly overridden: number;
  /** Overridden ones by our code, `other` or `none`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Accepted suggestions by what was suggested. */
  readonly items: Readonly<Record<string, number>>;
  /** Accepted of accepted and overridden; absent where there is neither. */
  readonly acceptanceRate?: number;
}

export interface FeedbackReport {
  readonly summaries: readonly FeedbackSummary[];
  /** Only where they were asked for. */
  readonly comments: readonly FeedbackComment[];
}

export interface ReportOptions {
  readonly key: Uint8Array;
  readonly tenants: readonly string[];
  /** YYYY-MM-DD in UTC: of cards issued from then on. */
  readonly since: string;
  readonly comments: boolean;
}

const count = (names: readonly string[]): Record<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
};

const keyOf = ({ service, topic }: { service: string; topic: string }): string =>
  JSON.stringify([service, topic]);

const summarise = (
  tenant: string,
  issued: ReadonlyMap<string, number>,
  feedback: ReadonlyMap<string, readonly CountedFeedback[]>,
): FeedbackSummary[] =>
  [...new Set([...issued.keys(), ...feedback.keys()])].sort().map((key) => {
    const [service, topic] = JSON.parse(key) as [string, string];
    const all = feedback.get(key) ?? [];
    const accepted = all.filter(({ outcome }) => outcome === 'accepted');
    const overridden = all.filter(({ outcome }) => outcome === 'overridden');
    return {
      tenant,
      service,
      topic,
      issued: issued.get(key) ?? 0,
      accepted: accepted.length,
      overridden: overridden.length,
      reasons: count(overridden.map(({ reason }) => reason)),
      items: count(accepted.flatMap((each) => each.accepted)),
      ...(all.length > 0 && { acceptanceRate: accepted.length / all.length }),
    };
  });

/**
 * What the store knows of cards and of what was made of them.
 *
 * @throws {CdsError} STORE_UNAVAILABLE, CONFIG_INVALID
 */
export async function feedbackReport(records: RecordStore, options: ReportOptions): Promise<FeedbackReport> {
  const { key, tenants, since } = options;
  const seal = createSeal(key);
  const summaries: FeedbackSummary[] = [];
  const comments: FeedbackComment[] = [];
  for (const tenant of tenants) {
    const issued = new Map<string, number>();
    for (const tally of await readTallies(records, seal, tenant))
      if (tally.day >= since) issued.set(keyOf(tally), (issued.get(keyOf(tally)) ?? 0) + tally.cards);
    const read = await readCountedFeedback(records, seal, tenant);
    const counted = read.feedback.filter(({ issuedAt }) => issuedAt >= since);
    summaries.push(...summarise(tenant, issued, Map.groupBy(counted, keyOf)));
    if (options.comments) comments.push(...(await read.comments(since)));
  }
  return { summaries, comments };
}
