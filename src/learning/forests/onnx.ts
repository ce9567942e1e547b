/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Attributes, GraphBuilder } from '../onnx/index.ts';
import { type ExplainOptions, nodeValues } from './contributions.ts';
import type { ClassificationForest, SurvivalForest } from './forest.ts';
import type { ForestNodes } from './node-store.ts';

type AnyForest = SurvivalForest | ClassificationForest;

/** What the leaves give: one entry a leaf and target. */
interface Targets {
  readonly node: number[];
  readonly target: number[];
  readonly weight: number[];
}

/**
 * Adds the forest's prediction to a graph: ai.onnx.ml TreeEnsembleRegressor (its trees averaged in float64), which
 * takes every branch as the forest does, missing values too.
 *
 * @param features the name of a float32 value of shape [N, columns]; NaN for missing
 * @returns the name of a float32 value: the mortality, [N, 1], or the class probabilities, [N, classes]
 */
export function addForestPrediction(graph: GraphBuilder, forest: AnyForest, features: string): string {
  const { nodes } = forest;
  const width = nodes.value.length / nodes.feature.length;
  const targets: Targets = { node: [], target: [], weight: [] };
  nodes.feature.forEach((feature, node) => {
    if (feature >= 0) return;
    for (let k = 0; k < width; k++) add(targets, node, k, nodes.value[node * width + k]!);
  });
  return addEnsemble(graph, nodes, targets, width, features);
}

/**
 * Adds the contributions of `forestContributions` to a graph: the same trees, whose leaves give what the splits above
 * them add up to for each feature.
 *
 * @returns the name of a float32 value of shape [N, columns]
 */
export function addForestContributions(
  graph: GraphBuilder,
  forest: AnyForest,
  features: string,
  options: ExplainOptions = {},
): string {
  const { nodes, columns } = forest;
  return addEnsemble(graph, nodes, leafContributions(nodes, nodeValues(forest, options)), columns, features);
}

const add = ({ node, target, weight }: Targets, at: number, to: number, value: number): void => {
  node.push(at);
  target.push(to);
  weight.push(value);
};

const leafContributions = (nodes: ForestNodes, values: Float64Array): Targets => {
  const targets: Targets = { node: [], target: [], weight: [] };
  const { feature, left, right, roots } = nodes;
  const descend = (node: number, sums: ReadonlyMap<number, number>): void => {
    const split = feature[node]!;
    if (split < 0) {
      for (const [target, sum] of sums) add(targets, node, target, sum);
      if (sums.size === 0) add(targets, node, 0, 0); // a leaf must have an entry
      return;
    }
    for (const child of [left[node]!, right[node]!]) {
      const change = values[child]! - values[node]!;
      descend(child, new Map(sums).set(split, (sums.get(split) ?? 0) + change));
    }
  };
  for (const root of roots.subarray(0, -1)) descend(root, new Map());
  return targets;
};

const addEnsemble = (
  graph: GraphBuilder,
  nodes: ForestNodes,
  targets: Targets,
  width: number,
  features: string,
): string => {
  const { feature, threshold, missingLeft, left, right, roots } = nodes;
  const tree: number[] = [];
  const within: number[] = [];
  for (let t = 0; t + 1 < roots.length; t++) {
    for (let node = roots[t]!; node < roots[t + 1]!; node++) {
      tree.push(t);
      within.push(node - roots[t]!);
    }
  }
  const isLeaf = (node: number): boolean => feature[node]! < 0;
  const all = Array.from(feature.keys());
  const attributes: Attributes = {
    aggregate_function: 'AVERAGE',
    n_targets: width,
    nodes_falsenodeids: all.map((node) => (isLeaf(node) ? 0 : within[right[node]!]!)),
    nodes_featureids: all.map((node) => Math.max(0, feature[node]!)),
    nodes_missing_value_tracks_true: [...missingLeft],
    nodes_modes: all.map((node) => (isLeaf(node) ? 'LEAF' : 'BRANCH_LEQ')),
    nodes_nodeids: within,
    nodes_treeids: tree,
    nodes_truenodeids: all.map((node) => (isLeaf(node) ? 0 : within[left[node]!]!)),
    nodes_values_as_tensor: { tensor: Float64Array.from(threshold) },
    target_ids: targets.target,
    target_nodeids: targets.node.map((node) => within[node]!),
    target_treeids: targets.node.map((node) => tree[node]!),
    target_weights_as_tensor: { tensor: Float64Array.from(targets.weight) },
  };
  const wide = graph.op('Cast', [features], { to: 11 });
  return graph.op('ai.onnx.ml::TreeEnsembleRegressor', [wide], attributes);
};
