/**
 * Our survival room answers what R's survival 3.5-3 answers. The calls are in fixtures/survival.R, which made
 * fixtures/survival.json with its input data: 90 rows, 56 events, many tied times, entries 0 to 6.
 */
import { describe, expect, it } from 'vitest';
import {
  breslowBaseline,
  concordanceIndex,
  cumulativeHazardAt,
  fitCox,
  kaplanMeier,
  type SurvivalData,
  type Ties,
} from '../../src/survival/index.ts';
import { expectAllClose } from './fixtures/close.ts';
import fixture from './fixtures/survival.json' with { type: 'json' };

const { data: d } = fixture;
const right: SurvivalData = { time: Float64Array.from(d.time), event: Uint8Array.from(d.event) };
const delayed: SurvivalData = { ...right, entry: Float64Array.from(d.entry) };
const x = Float64Array.from(d.time.flatMap((_, i) => [d.x1[i]!, d.x2[i]!, d.x3[i]!]));
const strata = Int32Array.from(d.stratum);
const cluster = Int32Array.from(d.cluster);
const weights = Float64Array.from(d.weights);
const score = Float64Array.from(d.score);

type FitName = keyof typeof fixture.fits;
interface Options {
  data: SurvivalData;
  ties: Ties;
  strata?: Int32Array;
  cluster?: Int32Array;
  weights?: Float64Array;
}
const FITS: Record<FitName, Options> = {
  rightEfron: { data: right, ties: 'efron' },
  rightBreslow: { data: right, ties: 'breslow' },
  delayedEfron: { data: delayed, ties: 'efron' },
  delayedBreslow: { data: delayed, ties: 'breslow' },
  stratifiedEfron: { data: delayed, ties: 'efron', strata },
  stratifiedRightEfron: { data: right, ties: 'efron', strata },
  clusteredRightEfron: { data: right, ties: 'efron', cluster },
  clusteredDelayedEfron: { data: delayed, ties: 'efron', cluster },
  clusteredDelayedBreslow: { data: delayed, ties: 'breslow', cluster },
  weightedDelayedEfron: { data: delayed, ties: 'efron', weights, cluster },
  weightedStratifiedEfron: { data: delayed, ties: 'efron', strata, weights, cluster },
  weightedStratifiedBreslow: { data: delayed, ties: 'breslow', strata, weights, cluster },
};

describe('fitCox equals coxph', () => {
  it.each(Object.entries(FITS))('%s', (name, options) => {
    const expected = fixture.fits[name as FitName];
    const fit = fitCox({ x, columns: 3, ...options });
    expectAllClose(fit.coefficients, expected.coefficients, 1e-9);
    expectAllClose(fit.covariance, expected.covariance, 1e-9);
    expectAllClose([fit.logLikelihood.null, fit.logLikelihood.fitted], expected.logLikelihood, 1e-12);
    expect(fit.robustCovariance === undefined).toBe(expected.robust === null);
    if (expected.robust !== null) expectAllClose(fit.robustCovariance!, expected.robust, 1e-9);
    expect(fit.events).toBe(56);
  });
});

describe('kaplanMeier equals survfit', () => {
  it.each([
    ['right', right],
    ['delayed', delayed],
  ] as const)('%s', (name, data) => {
    const expected = fixture.kaplanMeier[name];
    const curve = kaplanMeier(data);
    expect([...curve.times]).toEqual(expected.times);
    expect([...curve.atRisk]).toEqual(expected.atRisk);
    expect([...curve.events]).toEqual(expected.events);
    expect([...curve.censored]).toEqual(expected.censored);
    expectAllClose(curve.survival, expected.survival, 1e-13);
    expectAllClose(curve.standardError, expected.standardError, 1e-13);
  });
});

describe('breslowBaseline equals basehaz(centered = FALSE)', () => {
  it.each([
    ['right', { data: right }],
    ['delayed', { data: delayed }],
    ['weighted', { data: delayed, weights }],
  ] as const)('%s', (name, input) => {
    const expected = fixture.baseline[name];
    const baseline = breslowBaseline({
      ...input,
      linearPredictor: Float64Array.from(expected.linearPredictor),
    });
    const ours = expected.times.map((t) => cumulativeHazardAt(baseline, t));
    expectAllClose(ours, expected.cumulative, 1e-12);
  });
});

describe('concordanceIndex equals concordance(reverse = TRUE)', () => {
  it.each([
    ['right', right, Float64Array.from(d.x1), {}],
    ['ties', right, score, {}],
    ['truncated', right, score, { truncateAt: 9 }],
    ['delayed', delayed, score, {}],
  ] as const)('%s', (name, data, riskScore, options) => {
    const { concordance, counts } = fixture.concordance[name];
    const ours = concordanceIndex(data, riskScore, options);
    expect(ours).toMatchObject({
      concordant: counts.concordant,
      discordant: counts.discordant,
      tiedRisk: counts['tied.x'],
    });
    expect(ours.concordance).toBeCloseTo(concordance, 14);
  });
});
