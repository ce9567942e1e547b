import type { EvidenceRef } from '../domain/index.ts';
import type { Coded } from '../terminology/index.ts';

/**
 * Facts: what the resources say, in plain types. Dates are calendar dates (YYYY-MM-DD) in the site's time zone;
 * a date known only to the month or year is absent rather than guessed.
 */
export interface PatientFact {
  readonly source: EvidenceRef;
  readonly id: string;
  /** Values of its identifiers: a PACS calls the patient by one of them. Absent where there are none. */
  readonly identifiers?: readonly string[];
  readonly birthDate?: string;
  /** Where the month or the year of birth is all that is known: its first day and its last (of a month the 31st). */
  readonly bornBetween?: readonly [first: string, last: string];
  readonly deceased: boolean;
  readonly deceasedOn?: string;
  /** The patient this one was merged into (`Patient.link` replaced-by). */
  readonly replacedBy?: string;
}

/** One entry of Condition.stage: a second source of what an Observation says. */
export interface ConditionStage {
  readonly summary: readonly Coded[];
  /** Clinical or pathologic, where it says so. */
  readonly type: readonly Coded[];
  /** `Observation/id` of what it was assessed by. */
  readonly assessments: readonly string[];
}

export interface ConditionFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly clinicalStatus?: string;
  readonly verificationStatus?: string;
  /** Onset and abatement are days: an age, a range or a text tells none. */
  readonly onsetOn?: string;
  readonly abatedOn?: string;
  readonly recordedOn?: string;
  readonly bodySites: readonly Coded[];
  readonly stages: readonly ConditionStage[];
}

export interface ProcedureFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly status?: string;
  readonly performedOn?: string;
  /** `YYYY-MM` or `YYYY` of a day that is known no better: never a day, but it may tell two operations apart. */
  readonly performedIn?: string;
  /** Why it was stopped or not done. */
  readonly statusReasons: readonly Coded[];
  readonly reasons: readonly Coded[];
  /** mCODE's procedure-intent. */
  readonly intents: readonly Coded[];
  readonly bodySites: readonly Coded[];
}

/** Empty codings: what was given is not said, or said by a reference to a Medication that is not in the chart. */
export interface MedicationFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly status?: string;
  readonly givenOn?: string;
}

/** An order: it tells what was meant, never that it was given. */
export interface MedicationRequestFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly status?: string;
  readonly intent?: string;
  readonly authoredOn?: string;
}

export interface QuantityValue {
  readonly value: number;
  /** UCUM code, or the unit text where no code was sent; absent where neither was. */
  readonly unit?: string;
  readonly comparator?: '<' | '<=' | '>' | '>=';
}

/**
 * How an analyte came out in the pooled quality-control samples of its batch. NaN where something is written that cannot
 * be read, which is not the same as nothing: what may be bad counts as bad.
 */
export interface PooledQc {
  /** Relative standard deviation over the batch's pooled samples, %. */
  readonly rsdPercent?: number;
  /** Mean of the batch's pooled samples divided by the pool's assigned value; 1 is no drift. */
  readonly recovery?: number;
}

/** A coded value: of an Observation itself, or of one of its components. With a dataAbsentReason it has no value. */
export interface Measurement {
  readonly codings: readonly Coded[];
  readonly quantity?: QuantityValue;
  readonly valueCodings?: readonly Coded[];
  readonly interpretation?: readonly Coded[];
  readonly pooledQc?: PooledQc;
}

export interface ObservationFact extends Measurement {
  readonly source: EvidenceRef;
  readonly status?: string;
  /** When the specimen was collected (effective[x]). */
  readonly effectiveOn?: string;
  readonly issuedOn?: string;
  readonly components: readonly Measurement[];
  /** `Observation/id` of the members of a panel. */
  readonly members: readonly string[];
  /** How it was made: the edition of a staging manual, an assay. */
  readonly method?: readonly Coded[];
  /** `Specimen/id` of what was examined. */
  readonly specimen?: string;
  /** `Type/id` of what it was computed from. */
  readonly derivedFrom?: readonly string[];
}

export interface ReportFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly status?: string;
  readonly effectiveOn?: string;
  readonly issuedOn?: string;
  /** `Observation/id` of its results. */
  readonly results: readonly string[];
  /** `Specimen/id` of what was examined. */
  readonly specimens?: readonly string[];
}

export interface ConsentFact {
  readonly source: EvidenceRef;
  readonly status?: string;
  /** Of scope, categories and policyRule; policy URIs as codes of urn:ietf:rfc:3986. */
  readonly codings: readonly Coded[];
  /** permit | deny, or what else is written there; of the root provision. */
  readonly decision?: string;
  readonly givenOn?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  /** An end or start is written that is no day: whether it is over cannot be told. */
  readonly periodUnreadable: boolean;
}

export interface SpecimenFact {
  readonly source: EvidenceRef;
  readonly status?: string;
  readonly types: readonly Coded[];
  readonly collectedOn?: string;
  readonly receivedOn?: string;
  readonly conditions: readonly Coded[];
  /** Whether the patient had fasted, where it is coded. */
  readonly fastingStatus?: readonly Coded[];
  /** For how long, where that is said. */
  readonly fastingDuration?: QuantityValue;
}

export interface SeriesFact {
  readonly uid?: string;
  readonly dicomModality?: string;
  readonly bodySites: readonly Coded[];
  readonly instances?: number;
  /** `Endpoint/id`. */
  readonly endpoints: readonly string[];
}

export interface ImagingStudyFact {
  readonly source: EvidenceRef;
  readonly status?: string;
  readonly startedOn?: string;
  readonly dicomModalities: readonly string[];
  readonly studyInstanceUid?: string;
  /** `Endpoint/id`. */
  readonly endpoints: readonly string[];
  readonly procedureCodings: readonly Coded[];
  readonly series: readonly SeriesFact[];
}

export interface AllergyFact {
  readonly source: EvidenceRef;
  /** The allergy itself, or what the patient is allergic to; substances of its reactions too. */
  readonly codings: readonly Coded[];
  readonly clinicalStatus?: string;
  readonly verificationStatus?: string;
  readonly criticality?: string;
  readonly onsetOn?: string;
  readonly recordedOn?: string;
}

/** Everything read of one patient. */
export interface Chart {
  readonly patient: PatientFact;
  readonly conditions: readonly ConditionFact[];
  readonly procedures: readonly ProcedureFact[];
  /** Procedures that were not done, with why. */
  readonly notDone: readonly ProcedureFact[];
  readonly medications: readonly MedicationFact[];
  readonly medicationRequests: readonly MedicationRequestFact[];
  readonly observations: readonly ObservationFact[];
  readonly reports: readonly ReportFact[];
  readonly consents: readonly ConsentFact[];
  readonly specimens: readonly SpecimenFact[];
  readonly imaging: readonly ImagingStudyFact[];
  readonly allergies: readonly AllergyFact[];
  /** Queries that could not be read at all (no access): their emptiness says nothing. */
  readonly unread: ReadonlySet<string>;
}
