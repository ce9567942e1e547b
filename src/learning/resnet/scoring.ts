import { CdsError } from '../../domain/index.ts';
import {
  createTape,
  mul,
  reduceSum,
  reshape,
  slice,
  sub,
  type Tape,
  type Tensor,
} from '../autodiff/index.ts';
import { graphBuilder } from '../onnx/index.ts';
import { type Batch, type Network, network, type Pair, tensorOf } from './network.ts';
import { channelsOf, mapSize, requireParameters, type ResNetParameters, type ResNetSpec } from './spec.ts';

/** Of the linear predictor over training patients: it is centred and scaled by these. */
export interface Standardisation {
  readonly mean: number;
  readonly sd: number;
}

const ANY: Batch = { pairs: 'N', volumes: '2N' };

/**
 * The network as it is served.
 *
 * Inputs, float32: `baseline` and `postoperative` [N, 1, z, y, x], N of any size.
 * Outputs, float32: `riskScore` [N, 1] = (eta - mean) / sd, higher is riskier; `activation:baseline` and
 * `activation:postoperative` [N, d, h, w], class activation maps (Zhou 2016, doi:10.1109/CVPR.2016.319): the head's
 * weights times the last feature map, in units of riskScore, so that up to float32
 * mean(activation:baseline) + mean(activation:postoperative) - mean / sd = riskScore. With S the product of all strides,
 * voxel i of a map is centred on voxel S i of the tensor along each axis (all kernels are odd and padded by half), and
 * sees a neighbourhood of it, not that place alone.
 *
 * @param standardisation { mean: 0, sd: 1 } gives eta itself, which training refreshes
 * @returns the ModelProto; the same arguments give the same bytes
 * @throws {CdsError} LEARNING_INPUT_INVALID for parameters that don't fit the spec, or an sd that is not above 0
 */
export function buildScoringModel(
  spec: ResNetSpec,
  parameters: ResNetParameters,
  { mean, sd }: Standardisation,
): Uint8Array {
  requireParameters(spec, parameters);
  if (!(Number.isFinite(mean) && Number.isFinite(sd) && sd > 0))
    throw new CdsError(
      'LEARNING_INPUT_INVALID',
      'a score is standardised by a finite mean and an sd above 0',
    );
  const { sizeVoxels: size } = spec;
  const graph = graphBuilder('ct-resnet');
  const tape = createTape(graph);
  const constants = new Map(
    Array.from(parameters, ([name, { data, dims }]) => [name, tape.constant(name, data, dims)]),
  );
  const shape = [ANY.pairs, 1, size, size, size];
  const pair: Pair = {
    baseline: tape.input('baseline', shape),
    postoperative: tape.input('postoperative', shape),
  };
  const parameter = (name: string): Tensor => tensorOf(constants, name);
  const made = network(spec, pair, ANY, parameter);
  const perSd = tape.scalar(1 / sd);
  tape.output('riskScore', mul(sub(made.eta, tape.scalar(mean)), perSd));
  const weights = mul(parameter('head.weight'), perSd);
  activationMaps(tape, spec, made, weights);
  return graph.build();
}

function activationMaps(tape: Tape, spec: ResNetSpec, { features }: Network, weights: Tensor): void {
  const [channels, edge] = [channelsOf(spec), mapSize(spec)];
  const byPatient = reshape(features, [ANY.pairs, 2, channels, edge ** 3]);
  const maps = reduceSum(mul(byPatient, reshape(weights, [1, 2, channels, 1])), [2]);
  ['activation:baseline', 'activation:postoperative'].forEach((name, from) => {
    const one = slice(maps, [{ axis: 1, from, to: from + 1 }]);
    tape.output(name, reshape(one, [ANY.pairs, edge, edge, edge]));
  });
}
