import { beforeAll, expect, it } from 'vitest';
import {
  censoringSurvival,
  censoringSurvivalAt,
  censoringSurvivalBefore,
  type IntervalScale,
  kaplanMeier,
  kaplanMeierByGroup,
  type KaplanMeierOptions,
  nelsonAalen,
  numbersAtRisk,
  restrictedMean,
  restrictedMeanDifference,
  selectRows,
  survivalAt,
  type SurvivalData,
  survivalInterval,
  survivalQuantile,
} from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';
import { closeTo, numbers, type RNumber } from './survival-curves.ts';

const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9];
const TIMES = [0, 1, 4.5, 100, 365, 365.25, 700, 1000];
const SCALES: Record<IntervalScale, string> = {
  plain: 'plain',
  log: 'log',
  'log-log': 'log-log',
  logit: 'logit',
  arcsine: 'arcsin',
};

const SCRIPT = `suppressMessages({library(survival); library(prodlim)})
curve <- function(s) list(times = s$time, atRisk = s$n.risk, events = s$n.event, censored = s$n.censor,
  survival = s$surv, se = s$std.err * s$surv, robust = s$std.err, logse = s$std.err, hazard = s$cumhaz, hazardSe = s$std.chaz)
lung <- survival::lung; lung$event <- lung$status - 1
lung$w <- (lung$age %% 7 + 1) / 2; lung$count <- lung$age %% 4; lung$entry <- pmax(0, lung$time - 50 * (1 + lung$age %% 9))
lung$centre <- ifelse(is.na(lung$inst), 99, lung$inst)
w <- lung$w; count <- lung$count; centre <- lung$centre
fit <- function(...) survfit(Surv(time, event) ~ 1, data = lung, ...)
delayed <- function(...) survfit(Surv(entry, time, event) ~ 1, data = lung, ...)
conf <- function(s) list(lower = s$lower, upper = s$upper,
  q = { x <- quantile(s, d$shares); lapply(x, unname) })
small <- data.frame(t = 1:8, e = c(1, 1, 1, 1, 0, 0, 0, 0))
flat <- survfit(Surv(t, e) ~ 1, small, conf.type = 'log')
whole <- survfit(Surv(t, rep(1, 8)) ~ 1, small, conf.type = 'log')
means <- function(s, tau) { x <- summary(s, rmean = tau)$table; unname(x[c('rmean', 'se(rmean)')]) }
at <- summary(fit(conf.type = 'log-log'), times = d$times, extend = TRUE)
rev <- prodlim(Hist(time, event) ~ 1, data = lung, reverse = TRUE)
bySex <- survfit(Surv(time, event) ~ sex, data = lung)
bySexTable <- summary(bySex, rmean = 365)$table
result <- list(
  lung = lung[c('time', 'event', 'w', 'count', 'entry', 'centre', 'sex')],
  plain = curve(fit()), delayed = curve(delayed()),
  weighted = curve(fit(weights = w, robust = FALSE)), weightedDelayed = curve(delayed(weights = w, robust = FALSE)),
  counted = curve(survfit(Surv(time, event) ~ 1, data = lung, weights = count, subset = count > 0, robust = FALSE)),
  clustered = curve(fit(cluster = centre)), clusteredWeighted = curve(fit(cluster = centre, weights = w)),
  clusteredDelayed = curve(delayed(cluster = centre, weights = w)),
  na = lapply(1:2, function(ct) curve(fit(stype = 2, ctype = ct))),
  naWeighted = lapply(1:2, function(ct) curve(delayed(stype = 2, ctype = ct, weights = w, robust = FALSE))),
  intervals = lapply(setNames(d$scales, d$scales), function(type) conf(fit(conf.type = type, conf.int = .9))),
  naQuantiles = lapply(quantile(fit(stype = 2, ctype = 1, conf.type = 'log-log'), d$shares), unname),
  flat = lapply(quantile(flat, c(.25, .5, .6)), unname), whole = lapply(quantile(whole, c(.25, .5, .75)), unname),
  at = list(survival = at$surv, se = at$std.err, lower = at$lower, upper = at$upper, atRisk = at$n.risk),
  means = list(plain = means(fit(), 365.25), delayed = means(delayed(), 700), weighted = means(fit(weights = w, robust = FALSE), 500),
    extended = means(fit(), 1500), onTime = means(fit(), 310)),
  sexes = list(rmean = unname(bySexTable[, 'rmean']), se = unname(bySexTable[, 'se(rmean)']),
    time = bySex$time, survival = bySex$surv, sizes = unname(bySex$strata)),
  censoring = list(times = rev$time, survival = rev$surv, before = c(1, head(rev$surv, -1))),
  together = { s <- survfit(Surv(time, 1 - event) ~ 1, data = lung); list(times = s$time, survival = s$surv) })`;

