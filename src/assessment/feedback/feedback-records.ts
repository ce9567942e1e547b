import { createHmac } from 'node:crypto';
import type { FeedbackItem, IssuedCard } from '../ports.ts';
import type { RecordStore } from '../store/records.ts';
import { deriveKey, openedOrNothing, type Seal } from '../store/sealing.ts';
import { cardsGroup } from './card-records.ts';

/** One item of feedback as it came; whose card it is, is known from the uuid alone. */
export interface TakenFeedback {
  readonly tenant: string;
  readonly service: string;
  /** ISO instant by our clock; `item.outcomeTimestamp` is the client's. */
  readonly receivedAt: string;
  readonly item: FeedbackItem;
}

/** What is kept of it, sealed, in the patient's group: the only place of what a clinician wrote. */
interface KeptFeedback extends TakenFeedback {
  readonly attempt: string;
  readonly topic: string;
  /** What was accepted, by the items of the suggestions. */
  readonly accepted: readonly string[];
}

/** What is kept of it for the counting, in a group of the tenant: no patient, no comment. */
export interface CountedFeedback {
  readonly service: string;
  readonly topic: string;
  /** ISO instant: when the card was issued. */
  readonly issuedAt: string;
  readonly outcome: FeedbackItem['outcome'];
  /** One of our codes, `other`, or `none`. */
  readonly reason: string;
  readonly accepted: readonly string[];
}

/** Of the patient's group and of the tenant's. */
const FEEDBACK = 'f.';

export interface OverrideReasonCodes {
  readonly system: string;
  readonly codes: readonly string[];
}

/** The code where it is one of ours: what clients make up may be anything, and there is no end of it. */
export const countedReason = (item: FeedbackItem, ours: OverrideReasonCodes): string => {
  if (item.outcome === 'accepted' || item.reason === undefined) return 'none';
  const { code, system } = item.reason;
  return (system === undefined || system === ours.system) && ours.codes.includes(code) ? code : 'other';
};

const said = (item: FeedbackItem): unknown =>
  item.outcome === 'accepted'
    ? [item.outcome, item.outcomeTimestamp, [...new Set(item.acceptedSuggestions)].sort()]
    : [item.outcome, item.outcomeTimestamp, item.reason?.system, item.reason?.code, item.userComment];

export interface PutFeedback {
  /** From `nameOf`. */
  readonly name: string;
  /** A UUID, kept in the record. */
  readonly attempt: string;
}

export interface FeedbackRecordsOptions {
  readonly records: RecordStore;
  readonly seal: Seal;
  readonly key: Uint8Array;
  readonly ttlSeconds: number;
  readonly reasons: OverrideReasonCodes;
}

export function createFeedbackRecords({ records, seal, key, ttlSeconds, reasons }: FeedbackRecordsOptions) {
  const namesKey = deriveKey(key, 'feedback-names');

  const keptAttempt = async (group: string, name: string): Promise<string | undefined> => {
    const value = await records.get(group, name);
    const plain = value === undefined ? undefined : openedOrNothing(seal, group, name, value);
    return plain === undefined ? undefined : (JSON.parse(plain.toString()) as KeptFeedback).attempt;
  };

  return {
    /** The same said of the same card has one name; an HMAC, since a comment could be guessed from a digest. */
    nameOf: (item: FeedbackItem): string =>
      `${item.card}.${createHmac('sha256', namesKey)
        .update(JSON.stringify(said(item)))
        .digest('base64url')}`,
    counted: ({ item }: TakenFeedback, card: IssuedCard, accepted: readonly string[]): CountedFeedback => ({
      service: card.service,
      topic: card.topic,
      issuedAt: card.issuedAt,
      outcome: item.outcome,
      reason: countedReason(item, reasons),
      accepted,
    }),
    /**
     * Puts it on record, unless it is there. The entry for the counting goes first: it can be put again, and without
     * it the feedback would be on record and in no report.
     *
     * @throws {CdsError} STORE_UNAVAILABLE
     */
    put: async (
      taken: TakenFeedback,
      card: IssuedCard,
      counted: CountedFeedback,
      { name, attempt }: PutFeedback,
    ): Promise<'stored' | 'repeated'> => {
      const group = cardsGroup(seal, card.tenant, card.patientId);
      const tenantGroup = seal.tenantGroup('feedback', card.tenant);
      const entry = `${FEEDBACK}${group}.${name}`;
      const kept: KeptFeedback = { ...taken, attempt, topic: card.topic, accepted: counted.accepted };
      const place = FEEDBACK + name;
      const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
      await records.put(tenantGroup, entry, seal.seal(tenantGroup, entry, bytes(counted)), ttlSeconds);
      const first = await records.putNew(group, place, seal.seal(group, place, bytes(kept)), ttlSeconds);
      return first ? 'stored' : 'repeated';
    },
    /** The attempt that is on record for it. @throws {CdsError} STORE_UNAVAILABLE */
    kept: ({ tenant, patientId }: IssuedCard, name: string): Promise<string | undefined> =>
      keptAttempt(cardsGroup(seal, tenant, patientId), FEEDBACK + name),
  };
}

/** Removes what was counted of a patient; what was said is in the patient's group. */
export async function eraseCountedFeedback(
  records: RecordStore,
  seal: Seal,
  tenant: string,
  patientId: string,
): Promise<number> {
  const group = seal.tenantGroup('feedback', tenant);
  const prefix = `${FEEDBACK}${cardsGroup(seal, tenant, patientId)}.`;
  const counted = await records.list(group, prefix);
  await Promise.all(counted.map(({ name }) => records.remove(group, name)));
  return counted.length;
}

/** What a clinician wrote, without whose card it was. */
export interface FeedbackComment extends CountedFeedback {
  readonly outcomeTimestamp: string;
  readonly comment: string;
}

/** @throws {CdsError} STORE_UNAVAILABLE */
export async function readCountedFeedback(records: RecordStore, seal: Seal, tenant: string) {
  const group = seal.tenantGroup('feedback', tenant);
  const entries = (await records.list(group, FEEDBACK)).flatMap(({ name, value }) => {
    const plain = openedOrNothing(seal, group, name, value);
    return plain === undefined ? [] : [{ name, counted: JSON.parse(plain.toString()) as CountedFeedback }];
  });
  const commentOf = async ({ name, counted }: (typeof entries)[number]): Promise<FeedbackComment[]> => {
    const [, patient = '', ...rest] = name.split('.');
    const place = FEEDBACK + rest.join('.');
    const value = await records.get(patient, place);
    const plain = value === undefined ? undefined : openedOrNothing(seal, patient, place, value);
    if (plain === undefined) return [];
    const { item } = JSON.parse(plain.toString()) as KeptFeedback;
    return item.outcome === 'overridden' && item.userComment !== undefined
      ? [{ ...counted, outcomeTimestamp: item.outcomeTimestamp, comment: item.userComment }]
      : [];
  };
  return {
    feedback: entries.map(({ counted }) => counted),
    comments: async (since: string): Promise<FeedbackComment[]> =>
      (await Promise.all(entries.filter(({ counted }) => counted.issuedAt >= since).map(commentOf))).flat(),
  };
}
