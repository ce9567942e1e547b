import type { ClinicalFacts, PatientFact, UnknownReason } from '../chart/index.ts';
import type { CriterionId, EvidenceRef } from '../domain/index.ts';

export type { UnknownReason } from '../chart/index.ts';

/** What the criteria are judged on. */
export interface Subject {
  readonly patient: PatientFact;
  readonly clinical: ClinicalFacts;
  /** Queries that could not be read: an empty list of what they bring says nothing. */
  readonly unread: ReadonlySet<string>;
  /** YYYY-MM-DD of the visit. */
  readonly asOf: string;
  /** Up to when a death counts; at a live visit any date does. `clinical` was made with the same. */
  readonly barAsOf: string;
}

/** What a criterion comes to. */
export interface Judgement {
  readonly result: 'met' | 'not-met' | 'unknown';
  /** Why it is unknown; of an unknown result only. */
  readonly reason?: UnknownReason;
  /**
   * What the chart holds, in the criterion's own terms, parts joined by ", ": "ypIIB", "1, undated", "86"; absent
   * where it holds nothing.
   */
  readonly found?: string;
  readonly evidence: readonly EvidenceRef[];
}

export interface CriterionResult extends Judgement {
  readonly id: CriterionId;
  /** No risk is shown because of it: what blocks is the site's to say. */
  readonly blocks: boolean;
}

/** Who may be assessed, judged anew at every request. */
export interface Eligibility {
  /** Out of scope: no lung cancer or no lung resection in the chart; no card at all. */
  readonly outOfScope: readonly ('no-lung-cancer' | 'no-lung-resection')[];
  /** In scope, but no risk may be shown, whatever the criteria say. */
  readonly barred?:
    | { readonly reason: 'deceased' }
    | {
        readonly reason: 'recurred' | 'second-operation';
        readonly on?: string;
        readonly evidence: readonly EvidenceRef[];
      };
  /** All sixteen, in the order of CRITERION_IDS. */
  readonly criteria: readonly CriterionResult[];
  /** In scope, not barred, and no criterion blocks. */
  readonly eligible: boolean;
}