interface Curve {
  times: number[];
  atRisk: number[];
  events: number[];
  censored: number[];
  survival: number[];
  se: RNumber[];
  robust: RNumber[];
  hazard: number[];
  hazardSe: number[];
}
interface Quantiles {
  quantile: RNumber[];
  lower: RNumber[];
  upper: RNumber[];
}
interface Answers {
  lung: Record<'time' | 'event' | 'w' | 'count' | 'entry' | 'centre' | 'sex', number>[];
  plain: Curve;
  delayed: Curve;
  weighted: Curve;
  weightedDelayed: Curve;
  counted: Curve;
  clustered: Curve;
  clusteredWeighted: Curve;
  clusteredDelayed: Curve;
  na: Curve[];
  naWeighted: Curve[];
  intervals: Record<string, { lower: RNumber[]; upper: RNumber[]; q: Quantiles }>;
  naQuantiles: Quantiles;
  flat: Quantiles;
  whole: Quantiles;
  at: Record<'survival' | 'se' | 'lower' | 'upper' | 'atRisk', RNumber[]>;
  means: Record<'plain' | 'delayed' | 'weighted' | 'extended' | 'onTime', [number, number]>;
  sexes: { rmean: number[]; se: number[]; time: number[]; survival: number[]; sizes: number[] };
  censoring: { times: number[]; survival: number[]; before: number[] };
  together: { times: number[]; survival: number[] };
}

