import { CdsError } from '../../domain/index.ts';
import {
  add,
  concat,
  conv3d,
  globalAveragePool,
  groupNorm,
  matMul,
  maxPool3d,
  relu,
  reshape,
  type Tensor,
} from '../autodiff/index.ts';
import type { Dimension } from '../onnx/index.ts';
import { type BlockSpec, blocksOf, channelsOf, type ResNetSpec, STEM_KERNEL } from './spec.ts';

/** Gives the tensor of a parameter. */
export type ParameterOf = (name: string) => Tensor;

/** @throws {CdsError} LEARNING_INPUT_INVALID for a name that is no parameter of the network */
export function tensorOf(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new CdsError('LEARNING_INPUT_INVALID', `there is no parameter ${name}`);
  return tensor;
}

export interface Network {
  /** [2 N, C, d, h, w], a patient's baseline followed by his postoperative one. */
  readonly features: Tensor;
  /** [N, 1]: the linear predictor of the Cox model. */
  readonly eta: Tensor;
}

export interface Pair {
  /** [N, 1, z, y, x] */
  readonly baseline: Tensor;
  readonly postoperative: Tensor;
}

/** N, and 2 N, of a batch; names where any number may come. */
export interface Batch {
  readonly pairs: Dimension;
  readonly volumes: Dimension;
}

/** The network on pairs of CTs: one trunk for both, a linear head over what it makes of them. */
export function network(spec: ResNetSpec, pair: Pair, batch: Batch, parameter: ParameterOf): Network {
  const { sizeVoxels: size } = spec;
  // Side by side as two channels, the volumes of the batch are those of each patient in turn.
  const together = concat([pair.baseline, pair.postoperative], 1);
  const volumes = reshape(together, [batch.volumes, 1, size, size, size]);
  const features = trunk(spec, volumes, parameter);
  const pooled = reshape(globalAveragePool(features), [batch.pairs, 2 * channelsOf(spec)]);
  return { features, eta: matMul(pooled, parameter('head.weight')) };
}

function trunk(spec: ResNetSpec, volumes: Tensor, parameter: ParameterOf): Tensor {
  const { groups } = spec;
  const unit = (x: Tensor, name: string, stride: 1 | 2, padding: number): Tensor =>
    groupNorm(
      conv3d(x, parameter(`${name}.weight`), { stride, padding }),
      parameter(`${name}.scale`),
      parameter(`${name}.shift`),
      { groups },
    );
  const block = (x: Tensor, { name, stride, convolved }: BlockSpec): Tensor => {
    const inner = relu(unit(x, `${name}.first`, stride, 1));
    const outer = unit(inner, `${name}.second`, 1, 1);
    return relu(add(outer, convolved ? unit(x, `${name}.shortcut`, stride, 0) : x));
  };
  const stem = relu(unit(volumes, 'stem', 2, (STEM_KERNEL - 1) / 2));
  const start = spec.stemPool ? maxPool3d(stem, { kernel: 3, stride: 2, padding: 1 }) : stem;
  return blocksOf(spec).reduce(block, start);
}
