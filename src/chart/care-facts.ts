import type { EvidenceRef } from '../domain/index.ts';
import type { Coded } from '../terminology/index.ts';

/** What goes on around a patient: read on demand by schedulers and for files, never for an assessment. */
export interface EncounterFact {
  readonly source: EvidenceRef;
  readonly status?: string;
  /** v3 ActCode: AMB, IMP, ... */
  readonly encounterClass?: string;
  readonly startedOn?: string;
  readonly endedOn?: string;
}

export interface AppointmentFact {
  readonly source: EvidenceRef;
  readonly status?: string;
  readonly startsOn?: string;
  /** The instant as it is written, with its offset. */
  readonly startsAt?: string;
  /** First day of the periods it is asked for, where it has no start yet. */
  readonly requestedOn?: string;
  /** Of serviceType and serviceCategory. */
  readonly serviceTypes: readonly Coded[];
  readonly appointmentTypes: readonly Coded[];
  readonly specialties: readonly Coded[];
  readonly reasons: readonly Coded[];
  /** Some of what it is for is said in words without a code, which nothing here can read. */
  readonly saidInWords: boolean;
  /** `Type/id` of the requests it was made for. */
  readonly basedOn: readonly string[];
  /** `Patient/id` of every patient who takes part. */
  readonly patients: readonly string[];
}

/** Days from the first to the last, both YYYY-MM-DD and both meant. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export interface ServiceRequestFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly status?: string;
  readonly intent?: string;
  /** Day it is wanted on: of occurrenceDateTime, or the start of occurrencePeriod. */
  readonly dueOn?: string;
  /** When it is wanted, of whatever kind of `occurrence[x]`; `unreadable` where what is written names no days. */
  readonly wanted?: DayRange | 'unreadable';
  readonly authoredOn?: string;
  /** Canonicals of the protocols it follows, as written: with a version or without. */
  readonly instantiates: readonly string[];
  /** `Type/id` of what it fulfils. */
  readonly basedOn: readonly string[];
  /** `Type/id` of what it stands in for. */
  readonly replaces: readonly string[];
  /** It asks that the thing is not done. */
  readonly doNotPerform?: true;
}

export interface CarePlanFact {
  readonly source: EvidenceRef;
  readonly status?: string;
  readonly intent?: string;
  readonly startsOn?: string;
  readonly endsOn?: string;
  /** `Type/id` of its activities. */
  readonly activities: readonly string[];
}

export interface AttachmentFact {
  readonly contentType?: string;
  /** `Binary/id` where the content lies in a Binary of the server. */
  readonly binary?: string;
  /** As written; may be relative to the server. */
  readonly url?: string;
  readonly sizeBytes?: number;
  /** SHA-1 of the content, base64. */
  readonly hash?: string;
}

export interface DocumentFact {
  readonly source: EvidenceRef;
  readonly status?: string;
  readonly types: readonly Coded[];
  readonly writtenOn?: string;
  readonly attachments: readonly AttachmentFact[];
  /** `Type/id` of what it belongs to: encounters and related resources of its context. */
  readonly context: readonly string[];
}

/** A Binary that was read by id: where it is and what it claims to be; never its content. */
export interface BinaryFact {
  readonly source: EvidenceRef;
  readonly contentType?: string;
}

/** Where the images of a study are (read by id, on demand). */
export interface EndpointFact {
  readonly source: EvidenceRef;
  readonly status?: string;
  /** `dicom-wado-rs`, ... */
  readonly connectionType?: string;
  readonly address?: string;
}

/** What the care queries brought; a key that was not read leaves its list empty. */
export interface CareFacts {
  readonly encounters: readonly EncounterFact[];
  readonly appointments: readonly AppointmentFact[];
  readonly serviceRequests: readonly ServiceRequestFact[];
  readonly carePlans: readonly CarePlanFact[];
  readonly documents: readonly DocumentFact[];
}
