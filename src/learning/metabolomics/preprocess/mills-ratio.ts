import { normalUpperTail } from '../../../numerics/index.ts';

/** The variable of the series: t = (POLE - y) / (POLE + y) takes y from [0, Infinity] to [1, -1]. */
const POLE = 3;
const TERMS = 28;
const FAR = 6;
const FRACTIONS = 120;

const density = (y: number): number => Math.exp((-y * y) / 2) / Math.sqrt(2 * Math.PI);

/** R(y) by definition, or far out by Laplace's continued fraction 1 / (y + 1 / (y + 2 / (y + ...))). */
const exactMillsRatio = (y: number): number => {
  if (y < FAR) return normalUpperTail(y) / density(y);
  let tail = y;
  for (let k = FRACTIONS; k > 0; k--) tail = y + k / tail;
  return 1 / tail;
};

/** Chebyshev coefficients of R(y) (1 + y) in t, from its values at the zeros of T_TERMS. */
const chebyshevCoefficients = (): Float64Array => {
  const angles = Array.from({ length: TERMS }, (_, k) => ((k + 0.5) * Math.PI) / TERMS);
  const values = angles.map((angle) => {
    const t = Math.cos(angle);
    const y = (POLE * (1 - t)) / (1 + t);
    return exactMillsRatio(y) * (1 + y);
  });
  return Float64Array.from({ length: TERMS }, (_, j) => {
    const sum = values.reduce((total, value, k) => total + value * Math.cos(j * (angles[k] ?? 0)), 0);
    return ((j === 0 ? 1 : 2) * sum) / TERMS;
  });
};

/**
 * Mills' ratio R(y) = P(Z > y) / density(y), y >= 0, as one Chebyshev series that an ONNX graph can sum as well
 * (its Erf is float32 only): R(y) = sum_j coefficients[j] T_j(t) / (1 + y), t = (pole - y) / (pole + y). Its
 * relative error is below 1e-12 for all y >= 0.
 */
export const MILLS_SERIES = { pole: POLE, coefficients: chebyshevCoefficients() } as const;

/** @param y >= 0 */
export function millsRatio(y: number): number {
  if (y === Infinity) return 0;
  const t = (POLE - y) / (POLE + y);
  let [next, afterNext] = [0, 0];
  for (let j = TERMS - 1; j > 0; j--) {
    [next, afterNext] = [(MILLS_SERIES.coefficients[j] ?? 0) + 2 * t * next - afterNext, next];
  }
  return ((MILLS_SERIES.coefficients[0] ?? 0) + t * next - afterNext) / (1 + y);
}

/**
 * density(z) / P(Z < z), exact to rounding also where the probability underflows (about -z far below 0).
 */
export function inverseMillsRatio(z: number): number {
  if (z <= 0) return 1 / millsRatio(-z);
  const phi = density(z);
  return phi / (1 - phi * millsRatio(z));
}

/** log P(Z < z), also far below 0. */
export function logNormalLowerTail(z: number): number {
  if (z <= 0) return Math.log(millsRatio(-z)) - (z * z) / 2 - Math.log(2 * Math.PI) / 2;
  return Math.log1p(-normalUpperTail(z));
}
