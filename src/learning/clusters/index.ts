export type { Dendrogram } from './agglomerate.ts';
export { adjustedRandIndex, calinskiHarabasz, silhouette, type Silhouette } from './indices.ts';
export { kMeans, type KMeans, type KMeansInput } from './k-means.ts';
export { wardClusters } from './ward.ts';
