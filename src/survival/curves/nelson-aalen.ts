/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { SurvivalData } from '../data.ts';
import { riskTable } from './risk-table.ts';

/** One value per distinct time at which a row had its event or was censored, ascending; shape (m) each. */
export interface NelsonAalenCurve {
  readonly times: Float64Array;
  readonly atRisk: Float64Array;
  readonly events: Float64Array;
  readonly censored: Float64Array;
  /** H(t), non-decreasing, not negative; dimensionless. */
  readonly cumulativeHazard: Float64Array;
  /** Standard error of the cumulative hazard. */
  readonly hazardStandardError: Float64Array;
  /** exp(-H(t)): Breslow's estimate of survival, above the product limit. */
  readonly survival: Float64Array;
  /** Standard error of `survival`, so that intervals and quantiles take this curve as they take a Kaplan-Meier. */
  readonly standardError: Float64Array;
}

export interface NelsonAalenOptions {
  /** Case weights, shape (n), not negative. */
  readonly weights?: Float64Array;
  /**
   * `nelson-aalen` (the default): d tied events add d/r. `fleming-harrington`: they add
   * 1/r + 1/(r - 1) + ... + 1/(r - d + 1), as if they had come one after the other.
   */
  readonly ties?: 'nelson-aalen' | 'fleming-harrington';
}

interface Increment {
  readonly hazard: number;
  readonly variance: number;
}

/** @param rows rows with the event, sharing `d` evenly */
const oneAfterTheOther = (d: number, r: number, rows: number): Increment => {
  let [hazard, variance] = [0, 0];
  const each = d / rows;
  for (let j = 0; j < rows; j++) {
    const left = r - j * each;
    hazard += each / left;
    variance += each / (left * left);
  }
  return { hazard, variance };
};

/**
 * Cumulative hazard, with delayed entry and case weights.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see Aalen 1978, doi:10.1214/aos/1176344247; Fleming & Harrington 1984, doi:10.1080/03610928408828837; equals
 *   R's survfit(..., stype = 2, ctype = 1) and, for the correction, ctype = 2 (robust = FALSE with weights)
 */
export function nelsonAalen(
  data: SurvivalData,
  { weights, ties = 'nelson-aalen' }: NelsonAalenOptions = {},
): NelsonAalenCurve {
  const { times, atRisk, events, censored, eventRows } = riskTable(data, weights);
  const m = times.length;
  const [cumulativeHazard, hazardStandardError] = [new Float64Array(m), new Float64Array(m)];
  let [hazard, variance] = [0, 0];
  for (let k = 0; k < m; k++) {
    const [d, r] = [events[k]!, atRisk[k]!];
    const step =
      ties === 'fleming-harrington'
        ? oneAfterTheOther(d, r, eventRows[k]!)
        : { hazard: d / r, variance: d / (r * r) };
    hazard += step.hazard;
    variance += step.variance;
    cumulativeHazard[k] = hazard;
    hazardStandardError[k] = Math.sqrt(variance);
  }
  const survival = cumulativeHazard.map((h) => Math.exp(-h));
  const standardError = survival.map((s, k) => s * hazardStandardError[k]!);
  return {
    times,
    atRisk,
    events,
    censored,
    cumulativeHazard,
    hazardStandardError,
    survival,
    standardError,
  };
}
