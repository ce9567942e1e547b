import { CdsError } from '../../domain/index.ts';
import type { Attributes, Dimension, GraphBuilder } from '../onnx/index.ts';

/**
 * A float32 value of the graph. Its shape is known when the graph is built; a named dimension (a batch of any size) may
 * pass through an operation, but nothing can be summed over it, and no gradient taken.
 */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly Dimension[];
  /** Whether it depends on a parameter, so that a gradient flows through it. */
  readonly differentiable: boolean;
  readonly tape: Tape;
}

/** From the gradient of an operation's output to those of its inputs, in their order; undefined where none is needed. */
export type Gradient = (upstream: Tensor) => readonly (Tensor | undefined)[];

/** What one operation did. */
export interface Entry {
  readonly output: Tensor;
  readonly inputs: readonly Tensor[];
  readonly gradient: Gradient;
}

/** How a node is made beyond its tensors. */
export interface Extras {
  readonly attributes?: Attributes;
  /** Inputs after the tensors: int64 constants, booleans. */
  readonly more?: readonly string[];
}

/** The graph as it is built, with what is needed to go through it backwards (reverse-mode differentiation). */
export interface Tape {
  readonly graph: GraphBuilder;
  /** Newest last. */
  readonly entries: readonly Entry[];
  input(name: string, shape: readonly Dimension[]): Tensor;
  /** An input that gradients can be asked for. */
  parameter(name: string, shape: readonly number[]): Tensor;
  /** A constant of the graph. */
  constant(name: string, data: Float32Array, shape: readonly number[]): Tensor;
  /** A constant of shape [], made once a graph. */
  scalar(value: number): Tensor;
  /** The name of an int64 constant of shape [n], made once a graph. */
  integers(values: readonly number[]): string;
  /** Adds a node of one output; its gradient is kept where one of its inputs is differentiable. */
  emit(
    op: string,
    inputs: readonly Tensor[],
    shape: readonly Dimension[],
    extras?: Extras,
    gradient?: Gradient,
  ): Tensor;
  /** The same for a value that has been added to the graph under a name. */
  record(name: string, inputs: readonly Tensor[], shape: readonly Dimension[], gradient?: Gradient): Tensor;
  /** What `build` adds is not differentiated. */
  withoutGradients<T>(build: () => T): T;
  output(name: string, tensor: Tensor): void;
}

/** @throws {CdsError} ONNX_INVALID */
export const refuse = (detail: string): never => {
  throw new CdsError('ONNX_INVALID', detail);
};

/** A tape over a graph that is being built. */
export function createTape(graph: GraphBuilder): Tape {
  const entries: Entry[] = [];
  const scalars = new Map<number, Tensor>();
  const integers = new Map<string, string>();
  let recording = true;

  const plain = (name: string, shape: readonly Dimension[], differentiable = false): Tensor => ({
    name,
    shape,
    differentiable,
    tape,
  });
  const tape: Tape = {
    graph,
    entries,
    input: (name, shape) => plain(graph.input(name, 'float32', shape), shape),
    parameter: (name, shape) => plain(graph.input(name, 'float32', shape), shape, true),
    constant: (name, data, shape) => plain(graph.initializer(name, data, shape), shape),
    scalar: (value) => {
      const known =
        scalars.get(value) ??
        plain(graph.initializer(`scalar:${String(value)}`, Float32Array.of(value), []), []);
      scalars.set(value, known);
      return known;
    },
    integers: (values) => {
      const key = `integers:${values.join(',')}`;
      const known =
        integers.get(key) ?? graph.initializer(key, BigInt64Array.from(values, BigInt), [values.length]);
      integers.set(key, known);
      return known;
    },
    emit: (op, inputs, shape, { attributes, more = [] } = {}, gradient) => {
      const names = [...inputs.map(({ name }) => name), ...more];
      return tape.record(graph.op(op, names, attributes), inputs, shape, gradient);
    },
    record: (name, inputs, shape, gradient) => {
      const flows = recording && gradient !== undefined && inputs.some((input) => input.differentiable);
      const output = plain(name, shape, flows);
      if (flows) entries.push({ output, inputs, gradient });
      return output;
    },
    withoutGradients: (build) => {
      const before = recording;
      recording = false;
      try {
        return build();
      } finally {
        recording = before;
      }
    },
    output: (name, tensor) => {
      graph.node('Identity', [tensor.name], [name]);
      graph.output(name, 'float32', tensor.shape);
    },
  };
  return tape;
}
