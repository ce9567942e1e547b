import type { CtTensorSpec, ModalityId } from '../../domain/index.ts';
import type { ImageScoreManifest, ModalityScoreManifest } from '../../model-registry/index.ts';
import type { Random } from '../../numerics/index.ts';
import type { AnalyteNames, ReportFile } from '../metabolomics/index.ts';
import type { Reading } from './cohort.ts';
import type { TrainingSet } from './modality-score.ts';

/** Fold networks that were trained before, on the same folds: taken as they are. */
export interface TrainedNetworks {
  readonly manifest: ImageScoreManifest;
  readonly folds: readonly Uint8Array[];
}

/** What a modality's score is fitted with. */
export interface ScoreContext {
  readonly training: TrainingSet;
  readonly modality: ModalityId;
  /** The modality's features. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly threads: number;
  readonly random: Random;
  /** Of analytes, for a report's readers. */
  readonly nameOf?: AnalyteNames;
  readonly progress: (done: number, total: number, secondsLeft?: number) => void;
  /** How the cohort was read; image models read their images by it. */
  readonly reading: Reading;
  readonly foldsSha256: string;
  /** Networks that were trained before, on these folds. */
  readonly networks?: TrainedNetworks;
  /** Where the training of networks is kept, to go on from there after a stop. */
  readonly checkpointDirectory?: string;
}

/** A fitted score, ready to be written. */
export interface ModalityFit {
  /** Per row: the score of the model that excluded its patient; NaN where the modality is absent. */
  readonly crossFitted: Float64Array;
  /** ONNX files: one, or one a fold. */
  readonly models: readonly Uint8Array[];
  /** Of a score that is read from images. */
  readonly images?: {
    readonly digest: string;
    readonly tensor: CtTensorSpec;
    readonly network?: ImageScoreManifest['network'];
  };
  /** How it was fitted, for the manifest and the card. */
  readonly method: string;
  readonly selectedFeatures?: ModalityScoreManifest['selectedFeatures'];
  /** Files of a report on the training patients. */
  readonly report?: () => Promise<readonly ReportFile[]>;
}
