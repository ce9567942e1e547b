import { agglomerate, type Dendrogram, WARD } from './agglomerate.ts';
import { squaredDistances } from './distances.ts';
import { requireMatrix } from './input.ts';

/**
 * Ward's hierarchical clusters of the rows of x, by Euclidean distance: each join is the one that adds least to the
 * sum of squares within groups; its height is the square root of twice what it adds.
 *
 * Our own nearest-neighbour chain, O(n^2): ml-hclust gives the same tree in O(n^3), too slow for the thousands of
 * trees of consensusClusters. Equal distances are joined in an order of its own.
 *
 * @param x shape (n, columns), row-major, finite; scale the columns first
 * @throws {CdsError} LEARNING_INPUT_INVALID: no rows, a value that is not finite
 * @see Murtagh & Legendre 2014, doi:10.1007/s00357-014-9161-z; equals R's hclust(dist(x), "ward.D2")
 */
export function wardClusters(x: Float64Array, columns: number): Dendrogram {
  const n = requireMatrix(x, columns);
  return agglomerate(squaredDistances(x, columns), n, WARD, (squared) => Math.sqrt(Math.max(0, squared)));
}
