/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { type CoxProblem, etaOf } from './sweep.ts';

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
  const eta = etaOf(problem.x, cleaned);
  const range =
    eta.reduce((a, b) => Math.max(a, b), -Infinity) - eta.reduce((a, b) => Math.min(a, b), Infinity);
  return deathsLead(problem, eta, tolerance * range) ? separated(cleaned) : undefined;
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

/**
 * Has every row that dies the largest eta of its risk set, within `slack`? With exact ties those that die need only
 * lead those that don't. Asked of each row at risk about the groups in which it is: O(n + groups log groups).
 */
const deathsLead = ({ sets, ties }: CoxProblem, eta: Float64Array, slack: number): boolean => {
  const least = rangeMinima(lowestDeaths(sets, eta));
  const survivesItsTie = ties === 'exact' ? 1 : 0;
  for (let row = 0; row < sets.rows; row++) {
    const enter = sets.enterGroup[row]! + survivesItsTie * sets.dies[row]!;
    const leave = sets.leaveGroup[row]!;
    if (enter < leave && eta[row]! > least(enter, leave) + slack) return false;
  }
  return true;
};

/** The least eta of those that die, shape (groups). */
const lowestDeaths = ({ deaths, groups }: CoxProblem['sets'], eta: Float64Array): Float64Array => {
  const lowest = new Float64Array(groups).fill(Infinity);
  for (let g = 0; g < groups; g++) {
    for (let k = deaths.start[g]!; k < deaths.start[g + 1]!; k++)
      lowest[g] = Math.min(lowest[g]!, eta[deaths.rows[k]!]!);
  }
  return lowest;
};

/** The least of values[from] to values[to - 1], from < to, in O(1): minima over spans of 1, 2, 4, ... values. */
const rangeMinima = (values: Float64Array): ((from: number, to: number) => number) => {
  const spans = [values];
  for (let width = 1; 2 * width <= values.length; width *= 2) {
    const half = spans.at(-1)!;
    const length = values.length - 2 * width + 1;
    spans.push(Float64Array.from({ length }, (_, k) => Math.min(half[k]!, half[k + width]!)));
  }
  return (from, to) => {
    const level = 31 - Math.clz32(to - from);
    const minima = spans[level]!;
    return Math.min(minima[from]!, minima[to - (1 << level)]!);
  };
};
