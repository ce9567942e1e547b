/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import {
  censoringSurvival,
  type CensoringSurvival,
  censoringSurvivalAt,
  censoringSurvivalBefore,
} from '../curves/censoring.ts';
import { refuse, requirePositiveNumber, type SurvivalData, validateSurvivalData } from '../data.ts';
import { type Groups, groupsOf } from './order.ts';

/**
 * Inverse probability of censoring weighting by G, the Kaplan-Meier curve of the censoring. At a time that has
 * both, events come before censorings.
 */
export interface Censoring {
  readonly data: SurvivalData;
  readonly times: Groups;
  /** Distinct times, ascending, shape (m). */
  readonly distinct: Float64Array;
  readonly curve: CensoringSurvival;
  /** Rows at risk just before, and censorings, shape (m). */
  readonly atRisk: Float64Array;
  readonly censored: Float64Array;
}

/** What all horizons share. @throws {CdsError} SURVIVAL_INPUT_INVALID; also for delayed entry */
export function censoringOf(data: SurvivalData, metric: string): Censoring {
  const n = validateSurvivalData(data);
  if (data.entry !== undefined) {
    refuse(
      `${metric} has no accepted definition with delayed entry (its censoring weights need every row from time 0); ` +
        'judge the rows of one landmark, with time counted from it',
    );
  }
  const times = groupsOf(data.time);
  const m = times.count;
  const [distinct, atRisk, censored] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
  for (let k = 0; k < m; k++) {
    const [first, end] = [times.start[k]!, times.start[k + 1]!];
    distinct[k] = data.time[times.order[first]!]!;
    atRisk[k] = n - first;
    for (let i = first; i < end; i++) censored[k]! += 1 - data.event[times.order[i]!]!;
  }
  return { data, times, distinct, curve: censoringSurvival(data), atRisk, censored };
}

/** Rows at a horizon: those with their event by then (cases), and those event-free and observed beyond (controls). */
export interface AtHorizon {
  readonly horizon: number;
  readonly censoring: Censoring;
  /** 1/G(time-) of cases, 0 of others, shape (n). */
  readonly caseWeight: Float64Array;
  /** 1/G(horizon) of controls, 0 of others, shape (n). Rows censored by the horizon have neither weight. */
  readonly controlWeight: Float64Array;
  readonly cases: number;
  readonly controls: number;
}

/**
 * @throws {CdsError} SURVIVAL_INPUT_INVALID: a horizon that is not finite and positive, or no row that is observed
 *   beyond it; SURVIVAL_NO_EVENTS: no event by then
 */
export function weightsAt(censoring: Censoring, horizon: number): AtHorizon {
  const { data, curve } = censoring;
  const n = data.time.length;
  requirePositiveNumber(horizon, 'horizon');
  const [caseWeight, controlWeight] = [new Float64Array(n), new Float64Array(n)];
  const beyond = 1 / censoringSurvivalAt(curve, horizon);
  let [cases, controls] = [0, 0];
  for (let row = 0; row < n; row++) {
    if (data.time[row]! > horizon) {
      controlWeight[row] = beyond;
      controls++;
    } else if (data.event[row] === 1) {
      caseWeight[row] = 1 / censoringSurvivalBefore(curve, data.time[row]!);
      cases++;
    }
  }
  if (cases === 0) throw new CdsError('SURVIVAL_NO_EVENTS', `no row has its event by the horizon ${horizon}`);
  if (controls === 0) refuse(`nobody is at risk after the horizon ${horizon}`);
  return { horizon, censoring, caseWeight, controlWeight, cases, controls };
}

/**
 * What the estimation of G adds to each row's influence on an average of weighted terms.
 *
 * Each weight 1/G(s) moves with row k by the martingale of its censoring: dN_k(u)/Y(u) minus the hazard while it is
 * at risk, over u < s (over u <= horizon for controls). The hazard is per row at risk before the time's events, as
 * riskRegression has it; at tied times this differs from the curve's own in the second order.
 *
 * @param caseTerm shape (n): weight times what is averaged, of cases; 0 of others
 * @param controlTerms the same summed over the controls
 * @returns shape (n), added to the influence function; sums to 0
 */
export function censoringInfluence(
  { horizon, censoring }: Pick<AtHorizon, 'horizon' | 'censoring'>,
  caseTerm: Float64Array,
  controlTerms: number,
): Float64Array {
  const { data, times, distinct, atRisk, censored } = censoring;
  const { order, start, count } = times;
  let outstanding = 0;
  for (const term of caseTerm) outstanding += term;
  const influence = new Float64Array(caseTerm.length);
  let hazard = 0;
  for (let k = 0; k < count; k++) {
    const [first, end] = [start[k]!, start[k + 1]!];
    for (let i = first; i < end; i++) outstanding -= caseTerm[order[i]!]!;
    if (distinct[k]! > horizon) outstanding = 0; // nothing weighted lies beyond, but for rounding
    const weighted = outstanding + (distinct[k]! <= horizon ? controlTerms : 0);
    const perRow = weighted / atRisk[k]!;
    hazard += (perRow * censored[k]!) / atRisk[k]!;
    for (let i = first; i < end; i++) {
      const row = order[i]!;
      influence[row] = (data.event[row] === 1 ? 0 : perRow) - hazard;
    }
  }
  return influence;
}
