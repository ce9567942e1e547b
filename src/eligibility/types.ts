import type { EvidenceRef } from '../domain/index.ts';

/** The study's criteria judged here (NCT07291921), in the order reports list them. */
export const CRITERION_IDS = ['age', 'nsclc', 'stage', 'resection', 'neoadjuvant'] as const;
export type CriterionId = (typeof CRITERION_IDS)[number];

export interface CriterionResult {
  readonly id: CriterionId;
  readonly result: 'met' | 'not-met' | 'unknown';
  /** What the chart holds, in the criterion's own terms ("IIIC", "1", "86"); absent where it holds nothing. */
  readonly found?: string;
  readonly evidence: readonly EvidenceRef[];
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
  readonly criteria: readonly CriterionResult[];
  /** In scope, not barred, every criterion met. */
  readonly eligible: boolean;
}
