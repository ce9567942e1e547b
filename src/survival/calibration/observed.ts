/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { criticalValue } from '../curves/intervals.ts';
import { refuse, type SurvivalData } from '../data.ts';
import { type Groups, groupsOf } from '../discrimination/order.ts';

/** What Kaplan and Meier observe by a horizon. */
export interface ObservedRisk {
  /** 1 - S(horizon). */
  readonly risk: number;
  /** Greenwood's. */
  readonly standardError: number;
  /** Events by the horizon. */
  readonly events: number;
}

/** Survival data in order of time, for many Kaplan-Meier estimates at one horizon in O(n) each. */
export class ObservedByHorizon {
  private readonly times: Groups;
  private readonly data: SurvivalData;
  private readonly horizon: number;

  /** @param data validated, without entry */
  constructor(data: SurvivalData, horizon: number) {
    this.times = groupsOf(data.time);
    this.data = data;
    this.horizon = horizon;
  }

  /**
   * @param included 1 for the rows that count, shape (n)
   * @returns undefined where the rows' follow-up ends before the horizon while some are event-free
   */
  of(included: Uint8Array): ObservedRisk | undefined {
    const { times, data, horizon } = this;
    const { order, start, count } = times;
    let [atRisk, survival, greenwood, events] = [0, 1, 0, 0];
    for (const is of included) atRisk += is;
    for (let g = 0; g < count && atRisk > 0; g++) {
      const t = data.time[order[start[g]!]!]!;
      if (t > horizon) break;
      let [dying, ending] = [0, 0];
      for (let k = start[g]!; k < start[g + 1]!; k++) {
        const row = order[k]!;
        ending += included[row]!;
        dying += included[row]! * data.event[row]!;
      }
      survival *= 1 - dying / atRisk;
      if (dying < atRisk) greenwood += dying / (atRisk * (atRisk - dying));
      events += dying;
      atRisk -= ending;
      if (atRisk === 0 && survival > 0 && t < horizon) return undefined;
    }
    return { risk: 1 - survival, standardError: survival * Math.sqrt(greenwood), events };
  }

  /**
   * Of all rows.
   *
   * @throws {CdsError} SURVIVAL_NO_EVENTS: none by the horizon; SURVIVAL_INPUT_INVALID: follow-up ends before it
   */
  ofAll(): ObservedRisk {
    const all = this.of(new Uint8Array(this.data.time.length).fill(1));
    if (all === undefined) return refuse(`nobody is at risk at the horizon ${this.horizon}`);
    if (all.events === 0)
      throw new CdsError('SURVIVAL_NO_EVENTS', `no row has its event by the horizon ${this.horizon}`);
    return all;
  }
}

/**
 * Interval of a Kaplan-Meier risk on the log-log scale of survival (R: survfit(conf.type = "log-log")).
 *
 * @returns undefined where the risk is 0 or 1, which that scale doesn't hold
 */
export function riskInterval(
  { risk, standardError }: ObservedRisk,
  level: number,
): readonly [lower: number, upper: number] | undefined {
  const z = criticalValue(level);
  if (risk <= 0 || risk >= 1) return undefined;
  const survival = 1 - risk;
  const reach = (z * standardError) / (survival * Math.log(survival)); // negative
  return [1 - survival ** Math.exp(reach), 1 - survival ** Math.exp(-reach)];
}
