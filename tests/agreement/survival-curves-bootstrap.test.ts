import { beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../src/numerics/index.ts';
import {
  type Bootstrap,
  bootstrap,
  type BootstrapInterval,
  bootstrapInterval,
  kaplanMeier,
  type Resample,
  restrictedMean,
} from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';
import { closeTo } from './survival-curves.ts';

const LEVEL = 0.9;
const TAU = 365;
const RESAMPLES = 79;

const DATA = `suppressMessages(library(survival))
lung <- survival::lung[1:50, ]; lung$event <- lung$status - 1; lung$cluster <- lung$age %% 20
result <- list(time = lung$time, event = lung$event, cluster = lung$cluster)`;

// The statistic of each of our resamples by survfit on copied rows and, for the weights form, on counts; intervals by
// the formulas: Davison & Hinkley (5.5), (5.6), (5.20), (5.21) and quantile(type = 6).
const SCRIPT = `suppressMessages(library(survival))
rmst <- function(time, event, w = rep(1, length(time))) {
  s <- summary(survfit(Surv(time, event) ~ 1, weights = w, subset = w > 0, robust = FALSE), rmean = d$tau)
  unname(s$table['rmean']) }
values <- function(counts, copy) apply(counts, 1, function(w) {
  if (!copy) return(rmst(d$time, d$event, w)); rows <- rep(seq_along(w), w); rmst(d$time[rows], d$event[rows]) })
interval <- function(t0, t, jack, strata) {
  alpha <- c(1 - d$level, 1 + d$level) / 2; q <- function(p) unname(quantile(t, p, type = 6))
  z0 <- qnorm(mean(t < t0)); l <- num <- den <- 0
  for (s in unique(strata)) { L <- jack[strata == s]; n <- length(L); L <- (n - 1) * (mean(L) - L)
    num <- num + sum(L^3) / n^3; den <- den + sum(L^2) / n^2 }
  a <- num / (6 * den^1.5); z <- z0 + qnorm(alpha)
  list(percentile = q(alpha), basic = 2 * t0 - rev(q(alpha)), bca = q(pnorm(z0 + z / (1 - a * z))), se = sd(t)) }
answer <- function(name) { x <- d[[name]]; w <- x$counts
  list(copied = values(w, TRUE), weighted = values(w, FALSE), jack = values(x$without, TRUE),
    intervals = interval(rmst(d$time, d$event), x$replicates, x$jack, x$strata)) }
result <- list(plain = answer('plain'), clustered = answer('clustered'), estimate = rmst(d$time, d$event))`;

interface Answer {
  copied: number[];
  weighted: number[];
  jack: number[];
  intervals: Record<'percentile' | 'basic' | 'bca', [number, number]> & { se: number };
}
interface Asked {
  result: Bootstrap;
  counts: number[][];
  without: number[][];
  strata: number[];
}

describeWith('r', 'the bootstrap equals R on the same resamples', (rscript) => {
  let r: Record<'plain' | 'clustered', Answer> & { estimate: number };
  let asked: Record<'plain' | 'clustered', Asked>;

  beforeAll(async () => {
    const rows = await runR<Record<'time' | 'event' | 'cluster', number[]>>(rscript, DATA, {});
    const data = { time: Float64Array.from(rows.time), event: Uint8Array.from(rows.event) };
    const ask = (design: { cluster?: Int32Array; stratifyByEvent?: boolean }): Asked => {
      const seen: number[][] = [];
      const statistic = (resample: Resample): [number] => {
        seen.push([...resample.counts]);
        const curve = kaplanMeier(data, { weights: resample.counts });
        return [restrictedMean(curve, TAU, { beyondLast: 'extend' }).mean];
      };
      const result = bootstrap({
        rows: data.time.length,
        event: data.event,
        ...design,
        statistic,
        random: createRandom(11),
        resamples: RESAMPLES,
        jackknife: true,
      });
      const strata = Array.from<number>({ length: result.leaveOneOut!.values.length });
      for (const [s, units] of result.leaveOneOut!.strata.entries())
        for (const unit of units) strata[unit] = s;
      return { result, counts: seen.slice(1, 1 + RESAMPLES), without: seen.slice(1 + RESAMPLES), strata };
    };
    asked = {
      plain: ask({}),
      clustered: ask({ cluster: Int32Array.from(rows.cluster), stratifyByEvent: true }),
    };
    const sent = ({ result, ...rest }: Asked) => ({
      ...rest,
      replicates: [...result.replicates],
      jack: [...result.leaveOneOut!.values],
    });
    r = await runR(rscript, SCRIPT, {
      ...rows,
      tau: TAU,
      level: LEVEL,
      plain: sent(asked.plain),
      clustered: sent(asked.clustered),
    });
  });

  it.each(['plain', 'clustered'] as const)('%s: replicates on counts are those on copied rows', (name) => {
    const { result } = asked[name];
    closeTo(result.estimate, [r.estimate]);
    closeTo(result.replicates, r[name].copied);
    closeTo(result.replicates, r[name].weighted);
    closeTo(result.leaveOneOut!.values, r[name].jack);
  });

  it.each(['plain', 'clustered'] as const)('%s: percentile, basic and BCa intervals', (name) => {
    const { result } = asked[name];
    const { intervals } = r[name];
    for (const method of ['percentile', 'basic', 'bca'] as const) {
      const ours: BootstrapInterval = bootstrapInterval(result, { method, level: LEVEL });
      closeTo([ours.lower, ours.upper], intervals[method]);
      closeTo([ours.standardError], [intervals.se]);
    }
    // The three differ, so that each is tested.
    expect(new Set([intervals.percentile[0], intervals.basic[0], intervals.bca[0]]).size).toBe(3);
  });
});
