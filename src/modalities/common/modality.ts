import type { Chart, ChartQueryKey } from '../../chart/index.ts';
import type { FeatureVector, Landmark, ModalityId, ModalitySettings, Selection } from '../../domain/index.ts';
import type { Terminology, UnitConverter } from '../../terminology/index.ts';

/** What every modality is built with. */
export interface ModalityDependencies {
  readonly terminology: Terminology;
  readonly units: UnitConverter;
  /** The statistical contract's where none are given. */
  readonly settings?: ModalitySettings;
}

/**
 * One data modality: which queries it needs, what of the chart is usable at a landmark (cheap), and the features
 * of that (may be slow). Training and serving call the same two functions.
 */
export interface Modality {
  readonly id: ModalityId;
  readonly queries: readonly ChartQueryKey[];
  /** Changes whenever the same evidence could give other features; part of every fingerprint. */
  readonly preprocessing: string;
  /** Every feature it can give, in order. */
  readonly featureNames: readonly string[];
  /** What is usable at the landmark, or why nothing is. Pure; nothing later than the landmark may enter. */
  select(chart: Chart, landmark: Landmark): Selection;
  /**
   * The features of what `select` chose; NaN where missing. Called only when it chose something.
   *
   * @throws {CdsError}
   */
  extract(chart: Chart, landmark: Landmark, signal: AbortSignal): Promise<FeatureVector>;
}

export type ModalityFactory = (dependencies: ModalityDependencies) => Modality;
