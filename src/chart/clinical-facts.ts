import type { EvidenceRef } from '../domain/index.ts';
import type { ConditionFact, ProcedureFact } from './facts.ts';

/** Why a fact is unknown: it is never guessed. */
export const UNKNOWN_REASONS = [
  'not-recorded', // nothing of the kind in the chart
  'not-read', // the query for it could not be read (no access): silence says nothing
  'no-date', // it has no date, or one known only to the month or year
  'code-unknown', // its code is in no ValueSet or ConceptMap of this site
  'conflicting', // two records of the same day disagree
  'edition-unknown', // a stage by another edition than the 8th TNM, or by one that is not said
  'unit-unknown', // an amount without a unit, or in one that cannot be converted
] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** A fact of the chart, or why there is none; with what it was read from. */
export type Fact<T> =
  | {
      readonly status: 'known';
      readonly value: T;
      readonly on?: string;
      readonly sources: readonly EvidenceRef[];
    }
  | { readonly status: 'unknown'; readonly reason: UnknownReason; readonly sources: readonly EvidenceRef[] };

/** Residual tumour after resection (UICC R classification). */
export type ResidualTumour = 'R0' | 'R1' | 'R2';

export interface SurgeryFact extends ProcedureFact {
  readonly performedOn: string;
  /** Anatomical resection with curative intent (ValueSet radical-lung-resection, or the intent where it is said). */
  readonly radical: Fact<boolean>;
  readonly residualTumour: Fact<ResidualTumour>;
}

export interface StageFact {
  /** "IB", "IIIA", ... by the 8th TNM; absent where `unknown` says why. */
  readonly group?: string;
  readonly unknown?: UnknownReason;
  /** Assessed after neoadjuvant therapy (yp, yc). */
  readonly postTherapy: boolean;
  readonly on?: string;
  readonly source: EvidenceRef;
  /** Further records that the group, or its being unknown, rests on: of the same day, undated, or a Condition's. */
  readonly otherSources?: readonly EvidenceRef[];
}

/** A TNM category on record, clinical or pathologic. */
export interface CategoryFact {
  readonly category: string;
  readonly kind: 'clinical' | 'pathologic';
  readonly on?: string;
  readonly source: EvidenceRef;
}

/** A stage group on record, whether or not it is the latest. */
export interface RecordedStage extends StageFact {
  readonly kind: 'clinical' | 'pathologic';
}

/** A drug class before surgery: the days it was given, oldest first. */
export interface TherapyFact {
  readonly dosesOn: readonly string[];
  readonly sources: readonly EvidenceRef[];
  /** Orders (MedicationRequest) of the class before surgery: reported, never counted as given. */
  readonly ordered: readonly EvidenceRef[];
  /** Administrations of the class whose day cannot be read. */
  readonly undated: readonly EvidenceRef[];
  /** Administrations before surgery that do not say what was given (a Medication that is not in the chart). */
  readonly uncoded?: readonly EvidenceRef[];
  /** There are administrations in code systems that the class's ValueSet knows nothing of. */
  readonly hasUnknownCodes?: true;
}

export interface RecurrenceFact {
  readonly on?: string;
  readonly source: EvidenceRef;
}

/** A malignancy other than the index cancer and its metastases. */
export interface MalignancyFact {
  readonly onsetOn?: string;
  readonly abatedOn?: string;
  readonly clinicalStatus?: string;
  /** Of a "history of" code: `abatedOn` is the day it was noted, by which it was over. */
  readonly isHistory?: true;
  readonly source: EvidenceRef;
}

/** Which of the protocol's time points a sample or CT stands for; `other` for none. */
export type SampleTimePoint = 'baseline' | 'postoperative' | 'follow-up' | 'other';

/** The blood drawn on a day: a Specimen, or a dated result that no Specimen stands behind. */
export interface SampleFact {
  readonly collectedOn: string;
  readonly timePoint: SampleTimePoint;
  /**
   * False where the laboratory says of every Specimen of the day that it is unfit (Specimen.status,
   * Specimen.condition).
   */
  readonly adequate: boolean;
  readonly source: EvidenceRef;
}

export interface CtStudyFact {
  readonly startedOn: string;
  /** `baseline`: the last chest CT before surgery; `postoperative`: the first of days 14-183. */
  readonly role: 'baseline' | 'postoperative' | 'other';
  readonly studyInstanceUid?: string;
  /** `Endpoint/id` of where its images are. */
  readonly endpoints: readonly string[];
  readonly source: EvidenceRef;
}

/** What a contrast-enhanced CT needs to know. */
export interface ContrastFacts {
  /** mL/min/{1.73_m2}. Of "> 90" the 90: what it is at least. */
  readonly egfr: Fact<number>;
  /** umol/L. Of "< 20" the 20: what it is at most. */
  readonly creatinine: Fact<number>;
  readonly contrastAllergies: readonly EvidenceRef[];
}

/** The clinical story as the study needs it, as it was known on one date. */
export interface ClinicalFacts {
  readonly lungCancer: readonly ConditionFact[];
  /** Confirmed ones only. */
  readonly nsclc: readonly ConditionFact[];
  readonly otherHistology: readonly ConditionFact[];
  readonly resections: readonly ProcedureFact[];
  /** The first resection with a date: time zero. */
  readonly surgery?: SurgeryFact;
  /** The latest pathologic stage group; a clinical one never stands in. */
  readonly pathologicStage?: StageFact;
  readonly clinicalStage?: StageFact;
  /** Every stage group on record, of either kind, the two latest among them. */
  readonly stages: readonly RecordedStage[];
  /** Regional nodes categories, "N0" to "N3". */
  readonly nodes: readonly CategoryFact[];
  /** Distant metastases categories, "M0" to "M1c". */
  readonly metastases: readonly CategoryFact[];
  /** Confirmed diagnoses of a metastasis of before the operation, or of its day; a later one is a recurrence. */
  readonly earlierMetastases?: readonly EvidenceRef[];
  readonly immunotherapy: TherapyFact;
  readonly platinum: TherapyFact;
  readonly groundGlass: Fact<'pure' | 'part-solid' | 'solid'>;
  readonly consent: Fact<'given' | 'withdrawn'>;
  /** Withdrawals of the study's consent that no Consent of a later day undoes. */
  readonly withdrawals?: readonly EvidenceRef[];
  readonly otherMalignancies: readonly MalignancyFact[];
  /** Reasons recorded against an operation, or for one that was not done. */
  readonly surgicalContraindications: readonly EvidenceRef[];
  /** Transfusions within the perioperative window. */
  readonly transfusions: readonly EvidenceRef[];
  /** Severe psychiatric disorders on the problem list. */
  readonly psychiatricDisorders: readonly EvidenceRef[];
  /** The investigator's own word, where the chart has it. */
  readonly judgement: Fact<'suitable' | 'unsuitable'>;
  /** Oldest first. */
  readonly samples: readonly SampleFact[];
  /** Chest CTs, oldest first. */
  readonly ctStudies: readonly CtStudyFact[];
  readonly contrast: ContrastFacts;
  readonly recurrence?: RecurrenceFact;
  /** A lung resection after time zero: the clock of the model does not know it. */
  readonly secondOperation?: ProcedureFact;
  /** The last disease assessment of any result, or visit that counts as one. */
  readonly lastDiseaseAssessmentOn?: string;
}
