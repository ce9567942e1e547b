/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { type SurvivalData, validateSurvivalData } from '../data.ts';

/** One value per distinct time at which a row had its event or was censored, ascending; shape (m) each. */
export interface KaplanMeierCurve {
  readonly times: Float64Array;
  /** Rows with entry < time <= their own end. */
  readonly atRisk: Int32Array;
  readonly events: Int32Array;
  readonly censored: Int32Array;
  /** Probability of no event up to and including the time; non-increasing, in [0, 1]. */
  readonly survival: Float64Array;
  /** Greenwood's standard error of `survival`; 0 where survival is 0 (the limit; R prints NaN there). */
  readonly standardError: Float64Array;
}

/**
 * Product-limit estimate, with delayed entry. Events come before censorings at the same time.
 *
 * With delayed entry the risk set can be tiny at early times: a curve that meets an early time at which
 * everybody at risk has the event is 0 from there on.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452; equals R's survival::survfit
 */
export function kaplanMeier(data: SurvivalData): KaplanMeierCurve {
  const n = validateSurvivalData(data);
  const { entry, time, event } = data;
  const times = Float64Array.from(new Set(Float64Array.from(time).sort()));
  const m = times.length;
  const [atRisk, events, censored] = [new Int32Array(m), new Int32Array(m), new Int32Array(m)];
  const entries = entry === undefined ? undefined : Float64Array.from(entry).sort();
  const position = new Map(Array.from(times, (t, k) => [t, k]));
  for (let i = 0; i < n; i++) {
    const k = position.get(time[i]!)!;
    if (event[i] === 1) events[k] = events[k]! + 1;
    else censored[k] = censored[k]! + 1;
  }
  const survival = new Float64Array(m);
  const standardError = new Float64Array(m);
  let [ended, entered, s, greenwood] = [0, entries === undefined ? n : 0, 1, 0];
  for (let k = 0; k < m; k++) {
    while (entries !== undefined && entered < n && entries[entered]! < times[k]!) entered++;
    const [d, r] = [events[k]!, entered - ended];
    atRisk[k] = r;
    s *= 1 - d / r;
    if (d < r) greenwood += d / (r * (r - d));
    survival[k] = s;
    standardError[k] = s * Math.sqrt(greenwood);
    ended += d + censored[k]!;
  }
  return { times, atRisk, events, censored, survival, standardError };
}
