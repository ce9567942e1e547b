/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { ascendingOrder } from '../../numerics/index.ts';
import { refuse } from './input.ts';

const requireProbabilities = (pValues: ArrayLike<number>): void => {
  for (let i = 0; i < pValues.length; i++) {
    const p = pValues[i]!;
    if (!(p >= 0 && p <= 1)) refuse(`pValues is ${p} at index ${i}, not a probability`);
  }
};

/** p times a factor of its place, made monotone from the greatest p downwards; at most 1. */
const stepUp = (
  pValues: ArrayLike<number>,
  factor: (place: number, count: number) => number,
): Float64Array => {
  requireProbabilities(pValues);
  const order = ascendingOrder(pValues);
  const adjusted = new Float64Array(order.length);
  let least = 1;
  for (let place = order.length; place >= 1; place--) {
    const at = order[place - 1]!;
    least = Math.min(least, pValues[at]! * factor(place, order.length));
    adjusted[at] = least;
  }
  return adjusted;
};

/**
 * Benjamini and Hochberg's adjusted p-values (q-values): selecting those at most q keeps the expected share of
 * false discoveries at most q, for independent or positively dependent tests.
 *
 * @param pValues shape (n), each in [0, 1]; none is left out of the count, so do not pass those of tests not made
 * @returns shape (n), in the same order
 * @throws {CdsError} LEARNING_INPUT_INVALID: a p-value that is NaN or outside [0, 1]
 * @see Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x; equals R's p.adjust(method = "BH")
 */
export const adjustBenjaminiHochberg = (pValues: ArrayLike<number>): Float64Array =>
  stepUp(pValues, (place, count) => count / place);

/**
 * As adjustBenjaminiHochberg, under any dependence.
 *
 * @see Benjamini & Yekutieli 2001, doi:10.1214/aos/1013699998; equals R's p.adjust(method = "BY")
 */
export function adjustBenjaminiYekutieli(pValues: ArrayLike<number>): Float64Array {
  let harmonic = 0;
  for (let place = 1; place <= pValues.length; place++) harmonic += 1 / place;
  return stepUp(pValues, (place, count) => (harmonic * count) / place);
}

/**
 * Holm's adjusted p-values: selecting those at most alpha keeps the probability of any false one at most alpha,
 * under any dependence. Never above Bonferroni's.
 *
 * @see Holm 1979, Scandinavian Journal of Statistics 6:65-70; equals R's p.adjust(method = "holm")
 */
export function adjustHolm(pValues: ArrayLike<number>): Float64Array {
  requireProbabilities(pValues);
  const order = ascendingOrder(pValues);
  const adjusted = new Float64Array(order.length);
  let greatest = 0;
  order.forEach((at, index) => {
    greatest = Math.min(1, Math.max(greatest, pValues[at]! * (order.length - index)));
    adjusted[at] = greatest;
  });
  return adjusted;
}

/** Each p-value times their number, at most 1; equals R's p.adjust(method = "bonferroni"). */
export function adjustBonferroni(pValues: ArrayLike<number>): Float64Array {
  requireProbabilities(pValues);
  return Float64Array.from(pValues, (p) => Math.min(1, p * pValues.length));
}
