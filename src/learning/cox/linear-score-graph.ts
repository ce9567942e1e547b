import { graphBuilder } from '../onnx/index.ts';
import { collapseLinearScore, type LinearScoreModel } from './linear-score.ts';

/** TensorProto.DataType, for Cast. */
const FLOAT32 = 1;
const FLOAT64 = 11;

/**
 * A modality's linear score as an ONNX model, computed in float64 inside.
 *
 * Input `features` float32 [N, F], NaN = missing (taken for the training median). Outputs, float32:
 * `score` [N, 1], the mean of the fold models' standardised scores, higher = higher risk;
 * `contributions` [N, F], each feature's additive part, near 0 for a feature at the training mean: a row sums to
 * its score less a constant, which the metadata hold as `contributionOffset`;
 * `imputed` [N, 1], the number of missing features.
 * The metadata's `featureNames` is a JSON array in column order.
 *
 * @returns the ModelProto; equal models give equal bytes
 * @throws {CdsError} ONNX_INVALID
 */
export function linearScoreModel(model: LinearScoreModel): Uint8Array {
  const { slopes, intercepts, offset } = collapseLinearScore(model);
  const width = slopes.length;
  const graph = graphBuilder('linear-score');
  const features = graph.input('features', 'float32', ['N', width]);
  const medians = graph.initializer('trainingMedians', model.trainingMedians, [1, width]);
  const slope = graph.initializer('slopes', slopes, [1, width]);
  const intercept = graph.initializer('intercepts', intercepts, [1, width]);
  const constant = graph.initializer('contributionOffset', Float64Array.of(offset), [1, 1]);
  const columnAxis = graph.initializer('columnAxis', BigInt64Array.of(1n), [1]);

  const missing = graph.op('IsNaN', [features]);
  const measured = graph.op('Cast', [features], { to: FLOAT64 });
  const filled = graph.op('Where', [missing, medians, measured]);
  const parts = graph.op('Add', [graph.op('Mul', [filled, slope]), intercept]);
  const sum = graph.op('ReduceSum', [parts, columnAxis], { keepdims: 1 });
  graph.node('Cast', [graph.op('Add', [sum, constant])], ['score'], { to: FLOAT32 });
  graph.node('Cast', [parts], ['contributions'], { to: FLOAT32 });
  const flags = graph.op('Cast', [missing], { to: FLOAT32 });
  graph.node('ReduceSum', [flags, columnAxis], ['imputed'], { keepdims: 1 });

  graph.output('score', 'float32', ['N', 1]);
  graph.output('contributions', 'float32', ['N', width]);
  graph.output('imputed', 'float32', ['N', 1]);
  graph.metadata('featureNames', JSON.stringify(model.featureNames));
  graph.metadata('contributionOffset', String(offset));
  return graph.build();
}
