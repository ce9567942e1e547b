import type { Chart, ChartQueryKey } from '../../chart/index.ts';
import type {
  CtSource,
  CtTensorSpec,
  FeatureVector,
  FloatTensor,
  Landmark,
  ModalityFlag,
  ModalityId,
  ModalitySettings,
  Selection,
} from '../../domain/index.ts';
import type { Terminology, UnitConverter } from '../../terminology/index.ts';
import type { ImageSource } from './images.ts';

/** What every modality is built with. */
export interface ModalityDependencies {
  readonly terminology: Terminology;
  readonly units: UnitConverter;
  /** The statistical contract's where none are given. */
  readonly settings?: ModalitySettings;
}

/** What extraction may use beside the chart. */
export interface ExtractContext {
  readonly signal: AbortSignal;
  /** The site's images; absent where it has none that we may read. */
  readonly images?: ImageSource;
}

/** What a model is given of one modality. */
export interface Extracted {
  /** NaN where missing. */
  readonly features: FeatureVector;
  /** Of image models, by input name. */
  readonly tensors?: Readonly<Record<string, FloatTensor>>;
  /** The images it was read from, and why those. */
  readonly images?: readonly CtSource[];
  /** Beside those of the selection. */
  readonly flags?: readonly ModalityFlag[];
}

/**
 * One data modality: which queries it needs, what of the chart is usable at a landmark (cheap), and the features
 * of that (may be slow). Training and serving call the same two functions.
 */
export interface Modality {
  readonly id: ModalityId;
  readonly queries: readonly ChartQueryKey[];
  /** It reads images: absent wherever a site has no image source. */
  readonly needsImages?: true;
  /** How it makes tensors of images: what an image model's manifest has to say, too. */
  readonly tensor?: CtTensorSpec;
  /** Changes whenever the same evidence could give other features; part of every fingerprint. */
  readonly preprocessing: string;
  /** Every feature it can give, in order. */
  readonly featureNames: readonly string[];
  /** What is usable at the landmark, or why nothing is. Pure; nothing later than the landmark may enter. */
  select(chart: Chart, landmark: Landmark): Selection;
  /**
   * The features of what `select` chose. Called only when it chose something.
   *
   * @throws {CdsError}
   */
  extract(chart: Chart, landmark: Landmark, context: ExtractContext): Promise<Extracted>;
}

export type ModalityFactory = (dependencies: ModalityDependencies) => Modality;
