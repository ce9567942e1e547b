import { reshape } from './layout.ts';
import { reduceSum } from './reductions.ts';
import { broadcastShape, sameShape } from './shape.ts';
import type { Gradient, Tensor } from './tape.ts';

/** The gradient of a tensor that was broadcast: summed over what was repeated. */
export function unbroadcast(d: Tensor, { shape }: Tensor): Tensor {
  if (sameShape(d.shape, shape)) return d;
  const ahead = d.shape.length - shape.length;
  const repeated = d.shape.flatMap((dimension, axis) =>
    axis < ahead || (shape[axis - ahead] === 1 && dimension !== 1) ? [axis] : [],
  );
  return reshape(repeated.length === 0 ? d : reduceSum(d, repeated), shape);
}

const binary = (op: string, a: Tensor, b: Tensor, gradient: Gradient): Tensor =>
  a.tape.emit(op, [a, b], broadcastShape(a.shape, b.shape), {}, gradient);

/** `value()` for an input that needs it. */
const where = (input: Tensor, value: () => Tensor): Tensor | undefined =>
  input.differentiable ? unbroadcast(value(), input) : undefined;

/** a + b; as all operations of two tensors here, broadcast by NumPy's rules. */
export const add = (a: Tensor, b: Tensor): Tensor =>
  binary('Add', a, b, (d) => [where(a, () => d), where(b, () => d)]);

export const sub = (a: Tensor, b: Tensor): Tensor =>
  binary('Sub', a, b, (d) => [where(a, () => d), where(b, () => neg(d))]);

export const mul = (a: Tensor, b: Tensor): Tensor =>
  binary('Mul', a, b, (d) => [where(a, () => mul(d, b)), where(b, () => mul(d, a))]);

export const div = (a: Tensor, b: Tensor): Tensor => {
  const quotient: Tensor = binary('Div', a, b, (d) => [
    where(a, () => div(d, b)),
    where(b, () => neg(div(mul(d, quotient), b))),
  ]);
  return quotient;
};

const unary = (op: string, x: Tensor, gradient: (d: Tensor, y: Tensor) => Tensor): Tensor => {
  const y: Tensor = x.tape.emit(op, [x], x.shape, {}, (d) => [gradient(d, y)]);
  return y;
};

export const neg = (x: Tensor): Tensor => unary('Neg', x, neg);
export const exp = (x: Tensor): Tensor => unary('Exp', x, mul);
export const log = (x: Tensor): Tensor => unary('Log', x, (d) => div(d, x));
export const sqrt = (x: Tensor): Tensor => unary('Sqrt', x, (d, y) => div(mul(d, x.tape.scalar(0.5)), y));

/** max(x, 0); its gradient at 0 is 0. */
export const relu = (x: Tensor): Tensor =>
  unary('Relu', x, (d, y) => {
    const positive = x.tape.emit('Sign', [y], y.shape);
    return mul(d, positive);
  });

/** 1 / (1 + exp(-x)) */
export const sigmoid = (x: Tensor): Tensor =>
  unary('Sigmoid', x, (d, y) => mul(d, mul(y, sub(x.tape.scalar(1), y))));

/** log(1 + exp(x)) */
export const softplus = (x: Tensor): Tensor => unary('Softplus', x, (d) => mul(d, sigmoid(x)));

export const tanh = (x: Tensor): Tensor =>
  unary('Tanh', x, (d, y) => mul(d, sub(x.tape.scalar(1), mul(y, y))));
