import { refuse, requireFinite } from '../data.ts';
import { etaOf } from './sweep.ts';

/**
 * The linear predictor eta = x . beta of each row; higher = higher hazard.
 *
 * @param x shape (n, p), row-major; uncentred, as the baseline expects
 * @param beta shape (p)
 * @returns shape (n)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID: no coefficients, rows that are not whole, what is not finite
 */
export function linearPredictor(x: Float64Array, beta: Float64Array): Float64Array {
  if (beta.length === 0) refuse('beta is empty');
  if (x.length === 0 || x.length % beta.length !== 0)
    refuse(`x has ${x.length} values, no whole number of rows of ${beta.length}`);
  requireFinite(beta, beta.length, 'beta');
  requireFinite(x, x.length, 'x');
  const eta = etaOf(x, beta);
  requireFinite(eta, eta.length, 'the linear predictor');
  return eta;
}

/**
 * The linear predictor less its mean over the rows: 0 is the average row. (The baseline wants it uncentred.)
 *
 * @param x shape (n, p), row-major
 * @param beta shape (p)
 * @returns shape (n)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, as `linearPredictor`
 */
export function centredLinearPredictor(x: Float64Array, beta: Float64Array): Float64Array {
  const eta = linearPredictor(x, beta);
  const mean = eta.reduce((sum, value) => sum + value, 0) / eta.length;
  return eta.map((value) => value - mean);
}
