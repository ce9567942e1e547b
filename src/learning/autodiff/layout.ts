import type { Dimension } from '../onnx/index.ts';
import { axisOf, describe, elements, fixed, sameShape } from './shape.ts';
import { refuse, type Tensor } from './tape.ts';

/**
 * The same values in another shape. A named dimension is what remains: at most one may be.
 *
 * @throws {CdsError} ONNX_INVALID where the shape doesn't hold the values
 */
export function reshape(x: Tensor, shape: readonly Dimension[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const named = [...x.shape, ...shape].some((dimension) => typeof dimension === 'string');
  if (!named && elements(x.shape) !== elements(shape)) {
    refuse(`${describe(x.shape)} cannot become ${describe(shape)}`);
  }
  const asked = shape.map((dimension) => (typeof dimension === 'string' ? -1 : dimension));
  if (asked.filter((dimension) => dimension === -1).length > 1)
    refuse(`${describe(shape)} has several named dimensions`);
  return x.tape.emit('Reshape', [x], shape, { more: [x.tape.integers(asked)] }, (d) => [reshape(d, x.shape)]);
}

/** Axis i of the result is axis `order[i]` of x. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  if (order.length !== x.shape.length || new Set(order).size !== order.length)
    refuse(`${describe(order)} does not order the axes of ${describe(x.shape)}`);
  const shape = order.map((axis) => x.shape[axisOf(x, axis)] ?? 1);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return x.tape.emit('Transpose', [x], shape, { attributes: { perm: [...order] } }, (d) => [
    transpose(d, inverse),
  ]);
}

/** A part of one axis: indices from, from + step, ... below `to`. */
export interface Range {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  /** 1 where not given; at least 1. */
  readonly step?: number;
}

const lengthOf = ({ from, to, step = 1 }: Range): number => Math.ceil((to - from) / step);

const checkRange = (x: Tensor, range: Range): void => {
  const { axis, from, to, step = 1 } = range;
  const length = fixed(x.shape[axisOf(x, axis)]);
  if (![from, to, step].every(Number.isInteger) || step < 1 || from < 0 || to > length || from >= to)
    refuse(`axis ${axis} of ${describe(x.shape)} has no part from ${from} to ${to} by ${step}`);
};

/** Parts of some axes. Its gradient puts zeros where nothing was taken. */
export function slice(x: Tensor, ranges: readonly Range[]): Tensor {
  const shape = [...x.shape];
  for (const range of ranges) {
    checkRange(x, range);
    shape[range.axis] = lengthOf(range);
  }
  if (ranges.every(({ axis, from, to, step = 1 }) => step === 1 && from === 0 && to === x.shape[axis]))
    return x;
  const { tape } = x;
  const more = [
    tape.integers(ranges.map(({ from }) => from)),
    tape.integers(ranges.map(({ to }) => to)),
    tape.integers(ranges.map(({ axis }) => axis)),
    tape.integers(ranges.map(({ step = 1 }) => step)),
  ];
  return tape.emit('Slice', [x], shape, { more }, (d) => [
    ranges.reduce((gradient, range) => spread(gradient, range, fixed(x.shape[range.axis])), d),
  ]);
}

/** The gradient of a slice along one axis: `step` - 1 zeros after each value, then zeros before and after all. */
function spread(d: Tensor, { axis, from, step = 1 }: Range, length: number): Tensor {
  const stuffed = insertZeros(d, [{ axis, step }]);
  const taken = fixed(stuffed.shape[axis]);
  const fitting = taken > length - from ? slice(stuffed, [{ axis, from: 0, to: length - from }]) : stuffed;
  const after = length - from - fixed(fitting.shape[axis]);
  return pad(fitting, [{ axis, before: from, after }]);
}

/** `step` - 1 zeros after each value of the axes; not differentiated. */
export function insertZeros(
  x: Tensor,
  steps: readonly { readonly axis: number; readonly step: number }[],
): Tensor {
  const of = (axis: number): number => steps.find((entry) => entry.axis === axis)?.step ?? 1;
  if (steps.every(({ step }) => step === 1)) return x;
  const apart = reshape(
    x,
    x.shape.flatMap((dimension, axis) => (of(axis) > 1 ? [dimension, 1] : [dimension])),
  );
  let at = -1;
  const margins: Margin[] = [];
  for (let axis = 0; axis < x.shape.length; axis++) {
    at++;
    if (of(axis) > 1) margins.push({ axis: ++at, before: 0, after: of(axis) - 1 });
  }
  return reshape(
    pad(apart, margins),
    x.shape.map((dimension, axis) => (of(axis) > 1 ? fixed(dimension) * of(axis) : dimension)),
  );
}

/** How many zeros go before and after the values of an axis. */
export interface Margin {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** Zeros around. */
export function pad(x: Tensor, margins: readonly Margin[]): Tensor {
  const { tape } = x;
  const rank = x.shape.length;
  const pads = new Array<number>(2 * rank).fill(0);
  const shape = [...x.shape];
  for (const { axis, before, after } of margins) {
    if (before < 0 || after < 0) refuse(`axis ${axis} cannot be padded by ${Math.min(before, after)}`);
    const length = fixed(shape[axisOf(x, axis)]);
    [pads[axis], pads[axis + rank], shape[axis]] = [before, after, length + before + after];
  }
  if (pads.every((value) => value === 0)) return x;
  return tape.emit('Pad', [x], shape, { more: [tape.integers(pads)] }, (d) => [
    slice(
      d,
      margins.map(({ axis, before }) => ({ axis, from: before, to: before + fixed(x.shape[axis]) })),
    ),
  ]);
}

/** One after the other along an axis; all other dimensions must agree. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (first === undefined) return refuse('there is nothing to join');
  axisOf(first, axis);
  const rest = ({ shape }: Tensor): readonly Dimension[] => shape.filter((_, i) => i !== axis);
  const other = parts.find((part) => !sameShape(rest(part), rest(first)));
  if (other !== undefined)
    refuse(`${describe(first.shape)} and ${describe(other.shape)} cannot be joined along axis ${axis}`);
  if (parts.length === 1) return first;
  const lengths = parts.map(({ shape }) => fixed(shape[axis]));
  const shape = first.shape.with(
    axis,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  return first.tape.emit('Concat', parts, shape, { attributes: { axis } }, (d) => {
    let from = 0;
    return parts.map((part, i) => {
      const to = from + (lengths[i] ?? 0);
      const gradient = part.differentiable ? slice(d, [{ axis, from, to }]) : undefined;
      from = to;
      return gradient;
    });
  });
}

/** Repeats axes of length 1. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  return sameShape(x.shape, shape)
    ? x
    : x.tape.emit('Expand', [x], shape, { more: [x.tape.integers(shape)] });
}
