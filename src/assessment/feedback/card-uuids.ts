import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../store/sealing.ts';

/** UUIDs that tell by themselves for whom they were made. */
export interface CardUuids {
  uuid(tenant: string, service: string): string;
  isOurs(tenant: string, service: string, uuid: string): boolean;
}

/** `xxxxxxxx-xxxx-4xxx`: 60 random bits and the version. */
const RANDOM_CHARACTERS = 18;
const MAC_BYTES = 8;
const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * UUIDs of version 4's shape (RFC 9562, 5.4): 60 random bits, then 62 bits of HMAC-SHA-256 over tenant, service and
 * those bits. All processes with the same store key agree on whose one is, without asking the store, so that neither
 * guesses nor another site's cards cost it anything. A made-up uuid passes with odds of 2^-62; two cards of one
 * service share one with even odds only after 10^9 cards.
 *
 * @param key 32 bytes: the store's, from which these get a key of their own
 */
export function createCardUuids(key: Uint8Array): CardUuids {
  const macKey = deriveKey(key, 'card-uuids');
  // A few tenants times a few services, all of the configuration.
  const owners = new Map<string, Map<string, string>>();
  const ownerOf = (tenant: string, service: string): string => {
    const services = owners.get(tenant) ?? new Map<string, string>();
    const owner = services.get(service) ?? JSON.stringify([tenant, service]);
    owners.set(tenant, services.set(service, owner));
    return owner;
  };
  const complete = (tenant: string, service: string, random: string): string => {
    const mac = createHmac('sha256', macKey)
      .update(ownerOf(tenant, service) + random)
      .digest()
      .subarray(0, MAC_BYTES);
    mac[0] = ((mac[0] ?? 0) & 0x3f) | 0x80; // the variant
    const hex = mac.toString('hex');
    return `${random}-${hex.slice(0, 4)}-${hex.slice(4)}`;
  };
  return {
    uuid: (tenant, service) => complete(tenant, service, randomUUID().slice(0, RANDOM_CHARACTERS)),
    isOurs: (tenant, service, uuid) =>
      SHAPE.test(uuid) &&
      timingSafeEqual(
        Buffer.from(uuid),
        Buffer.from(complete(tenant, service, uuid.slice(0, RANDOM_CHARACTERS))),
      ),
  };
}
