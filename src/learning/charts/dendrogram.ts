/* eslint-disable @typescript-eslint/no-non-null-assertion -- arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';

/**
 * A tree of n leaves as hierarchical clustering gives it: n - 1 merges in ascending order of height.
 * `merges` has the two sides of each merge, shape (n - 1 x 2), row-major: a leaf is its index (0 to n - 1), the
 * cluster that merge k made is n + k, as in SciPy's linkage.
 */
export interface Merges {
  readonly merges: ArrayLike<number>;
  readonly heights: ArrayLike<number>;
}

/** A line of a dendrogram: along the leaves from `from` to `to` (places), across them from `low` to `high` (shares). */
export interface DendrogramLine {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', `chart: merges ${detail}`);
};

/**
 * The lines of a dendrogram whose leaves stand in the order given; heights as a share of the greatest.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: a merge of something that does not exist yet, or twice
 */
export function dendrogramLines({ merges, heights }: Merges, order: ArrayLike<number>): DendrogramLine[] {
  const n = order.length;
  if (heights.length !== n - 1 || merges.length !== 2 * (n - 1)) refuse(`are not ${n - 1}`);
  const greatest = Math.max(...Array.from(heights));
  const scale = greatest > 0 ? greatest : 1;
  /** Place and height of each cluster that is still open. */
  const open = new Map(Array.from(order, (leaf, place) => [leaf, { place, height: 0 }]));
  const lines: DendrogramLine[] = [];
  const take = (id: number): { place: number; height: number } => {
    const side = open.get(id) ?? refuse(`name ${id}, which is not there`);
    open.delete(id);
    return side;
  };
  for (let k = 0; k < n - 1; k++) {
    const [a, b, height] = [take(merges[2 * k]!), take(merges[2 * k + 1]!), heights[k]! / scale];
    lines.push(
      { from: a.place, to: a.place, low: a.height, high: height },
      { from: b.place, to: b.place, low: b.height, high: height },
      { from: a.place, to: b.place, low: height, high: height },
    );
    open.set(n + k, { place: (a.place + b.place) / 2, height });
  }
  return lines;
}
