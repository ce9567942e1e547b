/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { type Distances, pairIndex } from './distances.ts';
import { renumber, requireCount } from './input.ts';

/** A tree of n rows. */
export interface Dendrogram {
  /**
   * Shape (n - 1), by height: the two that are joined (below n a row, n + i what merge i made; the lesser first) and
   * the height.
   */
  readonly merges: readonly (readonly [a: number, b: number, height: number])[];
  /** Shape (n - 1), ascending. */
  readonly heights: Float64Array;
  /** The rows as leaves from left to right, without crossings, shape (n); R's hclust()$order counted from 0. */
  readonly order: Int32Array;
  /**
   * The tree cut into k groups, numbered in the order in which they first come; R's cutree - 1.
   *
   * @returns shape (n)
   * @throws {CdsError} LEARNING_INPUT_INVALID unless 1 <= k <= n
   */
  cut(k: number): Int32Array;
}

/** The distance of two groups that have just been joined (i, j) to another (k), by Lance and Williams. */
type Update = (
  toI: number,
  toJ: number,
  between: number,
  sizes: { readonly i: number; readonly j: number; readonly k: number },
) => number;

/** Of squared Euclidean distances. */
export const WARD: Update = (toI, toJ, between, { i, j, k }) =>
  ((i + k) * toI + (j + k) * toJ - k * between) / (i + j + k);

export const AVERAGE: Update = (toI, toJ, _between, { i, j }) => (i * toI + j * toJ) / (i + j);

interface Join {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

/**
 * All joins by the nearest-neighbour chain, in O(n^2), in the order in which the chain finds them; each names a row of
 * either group.
 *
 * @param distances is used up
 * @see Murtagh 1983, doi:10.1093/comjnl/26.4.354; it needs an update under which joins never bring groups nearer
 */
function chainOfJoins(distances: Distances, n: number, update: Update): Join[] {
  const sizes = new Int32Array(n).fill(1);
  const alive = Int32Array.from({ length: n }, (_, row) => row);
  let living = n;
  const chain = new Int32Array(n);
  let length = 0;
  const joins: Join[] = [];
  const own = { i: 0, j: 0, k: 0 };
  const join = (a: number, b: number, between: number): void => {
    own.i = sizes[a]!;
    own.j = sizes[b]!;
    let kept = 0;
    for (let at = 0; at < living; at++) {
      const k = alive[at]!;
      if (k === a) continue; // b stands for both
      alive[kept++] = k;
      if (k === b) continue;
      own.k = sizes[k]!;
      const [toA, toB] = [distances[pairIndex(a, k)]!, distances[pairIndex(b, k)]!];
      // Never nearer than the nearer of both, also where rounding says so: the chain relies on it.
      distances[pairIndex(b, k)] = Math.max(Math.min(toA, toB), update(toA, toB, between, own));
    }
    living = kept;
    sizes[b] = own.i + own.j;
    joins.push({ a, b, distance: between });
  };
  /** The one before comes first: on a tie it stays the nearest, and the chain ends. */
  const nearestTo = (tip: number, before: number): [nearest: number, distance: number] => {
    let nearest = before;
    let least = before < 0 ? Infinity : distances[pairIndex(tip, before)]!;
    for (let at = 0; at < living; at++) {
      const other = alive[at]!;
      if (other === tip) continue;
      const distance = distances[pairIndex(tip, other)]!;
      if (distance < least || nearest < 0) [least, nearest] = [distance, other];
    }
    return [nearest, least];
  };
  while (living > 1) {
    if (length === 0) chain[length++] = alive[0]!;
    const tip = chain[length - 1]!;
    const before = length > 1 ? chain[length - 2]! : -1;
    const [nearest, distance] = nearestTo(tip, before);
    if (nearest === before) {
      join(tip, nearest, distance);
      length -= 2;
    } else {
      chain[length++] = nearest;
    }
  }
  return joins;
}

/** Which group a row is in by now. */
const groupsOf = (n: number) => {
  const parent = Int32Array.from({ length: n }, (_, row) => row);
  const find = (row: number): number => {
    let root = row;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = row; at !== root;) [at, parent[at]] = [parent[at]!, root];
    return root;
  };
  return {
    find,
    /** @returns the root of both */
    unite(a: number, b: number): number {
      parent[a] = b;
      return b;
    },
  };
};

const leafOrder = (merges: Dendrogram['merges'], n: number): Int32Array => {
  const order: number[] = [];
  const open = [2 * n - 2];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node < n) order.push(node);
    else open.push(merges[node - n]![1], merges[node - n]![0]);
  }
  return Int32Array.from(order);
};

/**
 * @param distances used up
 * @param heightOf of the distance at which two groups are joined
 */
export function agglomerate(
  distances: Distances,
  n: number,
  update: Update,
  heightOf: (distance: number) => number,
): Dendrogram {
  const joins = chainOfJoins(distances, n, update).sort((p, q) => p.distance - q.distance);
  const groups = groupsOf(n);
  const names = Int32Array.from({ length: n }, (_, row) => row);
  const merges = joins.map(({ a, b, distance }, at) => {
    const [first, second] = [groups.find(a), groups.find(b)];
    const [p, q] = [names[first]!, names[second]!];
    names[groups.unite(first, second)] = n + at;
    return [Math.min(p, q), Math.max(p, q), heightOf(distance)] as const;
  });
  return {
    merges,
    heights: Float64Array.from(merges, ([, , height]) => height),
    order: leafOrder(merges, n),
    cut: (k) => {
      requireCount(k, 'k', n, 'rows');
      const parts = groupsOf(n);
      for (const { a, b } of joins.slice(0, n - k)) parts.unite(parts.find(a), parts.find(b));
      return renumber(Int32Array.from({ length: n }, (_, row) => parts.find(row)));
    },
  };
}
