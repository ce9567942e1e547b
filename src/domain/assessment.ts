import type { HorizonMonths } from './calendar.ts';
import type { EvidenceRef } from './evidence.ts';
import type { ModalityId, ModalityOutcome } from './modality.ts';

/** By 12-month risk: low under .10, intermediate .10 to .25, high .25 and over (fixed in the manifest). */
export const STRATA = ['low', 'intermediate', 'high'] as const;
export type Stratum = (typeof STRATA)[number];

/**
 * The risk of recurrence or death from any cause within a horizon of the landmark, given that the patient is
 * alive and recurrence-free at it: 1 - S(t+h)/S(t), in 0..1, with a 90 % bootstrap interval.
 */
export type HorizonRisk =
  | {
      readonly horizonMonths: HorizonMonths;
      readonly status: 'estimated';
      readonly risk: number;
      readonly lower: number;
      readonly upper: number;
    }
  | {
      readonly horizonMonths: HorizonMonths;
      readonly status: 'not-estimable';
      readonly reason: 'too-few-at-risk';
    };

export type RiskEstimate =
  | {
      readonly status: 'estimated';
      /** The modalities it rests on, in MODALITY_IDS order. */
      readonly subset: readonly ModalityId[];
      readonly horizons: readonly HorizonRisk[];
      /** Absent when the 12-month risk is not estimable. */
      readonly stratum?: Stratum;
      /** Each modality's part of the linear predictor, log-hazard against an average training patient. */
      readonly modalityLogHazard: Readonly<Partial<Record<ModalityId, number>>>;
    }
  | { readonly status: 'not-estimable'; readonly reason: 'no-modality' | 'too-early' | 'too-late' };

/** Which model made it, as cards and write-back name it. */
export interface ModelIdentity {
  readonly id: string;
  readonly version: string;
  readonly digest: string;
  /** True when the training cohort was simulated: every card says so. */
  readonly simulated: boolean;
  readonly trainingPatients: number;
}

/**
 * Who read the chart that something was computed from: this service with its own credentials, or whoever sent a
 * hook's request, whose prefetch may say anything. Set in code, by no input.
 */
export type ReadBy = 'worker' | 'request';

/** The result of one assessment: what the store keeps (encrypted) and the card shows. */
export interface Assessment {
  /** HMAC over tenant, FHIR base, patient, landmark date, evidence, model digests and configuration; hex. */
  readonly fingerprint: string;
  readonly tenant: string;
  readonly patientId: string;
  /** YYYY-MM-DD, the site's time zone. */
  readonly landmarkDate: string;
  readonly surgeryDate: string;
  /** ISO instant. */
  readonly computedAt: string;
  readonly model: ModelIdentity;
  readonly risk: RiskEstimate;
  /** All of MODALITY_IDS, in that order. */
  readonly modalities: readonly ModalityOutcome[];
  readonly evidence: readonly EvidenceRef[];
  /** Absent in what was stored before this was noted: to be taken as `request`. */
  readonly readBy?: ReadBy;
}
