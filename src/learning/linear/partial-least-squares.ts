/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import {
  type BinaryData,
  foldsOf,
  refuse,
  requireRows,
  rowsOf,
  standardiseColumns,
  validateBinaryData,
} from './input.ts';

export interface PlsInput extends BinaryData {
  /** Largest number of components. */
  readonly components: number;
  /** Divide columns by their standard deviation (default) or only centre them. */
  readonly standardise?: boolean;
}

export interface PlsDiscriminant {
  /** For 1, 2, ... components: the regression of the label on the columns as given. May be fewer than asked for. */
  readonly coefficients: readonly Float64Array[];
  readonly intercepts: Float64Array;
}

const requireComponents = (components: number): void => {
  if (!Number.isInteger(components) || components < 1) refuse('components is not a positive integer');
};

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

interface Component {
  /** What the centred columns are multiplied with to give the component's score; shape (columns). */
  readonly rotation: Float64Array;
  readonly loading: Float64Array;
}

const addScaled = (target: Float64Array, scale: number, source: Float64Array): void => {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + scale * source[i]!;
};

/** Takes a component off columns and response, in place; undefined where their covariance is at most `least`. */
const nextComponent = (columns: readonly Float64Array[], y: Float64Array, least: number) => {
  const weight = Float64Array.from(columns, (column) => dot(column, y));
  const norm = Math.sqrt(dot(weight, weight));
  if (!(norm > least)) return undefined;
  for (let j = 0; j < weight.length; j++) weight[j] = weight[j]! / norm;
  const score = new Float64Array(y.length);
  columns.forEach((column, j) => {
    addScaled(score, weight[j]!, column);
  });
  const length = dot(score, score);
  const loading = Float64Array.from(columns, (column) => dot(column, score) / length);
  const share = dot(y, score) / length;
  columns.forEach((column, j) => {
    addScaled(column, -loading[j]!, score);
  });
  addScaled(y, -share, score);
  return { weight, loading, share };
};

/**
 * Partial least squares discriminant analysis of two classes: PLS regression of the 0/1 label (NIPALS, one response).
 * A further component is not made where nothing of the label is left to explain.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: see BinaryData; no component, every column constant
 * @see Wold, Sjostrom & Eriksson 2001, doi:10.1016/S0169-7439(01)00155-1; predictions equal pls::plsr's and
 *   scikit-learn's PLSRegression's
 */
export function plsDiscriminant(input: PlsInput): PlsDiscriminant {
  const n = validateBinaryData(input);
  const { x, columns, labels, components, standardise = true } = input;
  requireComponents(components);
  const { values, mean, scale } = standardiseColumns(x, columns, { standardise, sample: true });
  if (scale.every((each) => each === 0)) refuse('every column is constant');
  const columnsOf = Array.from({ length: columns }, (_, j) => values.subarray(j * n, (j + 1) * n));
  const labelMean = Array.from(labels).reduce((sum, label) => sum + label, 0) / n;
  const y = Float64Array.from(labels, (label) => label - labelMean);
  const startNorm = Math.sqrt(dotAll(columnsOf, y));
  const beta = new Float64Array(columns);
  const made: Component[] = [];
  const coefficients: Float64Array[] = [];
  for (let k = 0; k < Math.min(components, n - 1, columns); k++) {
    const component = nextComponent(columnsOf, y, 1e-10 * startNorm);
    if (component === undefined) break;
    const { weight, loading, share } = component;
    const rotation = weight.slice();
    for (const earlier of made) addScaled(rotation, -dot(earlier.loading, weight), earlier.rotation);
    made.push({ rotation, loading });
    addScaled(beta, share, rotation);
    coefficients.push(beta.map((b, j) => (scale[j] === 0 ? 0 : b / scale[j]!)));
  }
  if (coefficients.length === 0) refuse('no column has anything to do with the label');
  const intercepts = Float64Array.from(coefficients, (each) => labelMean - dot(each, mean));
  return { coefficients, intercepts };
}

const dotAll = (columns: readonly Float64Array[], y: Float64Array): number =>
  columns.reduce((sum, column) => sum + dot(column, y) ** 2, 0);

/**
 * Scores of rows (near 1: label 1), with so many components; shape (rows). A model that has fewer uses what it has.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export function predictPls(model: PlsDiscriminant, components: number, x: Float64Array): Float64Array {
  const k = Math.min(components, model.coefficients.length) - 1;
  const beta = model.coefficients[k] ?? refuse('components is not a positive integer');
  const columns = beta.length;
  return Float64Array.from({ length: requireRows(x, columns) }, (_, row) => {
    let sum = model.intercepts[k]!;
    for (let j = 0; j < columns; j++) sum += beta[j]! * x[row * columns + j]!;
    return sum;
  });
}

export interface CrossValidatedPls {
  readonly model: PlsDiscriminant;
  /** Mean squared error of the held-out label by number of components (from 1); shape (components). */
  readonly squaredErrors: Float64Array;
  /** Number of components of least error. */
  readonly components: number;
}

/**
 * PLS-DA with the number of components chosen by the held-out squared error (the greatest Q squared).
 *
 * @param input.foldIds shape (n)
 * @throws {CdsError} LEARNING_INPUT_INVALID, also for fewer than 2 folds
 */
export function crossValidatedPls(
  input: PlsInput & { readonly foldIds: ArrayLike<number> },
): CrossValidatedPls {
  const { foldIds, ...fitInput } = input;
  const n = validateBinaryData(input);
  const folds = foldsOf(foldIds, n);
  requireComponents(input.components);
  const all = Array.from({ length: n }, (_, row) => row);
  const squaredErrors = new Float64Array(input.components);
  for (const fold of folds) {
    const held = all.filter((row) => foldIds[row] === fold);
    const fit = plsDiscriminant({
      ...fitInput,
      ...rowsOf(
        input,
        all.filter((row) => foldIds[row] !== fold),
      ),
    });
    const { x } = rowsOf(input, held);
    for (let k = 0; k < input.components; k++) {
      const predicted = predictPls(fit, k + 1, x);
      held.forEach((row, at) => {
        squaredErrors[k] = squaredErrors[k]! + (predicted[at]! - input.labels[row]!) ** 2 / n;
      });
    }
  }
  const best = squaredErrors.reduce(
    (least, error, k) => (error < squaredErrors[least]! - 1e-12 ? k : least),
    0,
  );
  return { model: plsDiscriminant(fitInput), squaredErrors, components: best + 1 };
}
