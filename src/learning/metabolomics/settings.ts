/** The constants of the metabolomic recurrence model, as ADR 27 fixes them: chosen before it is evaluated. */
export interface MetabolomicSettings {
  /** An analyte is kept that at least this share of the training rows has measured, below detection included. */
  readonly minimumMeasured: number;
  /** And that at least this share has above the limit of detection. */
  readonly minimumDetected: number;
  /** Autoscaled values beyond this many standard deviations count as this many. */
  readonly clip: number;
  /** Whether trends over the draws are learned from, beside levels and changes since the baseline. */
  readonly slopes: boolean;
  /** Half-samples of stability selection. */
  readonly halfSamples: number;
  /** Features with the least p-values that one half-sample selects. */
  readonly perHalfSample: number;
  /** Share of the half-samples that has to select a feature. */
  readonly stability: number;
  /** Benjamini-Hochberg's q up to which a feature is selected whatever its stability. */
  readonly falseDiscoveryRate: number;
  /** The most stable features are taken where fewer than this pass. */
  readonly minimumFeatures: number;
  readonly trees: number;
  /** Rows. */
  readonly minimumNodeSize: number;
  readonly maximumDepth: number;
  /** Of the elastic-net Cox on the selected features: share of the L1 penalty, penalties tried. */
  readonly alpha: number;
  readonly lambdaCount: number;
  /** Weight of the forest's standardised score; the elastic net has the rest. */
  readonly forestWeight: number;
}

export const METABOLOMIC_SETTINGS: MetabolomicSettings = {
  minimumMeasured: 0.8,
  minimumDetected: 0.2,
  clip: 4,
  slopes: false,
  halfSamples: 100,
  perHalfSample: 20,
  stability: 0.5,
  falseDiscoveryRate: 0.1,
  minimumFeatures: 10,
  trees: 200,
  minimumNodeSize: 80,
  maximumDepth: 8,
  alpha: 0.5,
  lambdaCount: 30,
  forestWeight: 0.5,
};
