import type { Reference } from 'fhir/r4.js';
import { asCdsError, type Assessment, type EvidenceRef } from '../../domain/index.ts';
import type { FhirClient } from '../client/types.ts';

const REFERENCE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;
/** A FHIR id. A content hash (`sha256:...`), our stand-in where the server gives no version, is none. */
const VERSION = /^[A-Za-z0-9.-]{1,64}$/;

/** What a server can be referred to: a resource that prefetch brought without an id is none of its. */
const addressable = ({ evidence }: Assessment): readonly EvidenceRef[] =>
  evidence.filter(({ reference }) => REFERENCE.test(reference));

/** References (`Type/id`) to evidence that the server had when it was read, and has no more. */
export type Vanished = ReadonlySet<string>;

const versioned = ({ reference, version }: EvidenceRef): string =>
  VERSION.test(version) ? `${reference}/_history/${version}` : reference;

/** Named in words: a server that checks references takes no resource with one that leads nowhere. */
const inWords = (evidence: EvidenceRef): Reference => ({
  type: evidence.reference.slice(0, evidence.reference.indexOf('/')),
  display: `${versioned(evidence)}, no longer on this server`,
});

/** The evidence but for the patient, who is the subject. */
export const basisOf = (assessment: Assessment, vanished: Vanished): Reference[] =>
  addressable(assessment)
    .filter(({ reference }) => reference !== `Patient/${assessment.patientId}`)
    .map((each) => (vanished.has(each.reference) ? inWords(each) : { reference: each.reference }));

/** All of it, at the versions that were read, where those are the server's. */
export const versionedEvidence = (assessment: Assessment, vanished: Vanished): Reference[] =>
  addressable(assessment).map((each) =>
    vanished.has(each.reference) ? inWords(each) : { reference: versioned(each) },
  );

/**
 * Which of the evidence the server has no more.
 *
 * @throws {CdsError} FHIR_*, SMART_*; not FHIR_REFUSED: what may not be read is taken to be there
 */
export async function findVanished(
  assessment: Assessment,
  client: Pick<FhirClient, 'read'>,
  signal: AbortSignal,
): Promise<Vanished> {
  const isThere = async (reference: string): Promise<boolean> => {
    const [type = '', id = ''] = reference.split('/');
    try {
      return (await client.read(type, id, { signal })) !== undefined;
    } catch (error) {
      if (asCdsError(error).code === 'FHIR_REFUSED') return true;
      throw error;
    }
  };
  const references = [...new Set(addressable(assessment).map(({ reference }) => reference))];
  const there = await Promise.all(references.map(isThere));
  return new Set(references.filter((_, index) => there[index] === false));
}
