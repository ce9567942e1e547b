/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Distances } from './distances.ts';
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
  readonly cut: (k: number) => Int32Array;
}

/** The distance of two groups that have just been joined (i, j) to another (k), by Lance and Williams. */
type Update = (toI: number, toJ: number, between: number, i: number, j: number, k: number) => number;

/** Of squared Euclidean distances. */
export const WARD: Update = (toI, toJ, between, i, j, k) =>
  ((i + k) * toI + (j + k) * toJ - k * between) / (i + j + k);

export const AVERAGE: Update = (toI, toJ, _between, i, j) => (i * toI + j * toJ) / (i + j);

interface Join {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

/** Shape (n, n). */
const squareOf = (distances: Distances, n: number): Float64Array => {
  const square = new Float64Array(n * n);
  for (let a = 1, at = 0; a < n; a++) {
    for (let b = 0; b < a; b++, at++) {
      square[a * n + b] = distances[at]!;
      square[b * n + a] = distances[at]!;
    }
  }
  return square;
};

/**
 * The groups that are left, each by one of its rows, and their distances.
 *
 * @see Murtagh 1983, doi:10.1093/comjnl/26.4.354 (the chain)
 */
class Groups {
  private readonly distances: Float64Array;
  private readonly sizes: Int32Array;
  private readonly alive: Int32Array;
  private readonly n: number;
  private readonly update: Update;
  living: number;

  constructor(distances: Distances, n: number, update: Update) {
    this.distances = squareOf(distances, n);
    this.sizes = new Int32Array(n).fill(1);
    this.alive = Int32Array.from({ length: n }, (_, row) => row);
    this.n = n;
    this.update = update;
    this.living = n;
  }

  first(): number {
    return this.alive[0]!;
  }

  between(a: number, b: number): number {
    return this.distances[a * this.n + b]!;
  }

  /** The one before comes first: on a tie it stays the nearest, and the chain ends. */
  nearestTo(tip: number, before: number): number {
    const { distances, alive, living, n } = this;
    const row = tip * n;
    let nearest = before;
    let least = before < 0 ? Infinity : distances[row + before]!;
    for (let at = 0; at < living; at++) {
      const other = alive[at]!;
      const distance = distances[row + other]!;
      if (distance < least && other !== tip) {
        least = distance;
        nearest = other;
      }
    }
    return nearest;
  }

  /** b stands for both from now on. */
  join(a: number, b: number): void {
    const { distances, sizes, alive, n, update } = this;
    const [i, j, between] = [sizes[a]!, sizes[b]!, this.between(a, b)];
    let kept = 0;
    for (let at = 0; at < this.living; at++) {
      const k = alive[at]!;
      if (k === a) continue;
      alive[kept++] = k;
      if (k === b) continue;
      const toA = distances[a * n + k]!;
      const toB = distances[b * n + k]!;
      // Never nearer than the nearer of both, also where rounding says so: the chain relies on it.
      const joined = Math.max(Math.min(toA, toB), update(toA, toB, between, i, j, sizes[k]!));
      distances[b * n + k] = joined;
      distances[k * n + b] = joined;
    }
    this.living = kept;
    sizes[b] = i + j;
  }
}

/** All joins by the nearest-neighbour chain, in O(n^2); each names a row of either group. */
function chainOfJoins(groups: Groups): Join[] {
  const chain: number[] = [];
  const joins: Join[] = [];
  while (groups.living > 1) {
    if (chain.length === 0) chain.push(groups.first());
    const tip = chain.at(-1)!;
    const before = chain.at(-2) ?? -1;
    const nearest = groups.nearestTo(tip, before);
    if (nearest === before) {
      joins.push({ a: tip, b: nearest, distance: groups.between(tip, nearest) });
      groups.join(tip, nearest);
      chain.length -= 2;
    } else {
      chain.push(nearest);
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
 * @param update one under which joins never bring groups nearer
 * @param heightOf of the distance at which two groups are joined
 */
export function agglomerate(
  distances: Distances,
  n: number,
  update: Update,
  heightOf: (distance: number) => number,
): Dendrogram {
  const joins = chainOfJoins(new Groups(distances, n, update)).sort((p, q) => p.distance - q.distance);
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
