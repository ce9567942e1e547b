import type { EvidenceRef } from './evidence.ts';
import type { CtSource } from './imaging.ts';

/** The data modalities of the study, in the order cards show them. (DICOM's Modality is `dicomModality`.) */
export const MODALITY_IDS = ['metabolomics', 'radiomics', 'cfdna'] as const;
export type ModalityId = (typeof MODALITY_IDS)[number];

/** Why a modality gives no score. Each has a text in the message catalogues. */
export const MODALITY_REASONS = [
  'no-data', // nothing of the kind in the chart
  'no-model', // no model for it is installed
  'no-access', // the site allows no reading beyond prefetch, and prefetch does not hold it
  'not-yet-usable', // collected, but not issued by the landmark
  'incomplete-panel', // less than the required share was measured
  'wrong-sample-type', // serum, or another sample that is no plasma
  'unfit-sample', // its Specimen says that it is unsatisfactory, clotted, contaminated...
  'unit-inconvertible', // a unit that cannot be converted
  'value-implausible', // a negative concentration, a fraction above 1, one far outside of what adults have
  'conflicting-values', // one sample has two different values of the same analyte or marker
  'older-than-allowed', // the latest usable evidence is older than the manifest allows
  'no-archive', // the site has no image archive that we may read
  'no-baseline-ct', // no chest CT before surgery
  'no-postoperative-ct', // no chest CT of days 14 to 183 after it
  'no-suitable-series', // a study has no axial series thin enough
  'images-unavailable', // the PACS does not have them, or refuses them
  'images-unreadable', // damaged, incomplete, or in a form that is not read
  'images-unsuitable', // gaps, a tilted gantry, another body part, no lungs
  'identity-mismatch', // the images say that they are of another patient or study
  'failed', // extraction or inference failed; the log has the code
] as const;
export type ModalityReason = (typeof MODALITY_REASONS)[number];

/** Things worth telling beside a score that is there. */
export const MODALITY_FLAGS = [
  'no-baseline', // no sample before surgery: changes since baseline were imputed
  'imputed', // some features were missing and took the training median
  'below-detection', // some analytes were below their limit of detection
  'above-range', // some analytes were above what their assay measures and count as its limit
  'qc-failed', // some analytes varied too much, or drifted, in the batch's quality control: not measured
  'haemolysed', // the sample is haemolysed: what red cells hold in excess counts as not measured
  'not-fasting', // the patient had not fasted before the sample
  'ct-corrected', // a CT's geometry was corrected: tilt, or slices resampled to even distances
  'lungs-cropped', // the lungs reach beyond what the model sees
] as const;
export type ModalityFlag = (typeof MODALITY_FLAGS)[number];

/** A named number a model takes; NaN where missing (the model imputes the training median). */
export type FeatureVector = Readonly<Record<string, number>>;

/** What of one modality is usable at a landmark: the first, cheap step. */
export type Selection =
  | {
      readonly status: 'present';
      readonly collectedOn: string;
      readonly baselineCollectedOn?: string;
      readonly flags: readonly ModalityFlag[];
      readonly evidence: readonly EvidenceRef[];
    }
  | NotPresent;

export interface NotPresent {
  readonly status: 'absent' | 'rejected' | 'too-old';
  readonly reason: ModalityReason;
  /** What the reason is about, in the modality's own terms (an analyte's name); never a value. */
  readonly detail?: string;
  readonly collectedOn?: string;
  readonly evidence: readonly EvidenceRef[];
}

/** One feature's share of a modality's score, in log-hazard units; positive raises the risk. */
export interface FeatureContribution {
  readonly feature: string;
  readonly value: number;
  readonly logHazard: number;
}

/** A modality in an assessment: its score, or why there is none. */
export type ModalityOutcome =
  | {
      readonly modality: ModalityId;
      readonly status: 'present';
      readonly collectedOn: string;
      readonly baselineCollectedOn?: string;
      readonly flags: readonly ModalityFlag[];
      readonly evidence: readonly EvidenceRef[];
      /** Standardised; a higher value means earlier recurrence. */
      readonly score: number;
      /** The features that move the score most, largest |logHazard| first. */
      readonly contributions: readonly FeatureContribution[];
      /** The images it rests on, and why those were chosen. */
      readonly images?: readonly CtSource[];
    }
  | ({ readonly modality: ModalityId } & NotPresent);
