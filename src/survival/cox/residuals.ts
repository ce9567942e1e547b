/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { refuse } from '../data.ts';
import type { CoxFit } from './cox.ts';
import { coxDesign, type CoxDesign, type CoxInput } from './design.ts';
import { meanOfSteps, scoreResidualsAt } from './score-residuals.ts';
import { hazardExposure, sweepRiskSets } from './sweep.ts';

/**
 * The design of a fit and its coefficients in the design's units.
 *
 * @param input what was fitted
 * @throws {CdsError} SURVIVAL_INPUT_INVALID: exact ties, or a fit of another number of columns
 */
export function fittedDesign(
  input: CoxInput,
  fit: Pick<CoxFit, 'coefficients'>,
): CoxDesign & { beta: Float64Array } {
  if (input.ties === 'exact') {
    refuse("ties: 'exact' has no residuals; use 'efron' or 'breslow'");
  }
  if (fit.coefficients.length !== input.columns) {
    refuse(`fit has ${fit.coefficients.length} coefficients, input ${input.columns} columns`);
  }
  const design = coxDesign(input);
  return { ...design, beta: fit.coefficients.map((value, j) => value * design.scale[j]!) };
}

/**
 * Martingale residuals: events observed less events expected of each row, without its case weight. Above 0: the
 * event came sooner than the model says.
 *
 * @param input what was fitted, with ties other than exact
 * @returns shape (n), in (-infinity, 1]
 * @throws {CdsError} SURVIVAL_INPUT_INVALID and what `fitCox` says of its input
 * @see Therneau, Grambsch & Fleming 1990, doi:10.1093/biomet/77.1.147; equals residuals(fit, type = "martingale")
 */
export function martingaleResiduals(input: CoxInput, fit: CoxFit): Float64Array {
  const { problem, beta } = fittedDesign(input, fit);
  const sweep = sweepRiskSets(problem, beta);
  const expected = hazardExposure(problem, sweep);
  return expected.map(
    (exposure, row) => input.data.event[row]! - (sweep.risk[row]! / problem.weights[row]!) * exposure,
  );
}

/**
 * Deviance residuals: the martingale residuals made more symmetric about 0.
 *
 * @returns shape (n)
 * @throws {CdsError} as `martingaleResiduals`
 * @see Therneau, Grambsch & Fleming 1990, doi:10.1093/biomet/77.1.147; equals residuals(fit, type = "deviance")
 */
export function devianceResiduals(input: CoxInput, fit: CoxFit): Float64Array {
  return martingaleResiduals(input, fit).map((residual, row) => {
    const event = input.data.event[row]!;
    const logTerm = event === 1 ? Math.log(event - residual) : 0;
    return Math.sign(residual) * Math.sqrt(Math.max(0, -2 * (residual + logTerm)));
  });
}

/** Residuals of the events, by stratum, then time, then row. */
export interface SchoenfeldResiduals {
  /** The row of each event, shape (events). */
  readonly rows: Int32Array;
  /** Its time, shape (events), in the data's unit. */
  readonly times: Float64Array;
  /** Shape (events, columns), row-major. */
  readonly residuals: Float64Array;
}

/**
 * Schoenfeld residuals: the covariates of each row that has its event less their mean over its risk set, in the
 * covariates' units, without case weight. With Efron the mean is that of the steps of its tie.
 *
 * @throws {CdsError} as `martingaleResiduals`
 * @see Schoenfeld 1982, doi:10.1093/biomet/69.1.239; equals residuals(fit, type = "schoenfeld")
 */
export function schoenfeldResiduals(input: CoxInput, fit: CoxFit): SchoenfeldResiduals {
  const { problem, beta, scale } = fittedDesign(input, fit);
  const { sets, x, columns: p } = problem;
  const sweep = sweepRiskSets(problem, beta);
  const rows = eventRows(problem.sets);
  const residuals = new Float64Array(rows.length * p);
  let [group, centre] = [-1, new Float64Array(p)];
  rows.forEach((row, k) => {
    if (sets.enterGroup[row] !== group) {
      group = sets.enterGroup[row]!;
      centre = new Float64Array(meanOfSteps(problem, sweep, group));
    }
    for (let j = 0; j < p; j++) residuals[k * p + j] = (x[row * p + j]! - centre[j]!) * scale[j]!;
  });
  return { rows, times: Float64Array.from(rows, (row) => input.data.time[row]!), residuals };
}

/** Groups run stratum after stratum, latest first: within a stratum they are turned round. */
const eventRows = ({ stratumOfGroup, deaths, groups }: CoxDesign['problem']['sets']): Int32Array => {
  const order = [...Array(groups).keys()].sort((a, b) => stratumOfGroup[a]! - stratumOfGroup[b]! || b - a);
  return Int32Array.from(
    order.flatMap((g) => [...deaths.rows.subarray(deaths.start[g], deaths.start[g + 1])]),
  );
};

/**
 * Scaled Schoenfeld residuals: an event's residual times the covariance times the number of events, plus the
 * coefficients. Their course over time is that of the coefficients.
 *
 * @throws {CdsError} as `martingaleResiduals`
 * @see Grambsch & Therneau 1994, doi:10.1093/biomet/81.3.515; equals residuals(fit, type = "scaledsch")
 */
export function scaledSchoenfeldResiduals(input: CoxInput, fit: CoxFit): SchoenfeldResiduals {
  const { rows, times, residuals } = schoenfeldResiduals(input, fit);
  const scaled = timesMatrix(residuals, fit.covariance, input.columns);
  return {
    rows,
    times,
    residuals: scaled.map((value, at) => value * rows.length + fit.coefficients[at % input.columns]!),
  };
}

/** Rows of a (n, p) times a symmetric (p, p). */
const timesMatrix = (rows: Float64Array, matrix: Float64Array, p: number): Float64Array =>
  rows.map((_, at) => {
    const [offset, j] = [at - (at % p), at % p];
    let sum = 0;
    for (let k = 0; k < p; k++) sum += rows[offset + k]! * matrix[k * p + j]!;
    return sum;
  });

/**
 * Score residuals: each row's contribution to the score of each coefficient, without its case weight.
 *
 * @returns shape (n, columns), row-major, in the covariates' units
 * @throws {CdsError} as `martingaleResiduals`
 * @see Therneau & Grambsch 2000, section 4.6; equals residuals(fit, type = "score")
 */
export function scoreResiduals(input: CoxInput, fit: CoxFit): Float64Array {
  const { problem, beta, scale } = fittedDesign(input, fit);
  return scoreResidualsAt(problem, beta).map((value, at) => value * scale[at % scale.length]!);
}

/**
 * About how much each coefficient would fall if the row, with its case weight, were left out: its influence.
 *
 * @returns shape (n, columns), row-major
 * @throws {CdsError} as `martingaleResiduals`
 * @see Cain & Lange 1984, doi:10.2307/2531402; equals residuals(fit, type = "dfbeta")
 */
export function dfbeta(input: CoxInput, fit: CoxFit): Float64Array {
  const p = input.columns;
  const { weights } = input;
  const influence = timesMatrix(scoreResiduals(input, fit), fit.covariance, p);
  if (weights === undefined) return influence;
  return influence.map((value, at) => value * weights[Math.floor(at / p)]!);
}
