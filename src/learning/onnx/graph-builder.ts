import { CdsError } from '../../domain/index.ts';
import { ATTRIBUTE_TYPES, ELEMENT_TYPES, type ElementType, encodeModel } from './protocol.ts';

/** A dimension: a number, or the name of one that is known only at run time ("N"). */
export type Dimension = number | string;

export type TensorData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;

/** An integer, integers, a text, texts; floating-point attributes and tensors are marked, since 1 could be either. */
export type Attribute =
  | number
  | readonly number[]
  | string
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: ArrayLike<number> }
  /** A tensor of one dimension. */
  | { readonly tensor: TensorData };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Builds one ONNX graph; every name is defined before it is used, and once. */
export interface GraphBuilder {
  /** Declares a graph input; returns its name, as all that make a value do. */
  input(name: string, type: ElementType, shape: readonly Dimension[]): string;
  /** A constant. Float64Array is float64, BigInt64Array int64, and so on. */
  initializer(name: string, data: TensorData, shape: readonly number[]): string;
  /** A node with named outputs; an empty input name is an optional input left out. */
  node(op: string, inputs: readonly string[], outputs: readonly string[], attributes?: Attributes): void;
  /** A node with one output, which gets a name of its own. */
  op(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Makes a value, under its own name, an output of the graph. */
  output(name: string, type: ElementType, shape: readonly Dimension[]): void;
  /** An entry of the model's metadata. */
  metadata(key: string, value: string): void;
  /** The ModelProto. The same calls give the same bytes. */
  build(): Uint8Array;
}

/** Opset of the default domain, and of ai.onnx.ml for graphs whose nodes use it ("ai.onnx.ml::TreeEnsemble"). */
const OPSET = 18;
const ML_OPSET = 3;
const IR_VERSION = 9;
const ML_DOMAIN = 'ai.onnx.ml';

const refuse = (detail: string): never => {
  throw new CdsError('ONNX_INVALID', detail);
};

const elementTypeOf = (data: TensorData): ElementType => {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Int32Array ? 'int32' : 'uint8';
};

const valueInfo = (name: string, type: ElementType, shape: readonly Dimension[]) => ({
  name,
  type: {
    tensorType: {
      elemType: ELEMENT_TYPES[type],
      shape: { dim: shape.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d })) },
    },
  },
});

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const isTexts = (list: readonly (string | number)[]): list is readonly string[] =>
  typeof list[0] === 'string';

const tensorProto = (name: string, data: TensorData, shape: readonly number[]) => ({
  name,
  dims: [...shape],
  dataType: ELEMENT_TYPES[elementTypeOf(data)],
  rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
});

const attributeProto = (name: string, value: Attribute) => {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) refuse(`attribute ${name} is not an integer; mark it as float`);
    return { name, i: value, type: ATTRIBUTE_TYPES.int };
  }
  if (typeof value === 'string') return { name, s: utf8(value), type: ATTRIBUTE_TYPES.string };
  if ('float' in value) return { name, f: value.float, type: ATTRIBUTE_TYPES.float };
  if ('floats' in value) return { name, floats: Array.from(value.floats), type: ATTRIBUTE_TYPES.floats };
  if ('tensor' in value) {
    const { tensor } = value;
    return { name, t: tensorProto(name, tensor, [tensor.length]), type: ATTRIBUTE_TYPES.tensor };
  }
  return isTexts(value)
    ? { name, strings: value.map(utf8), type: ATTRIBUTE_TYPES.strings }
    : { name, ints: [...value], type: ATTRIBUTE_TYPES.ints };
};

/**
 * A builder for one graph: opset 18 (ai.onnx.ml 3), IR version 9. Tensors are written as little-endian raw data,
 * which is how every platform of onnxruntime-node holds them.
 *
 * @throws {CdsError} ONNX_INVALID from its methods: an undefined or twice defined name, a shape that doesn't
 *   hold its data, a fraction as an integer attribute
 */
export function graphBuilder(name: string): GraphBuilder {
  const defined = new Set<string>();
  const nodes: Record<string, unknown>[] = [];
  const initializers: Record<string, unknown>[] = [];
  const inputs: ReturnType<typeof valueInfo>[] = [];
  const outputs: ReturnType<typeof valueInfo>[] = [];
  const metadata = new Map<string, string>();
  let usesMl = false;

  const define = (value: string): string => {
    if (value === '' || defined.has(value)) refuse(`the name "${value}" is empty or defined twice`);
    defined.add(value);
    return value;
  };
  const requireDefined = (value: string): void => {
    if (!defined.has(value)) refuse(`"${value}" is used before it is defined`);
  };

  const builder: GraphBuilder = {
    input: (value, type, shape) => {
      inputs.push(valueInfo(define(value), type, shape));
      return value;
    },
    initializer: (value, data, shape) => {
      const size = shape.reduce((product, d) => product * d, 1);
      if (size !== data.length) refuse(`"${value}" has ${data.length} elements, its shape ${size}`);
      initializers.push(tensorProto(define(value), data, shape));
      return value;
    },
    node: (op, from, to, attributes = {}) => {
      from.filter((value) => value !== '').forEach(requireDefined);
      to.forEach(define);
      const [domain, opType] = op.startsWith(`${ML_DOMAIN}::`)
        ? [ML_DOMAIN, op.slice(ML_DOMAIN.length + 2)]
        : ['', op];
      usesMl ||= domain !== '';
      nodes.push({
        input: [...from],
        output: [...to],
        name: `${opType}_${nodes.length}`,
        opType,
        attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
        ...(domain !== '' && { domain }),
      });
    },
    op: (op, from, attributes) => {
      const value = `${op.replace(/^.*::/, '')}_${nodes.length}:0`;
      builder.node(op, from, [value], attributes);
      return value;
    },
    output: (value, type, shape) => {
      requireDefined(value);
      outputs.push(valueInfo(value, type, shape));
    },
    metadata: (key, value) => {
      metadata.set(key, value);
    },
    build: () =>
      encodeModel({
        irVersion: IR_VERSION,
        producerName: 'recurrence-cds',
        graph: { node: nodes, name, initializer: initializers, input: inputs, output: outputs },
        opsetImport: [
          { domain: '', version: OPSET },
          ...(usesMl ? [{ domain: ML_DOMAIN, version: ML_OPSET }] : []),
        ],
        metadataProps: [...metadata].map(([key, value]) => ({ key, value })),
      }),
  };
  return builder;
}
