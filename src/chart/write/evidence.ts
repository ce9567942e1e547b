import type { Reference } from 'fhir/r4.js';
import type { Assessment, EvidenceRef } from '../../domain/index.ts';

const REFERENCE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;
/** A FHIR id. A content hash (`sha256:...`), our stand-in where the server gives no version, is none. */
const VERSION = /^[A-Za-z0-9.-]{1,64}$/;

/** What a server can be referred to: a resource that prefetch brought without an id is none of its. */
const addressable = ({ evidence }: Assessment): readonly EvidenceRef[] =>
  evidence.filter(({ reference }) => REFERENCE.test(reference));

/** The evidence but for the patient, who is the subject. */
export const basisOf = (assessment: Assessment): Reference[] =>
  addressable(assessment)
    .filter(({ reference }) => reference !== `Patient/${assessment.patientId}`)
    .map(({ reference }) => ({ reference }));

/** All of it, at the versions that were read, where those are the server's. */
export const versionedEvidence = (assessment: Assessment): Reference[] =>
  addressable(assessment).map(({ reference, version }) => ({
    reference: VERSION.test(version) ? `${reference}/_history/${version}` : reference,
  }));
