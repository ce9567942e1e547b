import { mul, softplus, sub } from './arithmetic.ts';
import { meanAll } from './reductions.ts';
import { requireShape } from './shape.ts';
import type { Tensor } from './tape.ts';

/** The mean squared difference, of shape []. */
export function meanSquaredError(predicted: Tensor, target: Tensor): Tensor {
  requireShape(target, predicted.shape, 'the target');
  const difference = sub(predicted, target);
  return meanAll(mul(difference, difference));
}

/**
 * The mean binary cross-entropy, of shape [], from logits: log(1 + exp(z)) - z y, which no logit overflows.
 *
 * @param target probabilities, 0 or 1 as a rule
 */
export function binaryCrossEntropy(logits: Tensor, target: Tensor): Tensor {
  requireShape(target, logits.shape, 'the target');
  return meanAll(sub(softplus(logits), mul(logits, target)));
}
