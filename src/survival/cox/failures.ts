/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { type CoxProblem, linearPredictor } from './sweep.ts';

const FAILURES: ReadonlySet<string> = new Set(['COX_COLLINEAR', 'COX_SEPARATED', 'COX_NOT_CONVERGED']);

/**
 * Does the error say that these data have no Cox estimate (collinear, separated, or not converged), rather than
 * that they are no survival data? Another sample of the same population may well have one.
 */
export const isCoxFailure = (error: unknown): error is CdsError =>
  error instanceof CdsError && FAILURES.has(error.code);

/** Parts of a direction this small beside its largest are taken for the finite coefficients' last moves. */
const NEGLIGIBLE = 1e-4;
/** How far a row at risk may lie above one that dies, as a share of the range: rounding. */
export const CERTAIN = 1e-8;
export const LIKELY = 1e-4;

/**
 * Is the likelihood monotone along `direction`? It is if moving along it never favours a row at risk over one that
 * dies: then the coefficients run to infinity. With a tolerance of rounding's size that is a proof.
 *
 * @param direction in units of the standardised covariates, shape (p)
 * @param tolerance share of the direction's range that may be violated
 * @returns the error that names the column, or undefined
 * @see Bryson & Johnson 1981, doi:10.1080/00401706.1981.10487683
 */
export function separationAlong(
  problem: CoxProblem,
  direction: Float64Array,
  tolerance: number,
): CdsError | undefined {
  const most = direction.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
  if (!(most > 0 && Number.isFinite(most))) return undefined;
  const cleaned = direction.map((value) => (Math.abs(value) < NEGLIGIBLE * most ? 0 : value / most));
  const eta = linearPredictor(problem.x, cleaned);
  const range =
    eta.reduce((a, b) => Math.max(a, b), -Infinity) - eta.reduce((a, b) => Math.min(a, b), Infinity);
  const ranks = problem.ties === 'exact' ? survivorsBelow : everybodyBelow;
  return ranks(problem, eta, tolerance * range) ? separated(cleaned) : undefined;
}

const separated = (direction: Float64Array): CdsError => {
  const columns = [...direction.keys()]
    .filter((j) => direction[j] !== 0)
    .sort((a, b) => Math.abs(direction[b]!) - Math.abs(direction[a]!));
  const [first = 0, ...others] = columns;
  const where = direction[first]! > 0 ? 'plus' : 'minus';
  const together = others.length === 0 ? '' : `, together with column${others.length > 1 ? 's' : ''} `;
  return new CdsError(
    'COX_SEPARATED',
    `column ${first} separates the events: its coefficient runs to ${where} infinity${together}${others.join(', ')}`,
  );
};

type Ranking = (problem: CoxProblem, eta: Float64Array, slack: number) => boolean;

/** Every row that dies has the largest eta of its risk set. */
const everybodyBelow: Ranking = ({ sets }, eta, slack) =>
  everyGroup(sets.groups, (g) => {
    const lowest = lowestDeath(sets, eta, g);
    return highestAtRisk(sets, eta, g, () => true) <= lowest + slack;
  });

/** Exact ties: those that die need only lie above those that don't. */
const survivorsBelow: Ranking = ({ sets }, eta, slack) =>
  everyGroup(sets.groups, (g) => {
    const dying = new Set(sets.deaths.rows.subarray(sets.deaths.start[g], sets.deaths.start[g + 1]));
    return highestAtRisk(sets, eta, g, (row) => !dying.has(row)) <= lowestDeath(sets, eta, g) + slack;
  });

const everyGroup = (groups: number, holds: (g: number) => boolean): boolean => {
  for (let g = 0; g < groups; g++) if (!holds(g)) return false;
  return true;
};

const lowestDeath = ({ deaths }: CoxProblem['sets'], eta: Float64Array, g: number): number => {
  let lowest = Infinity;
  for (let k = deaths.start[g]!; k < deaths.start[g + 1]!; k++)
    lowest = Math.min(lowest, eta[deaths.rows[k]!]!);
  return lowest;
};

const highestAtRisk = (
  { rows, enterGroup, leaveGroup }: CoxProblem['sets'],
  eta: Float64Array,
  g: number,
  counts: (row: number) => boolean,
): number => {
  let highest = -Infinity;
  for (let row = 0; row < rows; row++) {
    if (enterGroup[row]! <= g && g < leaveGroup[row]! && eta[row]! > highest && counts(row)) {
      highest = eta[row]!;
    }
  }
  return highest;
};
