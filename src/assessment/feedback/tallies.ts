import { randomUUID } from 'node:crypto';
import type { IssuedCard } from '../ports.ts';
import type { RecordStore, TimedRecord } from '../store/records.ts';
import { openedOrNothing, type Seal } from '../store/sealing.ts';

/** Cards that one process issued on one day: no patient in it, so it outlives them all. */
export interface Tally {
  /** YYYY-MM-DD in UTC. */
  readonly day: string;
  readonly service: string;
  readonly topic: string;
  readonly cards: number;
}

const TALLY = 't.';

/** Counts the cards of this process; each process writes records of its own, and readers add them up. */
export function createTallies(seal: Seal, ttlSeconds: number) {
  const process = randomUUID();
  const tallies = new Map<string, { tenant: string; tally: Tally; changed: boolean }>();

  return {
    count: ({ tenant, service, topic, issuedAt }: IssuedCard): void => {
      const day = issuedAt.slice(0, 10);
      const key = JSON.stringify([tenant, day, service, topic]);
      const cards = (tallies.get(key)?.tally.cards ?? 0) + 1;
      tallies.set(key, { tenant, tally: { day, service, topic, cards }, changed: true });
    },
    changed: (): boolean => [...tallies.values()].some(({ changed }) => changed),
    /** Of what changed since they were last taken. */
    takeRecords: (): TimedRecord[] => {
      const records: TimedRecord[] = [];
      for (const each of tallies.values()) {
        if (!each.changed) continue;
        each.changed = false;
        const { tenant, tally } = each;
        const group = seal.tenantGroup('feedback', tenant);
        const name = `${TALLY}${tally.day}.${process}.${tally.service}.${tally.topic}`;
        const value = seal.seal(group, name, Buffer.from(JSON.stringify(tally)));
        records.push({ group, name, value, ttlSeconds });
      }
      return records;
    },
    /** They could not be written: they are to be taken again. */
    giveBack: (): void => {
      for (const each of tallies.values()) each.changed = true;
    },
    /** All is written: what is of earlier days changes no more. */
    forgetBefore: (day: string): void => {
      for (const [key, { tally, changed }] of tallies) if (!changed && tally.day < day) tallies.delete(key);
    },
  };
}

/** @throws {CdsError} STORE_UNAVAILABLE */
export async function readTallies(records: RecordStore, seal: Seal, tenant: string): Promise<Tally[]> {
  const group = seal.tenantGroup('feedback', tenant);
  return (await records.list(group, TALLY)).flatMap(({ name, value }) => {
    const plain = openedOrNothing(seal, group, name, value);
    return plain === undefined ? [] : [JSON.parse(plain.toString()) as Tally];
  });
}
