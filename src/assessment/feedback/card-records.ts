import type { IssuedCard } from '../ports.ts';
import type { RecordStore, TimedRecord } from '../store/records.ts';
import { openedOrNothing, type Seal } from '../store/sealing.ts';

/**
 * A patient's cards, and what was said to them: a group beside that of the results, which are listed at each visit and
 * shall not be looked for among them.
 */
export const cardsGroup = (seal: Seal, tenant: string, patientId: string): string =>
  `${seal.patientGroup(tenant, patientId)}-cards`;

/** Of that group: a card by its uuid, and the last one of a family. */
const CARD = 'c.';
const LAST = 'last.';

/** What a uuid has of bytes, as text. */
const UUID_BYTES = 36;

const encode = (card: IssuedCard): Buffer => Buffer.from(JSON.stringify(card));
const decode = (plain: Buffer): IssuedCard => JSON.parse(plain.toString()) as IssuedCard;

/**
 * Where cards lie: sealed in a group of their patient, so that they go with the patient, and by uuid in a group of the
 * tenant, where only the name of the patient's group is kept.
 */
export function createCardRecords(records: RecordStore, seal: Seal, ttlSeconds: number) {
  const sealed = (group: string, name: string, card: IssuedCard): TimedRecord => ({
    group,
    name,
    value: seal.seal(group, name, encode(card)),
    ttlSeconds,
  });
  const opened = (group: string, name: string, value: Uint8Array): IssuedCard | undefined => {
    const plain = openedOrNothing(seal, group, name, value);
    return plain === undefined ? undefined : decode(plain);
  };
  const read = async (group: string, name: string): Promise<IssuedCard | undefined> => {
    const value = await records.get(group, name);
    return value === undefined ? undefined : opened(group, name, value);
  };
  return {
    /**
     * The records of a card. The pointer comes first: whoever erases a patient finds pointers by cards.
     *
     * @param isLast none newer of this patient and family is about to be written
     */
    of: (card: IssuedCard, isLast: boolean): TimedRecord[] => {
      const { tenant, patientId, uuid, family } = card;
      const group = cardsGroup(seal, tenant, patientId);
      const cards = seal.tenantGroup('cards', tenant);
      const record = sealed(group, CARD + uuid, card);
      // The very same bytes and which card they are: one read finds it, and sealing is most of what a card costs.
      const last = (): TimedRecord => ({
        ...record,
        name: LAST + family,
        value: Buffer.concat([Buffer.from(uuid), record.value]),
      });
      return [
        { group: cards, name: uuid, value: Buffer.from(group), ttlSeconds },
        record,
        ...(isLast ? [last()] : []),
      ];
    },
    find: async (tenant: string, uuid: string): Promise<IssuedCard | undefined> => {
      const group = await records.get(seal.tenantGroup('cards', tenant), uuid);
      return group === undefined ? undefined : read(Buffer.from(group).toString(), CARD + uuid);
    },
    last: async (tenant: string, patientId: string, family: string): Promise<IssuedCard | undefined> => {
      const group = cardsGroup(seal, tenant, patientId);
      const value = await records.get(group, LAST + family);
      if (value === undefined) return undefined;
      const uuid = Buffer.from(value.subarray(0, UUID_BYTES)).toString();
      return opened(group, CARD + uuid, value.subarray(UUID_BYTES));
    },
  };
}

/** Removes a patient's cards, the ways to them, and what was said to them. */
export async function eraseCards(
  records: RecordStore,
  seal: Seal,
  tenant: string,
  patientId: string,
): Promise<number> {
  const group = cardsGroup(seal, tenant, patientId);
  const cards = await records.list(group, CARD);
  const pointers = seal.tenantGroup('cards', tenant);
  await Promise.all(cards.map(({ name }) => records.remove(pointers, name.slice(CARD.length))));
  return cards.length + (await records.erase(group));
}
