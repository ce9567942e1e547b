import { CdsError } from '../../domain/index.ts';

/** A tree of n leaves, as `wardClusters` and SciPy's linkage give it. */
export interface Merges {
  /** n - 1, by height: the two sides (below n a leaf, n + k what merge k made) and the height. */
  readonly merges: readonly (readonly [a: number, b: number, height: number])[];
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
export function dendrogramLines({ merges }: Merges, order: ArrayLike<number>): DendrogramLine[] {
  const n = order.length;
  if (merges.length !== n - 1) refuse(`are not ${n - 1}`);
  const greatest = Math.max(0, ...merges.map(([, , height]) => height));
  const scale = greatest > 0 ? greatest : 1;
  /** Place and height of each cluster that is still open. */
  const open = new Map(Array.from(order, (leaf, place) => [leaf, { place, height: 0 }]));
  const lines: DendrogramLine[] = [];
  const take = (id: number): { place: number; height: number } => {
    const side = open.get(id) ?? refuse(`name ${id}, which is not there`);
    open.delete(id);
    return side;
  };
  for (const [k, [one, other, at]] of merges.entries()) {
    const [a, b, height] = [take(one), take(other), at / scale];
    lines.push(
      { from: a.place, to: a.place, low: a.height, high: height },
      { from: b.place, to: b.place, low: b.height, high: height },
      { from: a.place, to: b.place, low: height, high: height },
    );
    open.set(n + k, { place: (a.place + b.place) / 2, height });
  }
  return lines;
}
