import { asCdsError } from '../../domain/index.ts';
import type { Outbox, Unwritten } from '../ports.ts';
import type { NamedRecord, RecordStore } from './records.ts';
import { createSeal, type Seal } from './sealing.ts';

/** Those of the result store on the same records. */
export interface OutboxOptions {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly ttlSeconds: number;
}

const isUnwritten = (value: unknown): value is Unwritten =>
  typeof value === 'object' &&
  value !== null &&
  ['tenant', 'patientId', 'fingerprint'].every(
    (field) => typeof (value as Record<string, unknown>)[field] === 'string',
  );

/** A tenant's records are one group; within it a patient's names begin with the name of the patient's own group. */
const patientPrefix = (seal: Seal, tenant: string, patientId: string): string =>
  `${seal.patientGroup(tenant, patientId)}.`;

/** Removes what waits of a patient; the number of records removed. */
export async function eraseFromOutbox(
  records: RecordStore,
  seal: Seal,
  tenant: string,
  patientId: string,
): Promise<number> {
  const group = seal.tenantGroup('outbox', tenant);
  const waiting = await records.list(group, patientPrefix(seal, tenant, patientId));
  await Promise.all(waiting.map(({ name }) => records.remove(group, name)));
  return waiting.length;
}

/**
 * The outbox on any record store, sealed as results are. What lies in it for as long as a result is kept goes with
 * the result.
 *
 * @throws {CdsError} CONFIG_INVALID when the key is not 32 bytes
 */
export function createOutbox(records: RecordStore, options: OutboxOptions): Outbox {
  const seal = createSeal(options.key);
  const nameOf = ({ tenant, patientId, fingerprint }: Unwritten): string =>
    patientPrefix(seal, tenant, patientId) + fingerprint;

  const opened =
    (group: string) =>
    ({ name, value }: NamedRecord): Unwritten[] => {
      try {
        const unwritten: unknown = JSON.parse(seal.open(group, name, value).toString());
        return isUnwritten(unwritten) ? [unwritten] : [];
      } catch (error) {
        // Of another key, say: it says nothing any more, and the others are not to wait for it.
        if (asCdsError(error, 'STORE_DAMAGED').code === 'STORE_DAMAGED') return [];
        throw error;
      }
    };

  return {
    put: async ({ tenant, patientId, fingerprint }) => {
      const group = seal.tenantGroup('outbox', tenant);
      const name = nameOf({ tenant, patientId, fingerprint });
      const plain = Buffer.from(JSON.stringify({ tenant, patientId, fingerprint }));
      await records.put(group, name, seal.seal(group, name, plain), options.ttlSeconds);
    },
    remove: (unwritten) => records.remove(seal.tenantGroup('outbox', unwritten.tenant), nameOf(unwritten)),
    list: async (tenant) => {
      const group = seal.tenantGroup('outbox', tenant);
      return (await records.list(group, '')).flatMap(opened(group));
    },
  };
}
