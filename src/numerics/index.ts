export { cholesky, type Cholesky, choleskyInverse, choleskySolve } from './cholesky.ts';
export { quantile, quantileOfSorted } from './quantile.ts';
export { createRandom, type Random } from './random.ts';
