import { describe, expect, it } from 'vitest';
import type { CdsError } from '../../../src/domain/index.ts';
import { graphBuilder } from '../../../src/learning/onnx/index.ts';
import { float32, openSession, valuesOf } from './session.ts';

/** y = leakyRelu(x . w) with attributes of several kinds. */
const leaky = (): Uint8Array => {
  const graph = graphBuilder('leaky');
  const x = graph.input('x', 'float32', ['N', 2]);
  const w = graph.initializer('w', Float32Array.of(1, -1, 2, 3), [2, 2]);
  graph.node('LeakyRelu', [graph.op('MatMul', [x, w])], ['y'], { alpha: { float: 0.5 } });
  graph.output('y', 'float32', ['N', 2]);
  graph.metadata('b', '2');
  graph.metadata('a', '1');
  return graph.build();
};

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as CdsError).code;
  }
  return 'nothing thrown';
};

describe('graphBuilder', () => {
  it('makes a model that ONNX Runtime runs, with a batch of any size', async () => {
    const session = await openSession(leaky());
    // (1, 2) . [[1, -1], [2, 3]] = (5, 5); (1, -2) gives (-3, -7), halved.
    const { y } = await session.run({ x: float32([1, 2, 1, -2], 2, 2) });
    expect(valuesOf(y)).toEqual([5, 5, -1.5, -3.5]);
    const one = await session.run({ x: float32([1, 2], 1, 2) });
    expect(valuesOf(one['y'])).toEqual([5, 5]);
  });

  it('names its inputs, outputs and the batch dimension', async () => {
    const session = await openSession(leaky());
    expect(session.inputNames).toEqual(['x']);
    expect(session.inputMetadata[0]).toMatchObject({ name: 'x', type: 'float32', shape: ['N', 2] });
  });

  it('gives the same bytes for the same calls', () => {
    expect(leaky()).toEqual(leaky());
  });

  it('writes a tree ensemble of the ai.onnx.ml domain', async () => {
    const graph = graphBuilder('stump');
    const x = graph.input('x', 'float32', ['N', 1]);
    graph.node('ai.onnx.ml::TreeEnsembleRegressor', [x], ['y'], {
      n_targets: 1,
      nodes_treeids: [0, 0, 0],
      nodes_nodeids: [0, 1, 2],
      nodes_featureids: [0, 0, 0],
      nodes_values: { floats: [0.5, 0, 0] },
      nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF'],
      nodes_truenodeids: [1, 0, 0],
      nodes_falsenodeids: [2, 0, 0],
      target_treeids: [0, 0],
      target_nodeids: [1, 2],
      target_ids: [0, 0],
      target_weights: { floats: [-1, 4] },
      aggregate_function: 'SUM',
    });
    graph.output('y', 'float32', ['N', 1]);
    const session = await openSession(graph.build());
    const { y } = await session.run({ x: float32([0.5, 0.6], 2, 1) });
    expect(valuesOf(y)).toEqual([-1, 4]);
  });

  it.each([
    [
      'an input nobody defined',
      () => {
        graphBuilder('g').op('Relu', ['x']);
      },
    ],
    [
      'a name defined twice',
      () => {
        const graph = graphBuilder('g');
        graph.input('x', 'float32', [1]);
        graph.initializer('x', Float32Array.of(1), [1]);
      },
    ],
    [
      'a shape that does not hold its data',
      () => {
        graphBuilder('g').initializer('w', Float32Array.of(1, 2), [3]);
      },
    ],
    [
      'an output nobody made',
      () => {
        graphBuilder('g').output('y', 'float32', [1]);
      },
    ],
    [
      'a fraction as an integer attribute',
      () => {
        const graph = graphBuilder('g');
        graph.op('LeakyRelu', [graph.input('x', 'float32', [1])], { alpha: 0.5 });
      },
    ],
  ])('refuses %s', (_, run) => {
    expect(codeOf(run)).toBe('ONNX_INVALID');
  });
});
