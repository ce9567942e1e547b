/** Concordances, their standard errors and their differences equal those of R's survival 3.5-3. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  concordanceDifference,
  concordanceIndex,
  type ConcordanceOptions,
  type SurvivalData,
  unoConcordance,
} from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith, describeWithData } from '../setup/requires.ts';
import { expectAllClose } from './fixtures/close.ts';
import { gse7390, SCORED_COHORTS, type ScoredCohort, survivalOf } from './fixtures/scored-cohorts.ts';

interface Answer {
  readonly concordance: number;
  readonly variance: number;
  /** Concordant, discordant, tied in the score. */
  readonly counts: number[];
}
type Call =
  | 'harrell'
  | 'truncated'
  | 'between'
  | 'uno'
  | 'unoTau'
  | 'peto'
  | 'weighted'
  | 'weightedUno'
  | 'stratified'
  | 'stratifiedUno'
  | 'clustered'
  | 'delayed'
  | 'delayedWeighted'
  | 'delayedStratified';
interface Compared extends ScoredCohort {
  readonly weights: number[];
  readonly strata: number[];
  readonly cluster: number[];
  readonly entry: number[];
  readonly calls: Record<Call, Answer>;
  readonly difference: { estimate: number; se: number };
  readonly unoDifference: { estimate: number; se: number };
}

// Scores are rounded so that many are tied. ymin refuses censored times before it, so those rows become events.
const SCRIPT = `${SCORED_COHORTS}
answer <- function(fit) {
  counts <- if (is.matrix(fit$count)) colSums(fit$count) else fit$count
  list(concordance = unname(fit$concordance), variance = fit$var[1], counts = unname(counts[1:3]))
}
result <- lapply(cohorts, function(cohort) {
  n <- length(cohort$time)
  cohort$score <- round(cohort$score, 1)
  cohort$weights <- 0.5 + (seq_len(n) %% 7) / 4
  cohort$strata <- seq_len(n) %% 3
  cohort$cluster <- seq_len(n) %/% 4
  cohort$entry <- pmax(0, floor(cohort$time * ((seq_len(n) %% 5) / 5) - 20))
  tau <- cohort$horizons[2]; early <- cohort$horizons[1]
  frame <- with(cohort, data.frame(time, event, score, other, weights, strata, cluster, entry))
  y <- with(frame, Surv(time, event)); late <- with(frame, Surv(entry, time, event))
  all <- with(frame, Surv(time, ifelse(time < early, 1, event)))
  C <- function(formula, ...) answer(do.call(concordance, list(formula, frame, reverse = TRUE, ...)))
  fixed <- coxph.control(iter.max = 0)
  one <- coxph(y ~ score, frame, init = 1, control = fixed); two <- coxph(y ~ other, frame, init = 1, control = fixed)
  contrast <- function(both) {
    w <- c(1, -1)
    list(estimate = unname(sum(w * both$concordance)), se = sqrt(drop(w %*% both$var %*% w)))
  }
  c(cohort, list(difference = contrast(concordance(one, two)),
    unoDifference = contrast(do.call(concordance, list(one, two, timewt = "n/G2", ymax = tau))), calls = list(
    harrell = C(y ~ score), truncated = C(y ~ score, ymax = tau), between = C(all ~ score, ymin = early, ymax = tau),
    uno = C(y ~ score, timewt = "n/G2"), unoTau = C(y ~ score, timewt = "n/G2", ymax = tau),
    peto = C(y ~ score, timewt = "S"),
    weighted = C(y ~ score, weights = frame$weights), weightedUno = C(y ~ score, weights = frame$weights, timewt = "n/G2"),
    stratified = C(y ~ score + strata(strata)),
    stratifiedUno = C(y ~ score + strata(strata), timewt = "n/G2", weights = frame$weights),
    clustered = C(y ~ score, cluster = frame$cluster),
    delayed = C(late ~ score), delayedWeighted = C(late ~ score, weights = frame$weights, cluster = frame$cluster),
    delayedStratified = C(late ~ score + strata(strata), weights = frame$weights))))
})`;

interface OurCall extends ConcordanceOptions {
  readonly data: SurvivalData;
}

const ourCalls = (cohort: Compared): Record<Call, OurCall> => {
  const data = survivalOf(cohort);
  const [early, truncateAt] = cohort.horizons as [number, number];
  const delayed = { ...data, entry: Float64Array.from(cohort.entry) };
  const all = { ...data, event: data.event.map((e, row) => (data.time[row]! < early ? 1 : e)) };
  const weights = Float64Array.from(cohort.weights);
  const strata = Int32Array.from(cohort.strata);
  const cluster = Int32Array.from(cohort.cluster);
  return {
    harrell: { data },
    truncated: { data, truncateAt },
    between: { data: all, from: early, truncateAt },
    uno: { data, timeWeight: 'n/G2' },
    unoTau: { data, timeWeight: 'n/G2', truncateAt },
    peto: { data, timeWeight: 'S' },
    weighted: { data, weights },
    weightedUno: { data, weights, timeWeight: 'n/G2' },
    stratified: { data, strata },
    stratifiedUno: { data, strata, weights, timeWeight: 'n/G2' },
    clustered: { data, cluster },
    delayed: { data: delayed },
    delayedWeighted: { data: delayed, weights, cluster },
    delayedStratified: { data: delayed, weights, strata },
  };
};

const comparedAlike = (names: readonly string[], ask: () => Promise<Record<string, Compared>>): void => {
  let answers: Record<string, Compared> = {};
  beforeAll(async () => {
    answers = await ask();
  }, 120_000);

  it.each(names)('concordance, counts and variance, however it is asked for: %s', (name) => {
    const cohort = answers[name]!;
    const score = Float64Array.from(cohort.score);
    for (const [call, { data, ...options }] of Object.entries(ourCalls(cohort))) {
      const { concordance, variance, counts } = cohort.calls[call as Call];
      const ours = concordanceIndex(data, score, options);
      const both = `${name}, ${call}`;
      expect(Math.abs(ours.concordance - concordance), both).toBeLessThan(1e-12);
      expect(Math.abs(ours.standardError / Math.sqrt(variance) - 1), both).toBeLessThan(1e-10);
      // R scales its sums by n where a time weight is not one of G.
      if (call !== 'peto') expectAllClose([ours.concordant, ours.discordant, ours.tiedRisk], counts, 1e-11);
    }
  });

  it.each(names)('the difference of two scores on the same rows: %s', (name) => {
    const { score, other, horizons, difference, unoDifference, ...cohort } = answers[name]!;
    const data = survivalOf(cohort);
    const scores = [Float64Array.from(score), Float64Array.from(other)] as const;
    const ours = concordanceDifference(data, scores);
    expectAllClose([ours.difference, ours.standardError], [difference.estimate, difference.se], 1e-10);
    const options = { timeWeight: 'n/G2', truncateAt: horizons[1]! } as const;
    const uno = concordanceDifference(data, scores, options);
    expectAllClose([uno.difference, uno.standardError], [unoDifference.estimate, unoDifference.se], 1e-10);
    expect(uno.first).toEqual(unoConcordance(data, scores[0], { truncateAt: horizons[1]! }));
  });
};

describeWith('r', "concordance equals survival's", (rscript) => {
  describe('data of survival', () => {
    comparedAlike(['lung', 'veteran', 'rotterdam', 'gbsg'], () => runR(rscript, SCRIPT, {}));
  });
  describeWithData('GSE7390', (folder) => {
    comparedAlike(['gse7390'], () => runR(rscript, SCRIPT, { gse7390: gse7390(folder) }));
  });
});
