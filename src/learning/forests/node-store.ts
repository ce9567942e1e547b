/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */

/**
 * Nodes of one tree or of many, flat; children after their parents. A row goes left where its value is at most the
 * threshold, or missing with `missingLeft`.
 */
export interface Nodes {
  /** The feature a node splits by; -1 for a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** (nodes x width) Mortality, or the frequency of each class, among the node's own rows in the bag. */
  readonly value: Float64Array;
  /** What the split gained; 0 for a leaf. */
  readonly gain: Float64Array;
  /** (nodes + 1) A leaf's hazard jumps (survival) lie on [jumpStart[node], jumpStart[node + 1]). */
  readonly jumpStart: Int32Array;
  /** Index of the event time of each jump. */
  readonly jumpTime: Int32Array;
  readonly jumpHazard: Float64Array;
}

/** Nodes of all trees; the children's numbers count from the forest's first node. */
export interface ForestNodes extends Nodes {
  /** (trees + 1) The first node of each tree is its root. */
  readonly roots: Int32Array;
}

const total = (lengths: readonly number[]): number => lengths.reduce((sum, length) => sum + length, 0);

const joined = <T extends Float64Array | Float32Array | Int32Array | Uint8Array>(
  into: T,
  parts: readonly T[],
): T => {
  let at = 0;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
  return into;
};

export function joinTrees(trees: readonly Nodes[]): ForestNodes {
  const nodes = total(trees.map((tree) => tree.feature.length));
  const values = total(trees.map((tree) => tree.value.length));
  const jumps = total(trees.map((tree) => tree.jumpTime.length));
  const roots = new Int32Array(trees.length + 1);
  const left = new Int32Array(nodes).fill(-1);
  const right = new Int32Array(nodes).fill(-1);
  const jumpStart = new Int32Array(nodes + 1);
  let [root, jump] = [0, 0];
  trees.forEach((tree, index) => {
    const size = tree.feature.length;
    for (let node = 0; node < size; node++) {
      jumpStart[root + node] = jump + tree.jumpStart[node]!;
      if (tree.feature[node]! < 0) continue;
      left[root + node] = root + tree.left[node]!;
      right[root + node] = root + tree.right[node]!;
    }
    root += size;
    jump += tree.jumpTime.length;
    roots[index + 1] = root;
  });
  jumpStart[nodes] = jump;
  return {
    roots,
    feature: joined(
      new Int32Array(nodes),
      trees.map((tree) => tree.feature),
    ),
    threshold: joined(
      new Float32Array(nodes),
      trees.map((tree) => tree.threshold),
    ),
    missingLeft: joined(
      new Uint8Array(nodes),
      trees.map((tree) => tree.missingLeft),
    ),
    left,
    right,
    value: joined(
      new Float64Array(values),
      trees.map((tree) => tree.value),
    ),
    gain: joined(
      new Float64Array(nodes),
      trees.map((tree) => tree.gain),
    ),
    jumpStart,
    jumpTime: joined(
      new Int32Array(jumps),
      trees.map((tree) => tree.jumpTime),
    ),
    jumpHazard: joined(
      new Float64Array(jumps),
      trees.map((tree) => tree.jumpHazard),
    ),
  };
}

/** The node that a row ends in, from `root` down. `x` holds the row from `offset` on. */
export function leafOf(nodes: Nodes, root: number, x: Float32Array, offset: number): number {
  const { feature, threshold, missingLeft, left, right } = nodes;
  let node = root;
  for (let split = feature[node]!; split >= 0; split = feature[node]!) {
    const value = x[offset + split]!;
    // A comparison with NaN is false: only then the missing direction counts.
    const goesLeft = value <= threshold[node]! || (value !== value && missingLeft[node] === 1);
    node = goesLeft ? left[node]! : right[node]!;
  }
  return node;
}