describeWith('r', 'curves equal R', (rscript) => {
  let r: Answers;
  let data: SurvivalData;
  let delayed: SurvivalData;
  let weights: Float64Array;
  let cluster: Int32Array;
  const column = (name: keyof Answers['lung'][number]): number[] => r.lung.map((row) => row[name]);

  beforeAll(async () => {
    r = await runR<Answers>(rscript, SCRIPT, { shares: SHARES, times: TIMES, scales: Object.values(SCALES) });
    data = { time: Float64Array.from(column('time')), event: Uint8Array.from(column('event')) };
    delayed = { ...data, entry: Float64Array.from(column('entry')) };
    weights = Float64Array.from(column('w'));
    cluster = Int32Array.from(column('centre'));
  });

  it('Kaplan-Meier, with entry, weights and clusters: survfit', () => {
    const cases: [Curve, SurvivalData, KaplanMeierOptions][] = [
      [r.plain, data, {}],
      [r.delayed, delayed, {}],
      [r.weighted, data, { weights }],
      [r.weightedDelayed, delayed, { weights }],
      [r.counted, data, { weights: Float64Array.from(column('count')) }],
      [r.clustered, data, { cluster }],
      [r.clusteredWeighted, data, { cluster, weights }],
      [r.clusteredDelayed, delayed, { cluster, weights }],
    ];
    for (const [expected, input, options] of cases) {
      const curve = kaplanMeier(input, options);
      expect([...curve.times]).toEqual(expected.times);
      closeTo(curve.atRisk, expected.atRisk);
      closeTo(curve.events, expected.events);
      closeTo(curve.censored, expected.censored);
      closeTo(curve.survival, expected.survival);
      // A robust std.err of survfit is that of survival already.
      const error = numbers(options.cluster === undefined ? expected.se : expected.robust);
      // Where survival is 0 R has NaN.
      closeTo(
        curve.standardError,
        [...error].map((se, k) => (curve.survival[k] === 0 ? 0 : se)),
      );
    }
  });

  it('Nelson-Aalen and Fleming-Harrington: survfit(stype = 2, ctype = 1 | 2)', () => {
    for (const [expected, input, options] of [
      [r.na, data, {}],
      [r.naWeighted, delayed, { weights }],
    ] as const) {
      (['nelson-aalen', 'fleming-harrington'] as const).forEach((ties, ctype) => {
        const curve = nelsonAalen(input, { ties, ...options });
        const theirs = expected[ctype]!;
        closeTo(curve.cumulativeHazard, theirs.hazard);
        closeTo(curve.hazardStandardError, theirs.hazardSe);
        closeTo(curve.survival, theirs.survival);
        closeTo(curve.standardError, theirs.se);
      });
    }
  });

  it('intervals and quantiles on every scale: survfit(conf.type =), quantile', () => {
    const curve = kaplanMeier(data);
    for (const [scale, name] of Object.entries(SCALES) as [IntervalScale, string][]) {
      const theirs = r.intervals[name]!;
      const options = { scale, level: 0.9 };
      const { lower, upper } = survivalInterval(curve, options);
      closeTo(lower, theirs.lower);
      closeTo(upper, theirs.upper);
      const ours = SHARES.map((share) => survivalQuantile(curve, share, options));
      closeTo(
        ours.map(({ time }) => time),
        theirs.q.quantile,
      );
      closeTo(
        ours.map((quantile) => quantile.lower),
        theirs.q.lower,
      );
      closeTo(
        ours.map((quantile) => quantile.upper),
        theirs.q.upper,
      );
    }
    const breslow = SHARES.map((share) => survivalQuantile(nelsonAalen(data), share));
    closeTo(
      breslow.map(({ time }) => time),
      r.naQuantiles.quantile,
    );
    closeTo(
      breslow.map(({ upper }) => upper),
      r.naQuantiles.upper,
    );
  });

  it('quantiles on a step: the middle of it', () => {
    const time = Float64Array.from({ length: 8 }, (_, k) => k + 1);
    for (const [theirs, event, shares] of [
      [r.flat, [1, 1, 1, 1, 0, 0, 0, 0], [0.25, 0.5, 0.6]],
      [r.whole, [1, 1, 1, 1, 1, 1, 1, 1], [0.25, 0.5, 0.75]],
    ] as const) {
      const curve = kaplanMeier({ time, event: Uint8Array.from(event) });
      const ours = shares.map((share) => survivalQuantile(curve, share, { scale: 'log' }));
      closeTo(
        ours.map((quantile) => quantile.time),
        theirs.quantile,
      );
      closeTo(
        ours.map(({ lower }) => lower),
        theirs.lower,
      );
      closeTo(
        ours.map(({ upper }) => upper),
        theirs.upper,
      );
    }
  });

  it('survival and numbers at risk at given times: summary(times =)', () => {
    const ours = survivalAt(kaplanMeier(data), Float64Array.from(TIMES));
    closeTo(
      ours.map((estimate) => estimate?.survival),
      r.at.survival,
    );
    closeTo(
      ours.map((estimate) => estimate?.standardError),
      r.at.se,
    );
    closeTo(
      ours.map((estimate) => estimate?.lower),
      r.at.lower,
    );
    closeTo(
      ours.map((estimate) => estimate?.upper),
      r.at.upper,
    );
    closeTo(numbersAtRisk(data, Float64Array.from(TIMES)), r.at.atRisk);
  });

  it('restricted means and their difference: summary(rmean =)', () => {
    const pair = ({ mean, standardError }: { mean: number; standardError: number }) => [mean, standardError];
    closeTo(pair(restrictedMean(kaplanMeier(data), 365.25)), r.means.plain);
    closeTo(pair(restrictedMean(kaplanMeier(delayed), 700)), r.means.delayed);
    closeTo(pair(restrictedMean(kaplanMeier(data, { weights }), 500)), r.means.weighted);
    closeTo(pair(restrictedMean(kaplanMeier(data), 1500, { beyondLast: 'extend' })), r.means.extended);
    closeTo(pair(restrictedMean(kaplanMeier(data), 310)), r.means.onTime);
    const [men, women] = kaplanMeierByGroup(data, Int32Array.from(column('sex'))).map(({ curve }) => curve);
    const difference = restrictedMeanDifference(women!, men!, 365);
    const se = Math.sqrt(r.sexes.se[0]! ** 2 + r.sexes.se[1]! ** 2);
    closeTo([difference.difference, difference.standardError], [r.sexes.rmean[1]! - r.sexes.rmean[0]!, se]);
    // qnorm(.975)
    closeTo([difference.upper - difference.difference], [1.959963984540054 * se]);
  });

  it('one curve a group: survfit(~ sex)', () => {
    const groups = kaplanMeierByGroup(data, Int32Array.from(column('sex')));
    expect(groups.map(({ group }) => group)).toEqual([1, 2]);
    expect(groups.map(({ curve }) => curve.times.length)).toEqual(r.sexes.sizes);
    expect(groups.flatMap(({ curve }) => [...curve.times])).toEqual(r.sexes.time);
    closeTo(
      groups.flatMap(({ curve }) => [...curve.survival]),
      r.sexes.survival,
    );
  });

  it('the survival of censoring: prodlim(reverse = TRUE), survfit of the reversed status', () => {
    const g = censoringSurvival(data);
    closeTo(
      r.censoring.times.map((t) => censoringSurvivalAt(g, t)),
      r.censoring.survival,
    );
    closeTo(
      r.censoring.times.map((t) => censoringSurvivalBefore(g, t)),
      r.censoring.before,
    );
    const together = censoringSurvival(data, { ties: 'together' });
    closeTo(
      r.together.times.map((t) => censoringSurvivalAt(together, t)),
      r.together.survival,
    );
    // They do differ: lung has times with both.
    const last = data.time.reduce((a, b) => Math.max(a, b));
    expect(censoringSurvivalBefore(g, last)).not.toBe(censoringSurvivalBefore(together, last));
    // Rows of weight 0 are not there.
    const rows = Int32Array.from(data.time.keys()).filter((row) => row % 3 > 0);
    const without = Float64Array.from(data.time, (_, row) => Number(row % 3 > 0));
    expect(censoringSurvival(data, { weights: without })).toEqual(censoringSurvival(selectRows(data, rows)));
  });
});
