export type { Dendrogram } from './agglomerate.ts';
export {
  type Consensus,
  consensusClusters,
  type ConsensusClusters,
  type ConsensusInputs,
  type ConsensusSettings,
} from './consensus.ts';
export { adjustedRandIndex, calinskiHarabasz, silhouette, type Silhouette } from './indices.ts';
export { kMeans, type KMeans, type KMeansInput } from './k-means.ts';
export {
  gaussianMixture,
  type GaussianMixture,
  type MixtureInput,
  type MixtureSettings,
  predictMixture,
} from './mixture.ts';
export type { MixtureParameters } from './mixture-density.ts';
export { wardClusters } from './ward.ts';
