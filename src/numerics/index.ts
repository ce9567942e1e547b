export { cholesky, type Cholesky, choleskyInverse, choleskySolve } from './cholesky.ts';
export { chiSquareUpperTail, normalQuantile, normalUpperTail } from './distributions.ts';
export { loess, type LoessCurve, type LoessOptions } from './loess.ts';
export { quantile, quantileOfSorted } from './quantile.ts';
export { createRandom, type Random } from './random.ts';
export { ascendingOrder, midRanks, type MidRanks } from './ranks.ts';
