import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { asCdsError, CdsError } from '../../domain/index.ts';

const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + IV_BYTES;

export type TenantGroup = 'outbox' | 'cards' | 'feedback';

/** Names records so that a patient cannot be read from them, and seals what is in them. */
export interface Seal {
  /** The group of a patient's records: HMAC-SHA-256 of tenant and patient id. */
  patientGroup(tenant: string, patientId: string): string;
  /** A group of a tenant's own: what waits to be written back, where its cards are found, what was said to them. */
  tenantGroup(of: TenantGroup, tenant: string): string;
  /** Format byte, 96-bit random IV, AES-256-GCM ciphertext, 128-bit tag; bound to the record's place. */
  seal(group: string, name: string, plain: Buffer): Buffer;
  /** @throws {CdsError} STORE_DAMAGED: altered, sealed with another key, or taken from another record */
  open(group: string, name: string, sealed: Uint8Array): Buffer;
}

// A KeyObject: with raw bytes each cipher and each HMAC would import the key anew, at 10 us a time.
/** @param purpose keys of different purposes have nothing to do with one another (HKDF, RFC 5869) */
export const deriveKey = (key: Uint8Array, purpose: string): KeyObject =>
  createSecretKey(
    Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `recurrence-cds/store/${purpose}`, 32)),
  );

const place = (group: string, name: string): Buffer => Buffer.from(`${FORMAT}/${group}/${name}`);

/**
 * @param key 32 bytes; encryption and naming each get a key of their own from it (HKDF, RFC 5869)
 * @throws {CdsError} CONFIG_INVALID
 * @see NIST SP 800-38D 8.2.2: random 96-bit IVs are safe for 2^32 records under one key.
 */
export function createSeal(key: Uint8Array): Seal {
  if (key.length !== 32) throw new CdsError('CONFIG_INVALID', 'store.key must be 32 bytes.');
  const encryptionKey = deriveKey(key, 'encryption');
  const namingKey = deriveKey(key, 'naming');
  let last = { patient: '', group: '' };
  // As many as the configuration has tenants, a few of each.
  const tenantGroups = new Map<string, string>();
  return {
    patientGroup: (tenant, patientId) => {
      const patient = JSON.stringify([tenant, patientId]);
      // One request asks for the same patient's several times.
      if (patient !== last.patient)
        last = { patient, group: createHmac('sha256', namingKey).update(patient).digest('base64url') };
      return last.group;
    },
    // Three parts: no patient's group is named so.
    tenantGroup: (of, tenant) => {
      const name = JSON.stringify([of, tenant, '']);
      let group = tenantGroups.get(name);
      if (group === undefined) {
        group = createHmac('sha256', namingKey).update(name).digest('base64url');
        tenantGroups.set(name, group);
      }
      return group;
    },
    seal: (group, name, plain) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', encryptionKey, iv).setAAD(place(group, name));
      const body = [cipher.update(plain), cipher.final()];
      return Buffer.concat([Buffer.of(FORMAT), iv, ...body, cipher.getAuthTag()]);
    },
    open: (group, name, sealed) => {
      const tagStart = sealed.length - TAG_BYTES;
      if (tagStart < HEADER_BYTES || sealed[0] !== FORMAT) throw new CdsError('STORE_DAMAGED');
      try {
        const iv = sealed.subarray(1, HEADER_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', encryptionKey, iv, { authTagLength: TAG_BYTES });
        decipher.setAAD(place(group, name)).setAuthTag(sealed.subarray(tagStart));
        const body = decipher.update(sealed.subarray(HEADER_BYTES, tagStart));
        decipher.final(); // throws when the tag does not fit; GCM holds nothing back, so it adds no bytes
        return body;
      } catch (error) {
        throw new CdsError('STORE_DAMAGED', undefined, { cause: error });
      }
    },
  };
}

/** What a sealed record holds, and nothing where it is damaged: for records that others do not wait for. */
export function openedOrNothing(
  seal: Seal,
  group: string,
  name: string,
  sealed: Uint8Array,
): Buffer | undefined {
  try {
    return seal.open(group, name, sealed);
  } catch (error) {
    if (asCdsError(error).code === 'STORE_DAMAGED') return undefined;
    throw error;
  }
}
