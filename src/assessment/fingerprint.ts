import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { EvidenceRef } from '../domain/index.ts';

/** Names results by what they rest on (decision 7): same fingerprint, same result, one job. */
export type Fingerprint = (parts: readonly unknown[]) => string;

/**
 * An HMAC, so that nobody without the site's key can test a guess about a patient against a job's name.
 *
 * @param key the site's 32-byte key; one for fingerprints is derived from it
 */
export function createFingerprint(key: Buffer): Fingerprint {
  // A KeyObject: raw bytes would be imported anew at every call.
  const derived = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'recurrence-cds fingerprint', 32)));
  return (parts) => createHmac('sha256', derived).update(JSON.stringify(parts)).digest('hex');
}

/** Each resource once, ordered by reference: the same evidence read in another order is the same. */
export function canonicalEvidence(evidence: readonly EvidenceRef[]): EvidenceRef[] {
  const byReference = new Map(evidence.map((ref) => [ref.reference, ref]));
  return [...byReference.values()].sort((a, b) => (a.reference < b.reference ? -1 : 1));
}
