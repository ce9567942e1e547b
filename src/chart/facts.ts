import type { EvidenceRef } from '../domain/index.ts';
import type { Coded } from '../terminology/index.ts';

/**
 * Facts: what the resources say, in plain types. Dates are calendar dates (YYYY-MM-DD) in the site's time zone;
 * a date known only to the month or year is absent rather than guessed.
 */
export interface PatientFact {
  readonly source: EvidenceRef;
  readonly id: string;
  readonly birthDate?: string;
  readonly deceased: boolean;
  readonly deceasedOn?: string;
  /** The patient this one was merged into (`Patient.link` replaced-by). */
  readonly replacedBy?: string;
}

export interface ConditionFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly clinicalStatus?: string;
  readonly verificationStatus?: string;
  readonly onsetOn?: string;
  readonly recordedOn?: string;
}

export interface ProcedureFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly status?: string;
  readonly performedOn?: string;
}

export interface MedicationFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly status?: string;
  readonly givenOn?: string;
}

export interface QuantityValue {
  readonly value: number;
  /** UCUM code, or the unit text where no code was sent; absent where neither was. */
  readonly unit?: string;
  readonly comparator?: '<' | '<=' | '>' | '>=';
}

/** A coded value: of an Observation itself, or of one of its components. */
export interface Measurement {
  readonly codings: readonly Coded[];
  readonly quantity?: QuantityValue;
  readonly valueCodings?: readonly Coded[];
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
}

export interface ReportFact {
  readonly source: EvidenceRef;
  readonly codings: readonly Coded[];
  readonly status?: string;
  readonly effectiveOn?: string;
  readonly issuedOn?: string;
  /** `Observation/id` of its results. */
  readonly results: readonly string[];
}

/** Everything read of one patient. */
export interface Chart {
  readonly patient: PatientFact;
  readonly conditions: readonly ConditionFact[];
  readonly procedures: readonly ProcedureFact[];
  readonly medications: readonly MedicationFact[];
  readonly observations: readonly ObservationFact[];
  readonly reports: readonly ReportFact[];
  /** Queries that could not be read at all (no access): their emptiness says nothing. */
  readonly unread: ReadonlySet<string>;
}
