/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { normalQuantile } from '../../numerics/index.ts';
import { requireLevel } from '../data.ts';

/** A curve with its pointwise standard errors: a Kaplan-Meier, or exp(-H) of a Nelson-Aalen. Shape (m) each. */
export interface SurvivalCurve {
  readonly times: Float64Array;
  readonly survival: Float64Array;
  readonly standardError: Float64Array;
}

/** The scale on which the interval is symmetric. */
export type IntervalScale = 'plain' | 'log' | 'log-log' | 'logit' | 'arcsine';

export interface IntervalOptions {
  /** Default `log-log`: stays in [0, 1] and keeps its coverage in small samples. R's default is `log`. */
  readonly scale?: IntervalScale;
  /** Coverage, in (0, 1); default .95. */
  readonly level?: number;
}

type Bounds = readonly [lower: number, upper: number];

/**
 * Half the width of a two-sided normal interval, in standard errors.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID unless `level` lies in (0, 1)
 */
export const criticalValue = (level: number): number => {
  requireLevel(level);
  return -normalQuantile((1 - level) / 2);
};

/** `half` is z times the standard error of log S; 0 < s < 1. */
const SCALES: Record<IntervalScale, (s: number, half: number) => Bounds> = {
  plain: (s, half) => [Math.max(0, s * (1 - half)), Math.min(1, s * (1 + half))],
  log: (s, half) => [s * Math.exp(-half), Math.min(1, s * Math.exp(half))],
  'log-log': (s, half) => {
    const spread = half / -Math.log(s);
    return [s ** Math.exp(spread), s ** Math.exp(-spread)];
  },
  logit: (s, half) => {
    const [odds, spread] = [s / (1 - s), half / (1 - s)];
    const back = (value: number): number => value / (1 + value);
    const upper = odds * Math.exp(spread);
    return [back(odds * Math.exp(-spread)), upper === Infinity ? 1 : back(upper)];
  },
  arcsine: (s, half) => {
    const [centre, spread] = [Math.asin(Math.sqrt(s)), 0.5 * half * Math.sqrt(s / (1 - s))];
    return [
      Math.sin(Math.max(0, centre - spread)) ** 2,
      Math.sin(Math.min(Math.PI / 2, centre + spread)) ** 2,
    ];
  },
};

/**
 * Pointwise confidence interval of survival.
 *
 * Before the first event survival and both bounds are 1 (R prints NA there on the log-log, logit and arcsine
 * scales). Where survival is 0 there is no standard error and so no interval: both bounds are NaN, as R's NA.
 *
 * @returns shape (m) each, in [0, 1]; NaN only where survival is 0
 * @throws {CdsError} SURVIVAL_INPUT_INVALID: a level outside (0, 1)
 * @see Kalbfleisch & Prentice 2002, doi:10.1002/9781118032985, section 1.4; equals R's survfit(conf.type =)
 */
export function survivalInterval(
  { survival, standardError }: Pick<SurvivalCurve, 'survival' | 'standardError'>,
  { scale = 'log-log', level = 0.95 }: IntervalOptions = {},
): { readonly lower: Float64Array; readonly upper: Float64Array } {
  const z = criticalValue(level);
  const lower = new Float64Array(survival.length);
  const upper = new Float64Array(survival.length);
  survival.forEach((s, k) => {
    const bounds: Bounds =
      s === 1 ? [1, 1] : s === 0 ? [NaN, NaN] : SCALES[scale](s, (z * standardError[k]!) / s);
    [lower[k], upper[k]] = bounds;
  });
  return { lower, upper };
}
