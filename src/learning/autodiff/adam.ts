import { add, div, mul, sqrt, sub } from './arithmetic.ts';
import { requireShape } from './shape.ts';
import type { Tape, Tensor } from './tape.ts';

export interface AdamWSettings {
  /** .9 where not given. */
  readonly beta1?: number;
  /** .999 where not given. */
  readonly beta2?: number;
  /** 1e-8 where not given. */
  readonly epsilon?: number;
}

export interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
}

export interface AdamW {
  /**
   * One step for one parameter.
   *
   * @param weightDecay times the learning rate it is taken off the parameter itself, not added to the gradient
   */
  update(
    parameter: Tensor,
    gradient: Tensor,
    moments: Moments,
    weightDecay: number,
  ): Moments & { readonly parameter: Tensor };
}

const FLOAT32 = 1;
const FLOAT64 = 11;

/**
 * Adam with decoupled weight decay: Kingma 2015, arXiv:1412.6980; Loshchilov 2019, arXiv:1711.05101. As PyTorch's
 * AdamW: the decay is scaled by the learning rate, epsilon is added to the corrected root.
 *
 * @param learningRate of shape []
 * @param step of shape []: 1 in the first step
 */
export function adamW(
  tape: Tape,
  learningRate: Tensor,
  step: Tensor,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamWSettings = {},
): AdamW {
  requireShape(learningRate, [], 'the learning rate');
  requireShape(step, [], 'the step');
  const { graph } = tape;
  const one = graph.initializer('adam:one', Float64Array.of(1), []);
  const steps = graph.op('Cast', [step.name], { to: FLOAT64 });
  /** 1 - beta^step, in float64: 1 - .999 has lost 4 digits in float32. */
  const correction = (name: string, beta: number): Tensor => {
    const power = graph.op('Pow', [graph.initializer(name, Float64Array.of(beta), []), steps]);
    return tape.record(graph.op('Cast', [graph.op('Sub', [one, power])], { to: FLOAT32 }), [], []);
  };
  return tape.withoutGradients(() => {
    const rate = div(learningRate, correction('adam:beta1', beta1));
    const rootCorrection = sqrt(correction('adam:beta2', beta2));
    const s = (value: number): Tensor => tape.scalar(value);
    return {
      update: (parameter, gradient, { first, second }, weightDecay) =>
        tape.withoutGradients(() => {
          const nextFirst = add(mul(first, s(beta1)), mul(gradient, s(1 - beta1)));
          const nextSecond = add(mul(second, s(beta2)), mul(mul(gradient, gradient), s(1 - beta2)));
          const root = add(div(sqrt(nextSecond), rootCorrection), s(epsilon));
          const decayed =
            weightDecay === 0 ? parameter : sub(parameter, mul(parameter, mul(learningRate, s(weightDecay))));
          const moved = sub(decayed, mul(div(nextFirst, root), rate));
          return { parameter: moved, first: nextFirst, second: nextSecond };
        }),
    };
  });
}
