import { CdsError, type FloatTensor } from '../../domain/index.ts';
import type { Random } from '../../numerics/index.ts';

/**
 * A 3D ResNet over two CTs of one patient, with basic blocks (two 3^3 convolutions, an identity or 1^3 shortcut):
 * He 2016, doi:10.1109/CVPR.2016.90; 3D as in Hara 2018, doi:10.1109/CVPR.2018.00685, but with GroupNorm (Wu 2018,
 * doi:10.1007/978-3-030-01261-8_1), which doesn't hang on the batch.
 */
export interface ResNetSpec {
  /** 10: one block a stage; 18: two. */
  readonly depth: 10 | 18;
  /** Channels of the stem and the first stage; each later stage has twice as many as the one before. */
  readonly width: number;
  /** Voxels along each edge of the input cube. */
  readonly sizeVoxels: number;
  /** Of the first convolution of each stage. The stem convolves (7^3) at stride 2. */
  readonly strides: readonly [1 | 2, 1 | 2, 1 | 2, 1 | 2];
  /** A 3^3 maximum at stride 2 after the stem. */
  readonly stemPool: boolean;
  /** Of each GroupNorm; divides `width`. */
  readonly groups: number;
}

/** By name, in the order of {@link parametersOf}. */
export type ResNetParameters = ReadonlyMap<string, FloatTensor>;

export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
  /** Weights of convolutions and of the head decay and start random; scales start at 1, shifts at 0. */
  readonly role: 'weight' | 'scale' | 'shift';
}

/** A residual block; `convolved` where its shortcut needs a convolution. */
export interface BlockSpec {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly stride: 1 | 2;
  readonly convolved: boolean;
}

export const STEM_KERNEL = 7;
const BLOCK_KERNEL = 3;

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

const requireWhole = (value: number, name: string): void => {
  if (!(Number.isInteger(value) && value > 0)) refuse(`${name} is ${value}, not a whole number above 0`);
};

/** @throws {CdsError} LEARNING_INPUT_INVALID for a network that cannot be */
export function checkSpec(spec: ResNetSpec): void {
  const { depth, width, sizeVoxels, strides, groups } = spec;
  if (![10, 18].includes(depth)) refuse(`depth is ${depth}, neither 10 nor 18`);
  requireWhole(width, 'width');
  requireWhole(sizeVoxels, 'sizeVoxels');
  requireWhole(groups, 'groups');
  const known = (strides as readonly number[]).filter((value) => value === 1 || value === 2);
  if (known.length !== 4) refuse(`strides has ${known.length} values that are 1 or 2, not 4`);
  if (width % groups !== 0) refuse(`groups is ${groups}, which doesn't divide the width of ${width}`);
  // One value a group has no variance: its normalised value would be its shift, whatever the image.
  const fewest = Math.min(
    ...stageSizes(spec).map((size, stage) => size ** 3 * (width / groups) * 2 ** stage),
  );
  if (fewest < 2) refuse(`sizeVoxels is ${sizeVoxels}, too small to normalise`);
}

const halved = (size: number): number => Math.ceil(size / 2);

/** Voxels along each edge of the four stages' feature maps. */
function stageSizes({ sizeVoxels, strides, stemPool }: ResNetSpec): readonly number[] {
  let size = stemPool ? halved(halved(sizeVoxels)) : halved(sizeVoxels);
  return strides.map((stride) => (size = stride === 2 ? halved(size) : size));
}

/** Voxels along each edge of the last feature map, so of the activation maps. */
export const mapSize = (spec: ResNetSpec): number => stageSizes(spec)[3] ?? 0;

/** Channels of the last feature map; the head weighs twice as many. */
export const channelsOf = ({ width }: ResNetSpec): number => 8 * width;

/** The blocks of all four stages, first to last. */
export function blocksOf({ depth, width, strides }: ResNetSpec): readonly BlockSpec[] {
  const blocks = depth === 10 ? 1 : 2;
  return strides.flatMap((stride, stage) =>
    Array.from({ length: blocks }, (_, block): BlockSpec => {
      const to = width * 2 ** stage;
      const from = block === 0 && stage > 0 ? to / 2 : to;
      const own = block === 0 ? stride : 1;
      return {
        name: `stage${stage + 1}.block${block + 1}`,
        from,
        to,
        stride: own,
        convolved: own !== 1 || from !== to,
      };
    }),
  );
}

const convolution = (name: string, from: number, to: number, kernel: number): readonly ParameterSpec[] => [
  { name: `${name}.weight`, dims: [to, from, kernel, kernel, kernel], role: 'weight' },
  { name: `${name}.scale`, dims: [to], role: 'scale' },
  { name: `${name}.shift`, dims: [to], role: 'shift' },
];

/**
 * What a network of this spec has to learn, in the order in which graphs, files and checkpoints hold it. The head's
 * weights [2 channels, 1] are those of the baseline's pooled features, then those of the postoperative ones.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export function parametersOf(spec: ResNetSpec): readonly ParameterSpec[] {
  checkSpec(spec);
  return [
    ...convolution('stem', 1, spec.width, STEM_KERNEL),
    ...blocksOf(spec).flatMap(({ name, from, to, convolved }) => [
      ...convolution(`${name}.first`, from, to, BLOCK_KERNEL),
      ...convolution(`${name}.second`, to, to, BLOCK_KERNEL),
      ...(convolved ? convolution(`${name}.shortcut`, from, to, 1) : []),
    ]),
    { name: 'head.weight', dims: [2 * channelsOf(spec), 1], role: 'weight' },
  ];
}

const elements = (dims: readonly number[]): number => dims.reduce((product, d) => product * d, 1);

/** The number of values that a network of this spec has to learn. */
export const parameterCount = (spec: ResNetSpec): number =>
  parametersOf(spec).reduce((sum, { dims }) => sum + elements(dims), 0);

/**
 * Parameters to start from: normal, of variance 2 / (inputs of one output) for convolutions (He 2015,
 * doi:10.1109/ICCV.2015.123) and 1 / inputs for the head; scales 1, shifts 0.
 *
 * @param random each parameter draws from its own fork
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export function initialParameters(spec: ResNetSpec, random: Random): ResNetParameters {
  return new Map(
    parametersOf(spec).map(({ name, dims, role }) => {
      const data = new Float32Array(elements(dims)).fill(role === 'scale' ? 1 : 0);
      if (role === 'weight') {
        const own = random.fork(name);
        const isHead = dims.length === 2;
        const sd = Math.sqrt(isHead ? 1 / (dims[0] ?? 1) : 2 / elements(dims.slice(1)));
        for (let i = 0; i < data.length; i++) data[i] = sd * own.normal();
      }
      return [name, { data, dims }];
    }),
  );
}

/**
 * @throws {CdsError} LEARNING_INPUT_INVALID where a parameter of the spec is missing, has another shape, or holds a
 *   value that is not finite
 */
export function requireParameters(spec: ResNetSpec, parameters: ResNetParameters): void {
  for (const { name, dims } of parametersOf(spec)) {
    const given = parameters.get(name) ?? refuse(`the parameter ${name} is missing`);
    if (given.dims.join() !== dims.join() || given.data.length !== elements(dims))
      refuse(`the parameter ${name} is of shape [${given.dims.join(', ')}], not [${dims.join(', ')}]`);
    if (!given.data.every(Number.isFinite)) refuse(`the parameter ${name} is not finite throughout`);
  }
}
