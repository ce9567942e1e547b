/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createRandom } from '../../numerics/index.ts';
import { type Bagging, drawBag } from './bag.ts';
import { type ForestNodes, leafOf } from './node-store.ts';

/** The rows that each tree did not see, tree by tree; the bag is drawn again from the tree's seed. */
export function* outOfBagRows(
  bag: Bagging,
  seeds: Uint32Array,
): Generator<{ readonly tree: number; readonly rows: Int32Array }> {
  const n = bag.rows.length;
  const counts = new Int32Array(n);
  const rows = new Int32Array(n);
  for (let tree = 0; tree < seeds.length; tree++) {
    drawBag(bag, createRandom(seeds[tree]!), counts);
    let size = 0;
    for (let row = 0; row < n; row++) if (counts[row] === 0) rows[size++] = row;
    yield { tree, rows: rows.subarray(0, size) };
  }
}

/**
 * Mean over the trees that did not see a row, of their leaf's values.
 *
 * @returns shape (n, width); NaN where every tree saw the row
 */
export function predictOutOfBag(
  nodes: ForestNodes,
  bag: Bagging,
  seeds: Uint32Array,
  x: Float32Array,
  columns: number,
): Float64Array {
  const n = bag.rows.length;
  const width = nodes.value.length / nodes.feature.length;
  const sums = new Float64Array(n * width);
  const trees = new Int32Array(n);
  for (const { tree, rows } of outOfBagRows(bag, seeds)) {
    for (const row of rows) {
      const leaf = leafOf(nodes, nodes.roots[tree]!, x, row * columns);
      for (let k = 0; k < width; k++)
        sums[row * width + k] = sums[row * width + k]! + nodes.value[leaf * width + k]!;
      trees[row] = trees[row]! + 1;
    }
  }
  return sums.map((sum, at) => sum / trees[Math.floor(at / width)]!);
}

/** (columns) Gains summed by feature, over the number of trees. */
export function sumGains({ feature, gain, roots }: ForestNodes, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  feature.forEach((split, node) => {
    if (split >= 0) sums[split] = sums[split]! + gain[node]!;
  });
  return sums.map((sum) => sum / (roots.length - 1));
}
