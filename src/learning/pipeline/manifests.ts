import { CT_ROLES, HORIZON_MONTHS } from '../../domain/index.ts';
import { subsetName } from '../../fusion/index.ts';
import type { Modality } from '../../modalities/index.ts';
import type { ModelManifest, RiskLayerManifest, ScoreManifest } from '../../model-registry/index.ts';
import type { FittedLayer } from './risk-layers.ts';
import type { ModalityFit } from './score-context.ts';
import { sha256Of } from './write-models.ts';

const STRATA_THRESHOLDS: [number, number] = [0.1, 0.25];
const MINIMUM_AT_RISK = 10;
/** The landmarks of the fit with about half the gap to a neighbour on either side. */
const LANDMARK_RANGE = { from: 0.5, to: 27 };

const INTENDED_USE =
  'Decision support for thoracic surgeons at follow-up visits after neoadjuvant chemo-immunotherapy and radical ' +
  'resection of stage IB-IIIA non-small-cell lung cancer. It informs the choice of follow-up; it decides nothing.';

/** What all models of one run have in common. */
export interface RunFacts {
  readonly version: string;
  readonly trainingCohort: ModelManifest['trainingCohort'];
  readonly foldsSha256: string;
}

const unitOf = (feature: string): string => {
  if (/^(log2|limit|baselineLimit):/.test(feature)) return 'log2(umol/L)';
  if (feature.startsWith('change:')) return 'difference from baseline';
  if (feature.startsWith('slope:')) return 'log2 a month';
  return feature.slice(0, feature.indexOf(':'));
};

export const scoreManifest = (
  modality: Modality,
  { models, images, method, selectedFeatures }: ModalityFit,
  { version, trainingCohort, foldsSha256 }: RunFacts,
): ScoreManifest => {
  const common = {
    id: `${modality.id}-recurrence`,
    version,
    modality: modality.id,
    preprocessing: modality.preprocessing,
    method,
    trainingCohort,
    foldsSha256,
    intendedUse: INTENDED_USE,
    containsPatientLevelData: false,
  };
  if (images !== undefined)
    return {
      ...common,
      kind: 'image-score',
      sha256: images.digest,
      folds: models.map((bytes, fold) => ({ file: `fold-${String(fold)}.onnx`, sha256: sha256Of(bytes) })),
      inputs: [...CT_ROLES],
      tensor: { ...images.tensor, windowHu: [...images.tensor.windowHu] },
      ...(images.network !== undefined && { network: images.network }),
    };
  return {
    ...common,
    kind: 'modality-score',
    file: 'model.onnx',
    sha256: sha256Of(models[0] ?? new Uint8Array()),
    features: modality.featureNames.map((name) => ({ name, unit: unitOf(name) })),
    ...(selectedFeatures !== undefined && { selectedFeatures }),
  };
};

export const layerManifest = (
  bytes: Uint8Array,
  scores: readonly ScoreManifest[],
  layers: readonly FittedLayer[],
  { version, trainingCohort, foldsSha256 }: RunFacts,
): RiskLayerManifest => ({
  id: 'recurrence-risk',
  version,
  kind: 'risk-layer',
  file: 'model.onnx',
  sha256: sha256Of(bytes),
  modalities: scores.map(({ modality, id, sha256 }) => ({ modality, model: id, version, sha256 })),
  horizonMonths: [...HORIZON_MONTHS] as [6, 12, 24],
  strataThresholds: STRATA_THRESHOLDS,
  landmarkMonths: LANDMARK_RANGE,
  interval: { level: 0.9, replicates: layers[0]?.layer.bootstrap.length ?? 0 },
  minimumAtRisk: MINIMUM_AT_RISK,
  subsets: Object.fromEntries(
    layers.map(({ subset, atRisk }) => [subsetName(subset), { atRisk: [...atRisk] }]),
  ),
  trainingCohort,
  foldsSha256,
  intendedUse: INTENDED_USE,
  containsPatientLevelData: false,
});
