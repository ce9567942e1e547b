/** Calibration and decision curves equal what R's survival 3.5-3 gives by their definitions. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  calibrationGroups,
  calibrationInTheLarge,
  calibrationSlope,
  decisionCurve,
  smoothCalibration,
} from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith, describeWithData } from '../setup/requires.ts';
import { expectAllClose } from './fixtures/close.ts';
import { gse7390, SCORED_COHORTS, type ScoredCohort, survivalOf } from './fixtures/scored-cohorts.ts';

interface Smooth {
  readonly observed: number[];
  readonly ici: number;
  readonly e50: number;
  readonly e90: number;
  readonly emax: number;
}
interface Calibrated extends ScoredCohort {
  readonly large: { observed: number; se: number; expected: number; interval: number[] };
  readonly slope: { slope: number; se: number; robust: number; clustered: number };
  /** Per group: rows, mean risk, Kaplan-Meier risk, and its interval (NA where the risk is 1). */
  readonly groups: (number | 'NA')[][];
  readonly smooth: Record<3 | 4 | 5, Smooth>;
  readonly delayed: Smooth;
  readonly entry: number[];
  /** Per threshold: share treated, net benefit of the model and of treating all, reduction. */
  readonly decisions: number[][];
}

const THRESHOLDS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5];

// splines::ns spans the same natural cubic splines as ours, in another basis: the fitted curve is the same.
const SCRIPT = `${SCORED_COHORTS}
library(splines)
curve <- function(formula, frame, horizon, risk) {
  fit <- coxph(formula, frame, ties = "breslow", model = TRUE, control = coxph.control(eps = 1e-13, iter.max = 60))
  observed <- unname(1 - summary(survfit(fit), times = horizon)$surv^exp(predict(fit)))
  error <- abs(observed - risk)
  list(observed = observed, ici = mean(error), e50 = median(error), e90 = unname(quantile(error, 0.9)),
    emax = max(error))
}
result <- lapply(cohorts, function(cohort) {
  horizon <- cohort$horizons[2]; risk <- cohort$risk[, 2]
  frame <- data.frame(time = cohort$time, event = cohort$event, risk, x = log(-log(1 - risk)))
  frame$entry <- pmax(0, floor(frame$time * (seq_len(nrow(frame)) %% 4) / 8 - 10))
  frame$cluster <- seq_len(nrow(frame)) %/% 3
  seen <- function(rows) {
    s <- summary(survfit(Surv(time, event) ~ 1, rows, conf.type = "log-log"), times = horizon, extend = TRUE)
    c(risk = 1 - s$surv, lower = 1 - s$upper, upper = 1 - s$lower, se = s$std.err)
  }
  all <- seen(frame); ratio <- all[["risk"]] / mean(risk)
  slope <- coxph(Surv(time, event) ~ x, frame, robust = TRUE, model = TRUE)
  clustered <- coxph(Surv(time, event) ~ x, frame, cluster = cluster)
  cuts <- cut(risk, unique(quantile(risk, 0:5 / 5)), include.lowest = TRUE)
  knots <- list("3" = c(.1, .5, .9), "4" = c(.05, .35, .65, .95), "5" = c(.05, .275, .5, .725, .95))
  at <- lapply(knots, function(p) quantile(frame$x, p))
  basis <- lapply(at, function(k) ns(frame$x, knots = k[-c(1, length(k))], Boundary.knots = k[c(1, length(k))]))
  smooth <- lapply(basis, function(b) {
    frame$b <- unclass(b)[, ]
    curve(Surv(time, event) ~ b, frame, horizon, risk)
  })
  frame$b <- unclass(basis[[1]])[, ]
  c(cohort, list(
    large = list(observed = all[["risk"]], se = all[["se"]], expected = mean(risk),
      interval = exp(log(ratio) + c(-1, 1) * qnorm(0.975) * all[["se"]] / all[["risk"]])),
    slope = list(slope = coef(slope)[[1]], se = sqrt(slope$naive.var[1]), robust = sqrt(slope$var[1]),
      clustered = sqrt(clustered$var[1])),
    groups = t(sapply(levels(cuts), function(level) {
      rows <- frame[cuts == level, ]; s <- seen(rows)
      unname(c(nrow(rows), mean(rows$risk), s["risk"], s["lower"], s["upper"]))
    })),
    entry = frame$entry, smooth = smooth, delayed = curve(Surv(entry, time, event) ~ b, frame, horizon, risk),
    decisions = t(sapply(d$thresholds, function(p) {
      treated <- mean(risk >= p); odds <- p / (1 - p)
      benefit <- function(share, events) share * events - share * (1 - events) * odds
      model <- if (treated == 0) 0 else benefit(treated, seen(frame[risk >= p, ])[["risk"]])
      everybody <- benefit(1, all[["risk"]])
      c(treated, model, everybody, (model - everybody) / odds)
    }))))
})`;

const calibratedAlike = (names: readonly string[], ask: () => Promise<Record<string, Calibrated>>): void => {
  let answers: Record<string, Calibrated> = {};
  beforeAll(async () => {
    answers = await ask();
  }, 120_000);
  const input = (name: string) => {
    const cohort = answers[name]!;
    const risk = Float64Array.from(cohort.risk, (row) => row[1]!);
    return { cohort, data: survivalOf(cohort), risk, horizon: cohort.horizons[1]! };
  };

  it.each(names)('in the large: %s', (name) => {
    const { cohort, data, risk, horizon } = input(name);
    const { observed, se, expected, interval } = cohort.large;
    const ours = calibrationInTheLarge(data, risk, horizon);
    expectAllClose(
      [ours.observed, ours.observedStandardError, ours.expected, ours.difference, ours.ratio],
      [observed, se, expected, observed - expected, observed / expected],
      1e-10,
    );
    expectAllClose(ours.ratioInterval, interval, 1e-10);
  });

  it.each(names)('slope: %s', (name) => {
    const { cohort, data, risk } = input(name);
    const { slope, se, robust, clustered } = cohort.slope;
    const ours = calibrationSlope(data, risk);
    expectAllClose([ours.slope, ours.standardError, ours.robustStandardError], [slope, se, robust], 1e-8);
    const cluster = Int32Array.from(risk, (_, row) => Math.floor((row + 1) / 3));
    expectAllClose([calibrationSlope(data, risk, { cluster }).robustStandardError], [clustered], 1e-8);
  });

  it.each(names)('groups: %s', (name) => {
    const { cohort, data, risk, horizon } = input(name);
    const ours = calibrationGroups(data, risk, horizon, { groups: 5 });
    expectAllClose(
      ours.flatMap((group) => [group.rows, group.expected, group.observed!, ...(group.interval ?? [])]),
      cohort.groups.flat().filter((value) => value !== 'NA'),
      1e-10,
    );
  });

  it.each(names)('smooth curve, ICI, E50, E90 and Emax: %s', (name) => {
    const { cohort, data, risk, horizon } = input(name);
    const alike = (ours: ReturnType<typeof smoothCalibration>, theirs: Smooth): void => {
      expectAllClose(ours.observed, theirs.observed, 1e-7);
      for (const key of ['ici', 'e50', 'e90', 'emax'] as const)
        expect(Math.abs(ours[key] - theirs[key]), key).toBeLessThan(1e-7);
    };
    for (const knots of [3, 4, 5] as const)
      alike(smoothCalibration(data, risk, horizon, { knots }), cohort.smooth[knots]);
    const delayed = { ...data, entry: Float64Array.from(cohort.entry) };
    alike(smoothCalibration(delayed, risk, horizon), cohort.delayed);
  });

  it.each(names)('decision curve: %s', (name) => {
    const { cohort, data, risk, horizon } = input(name);
    const ours = decisionCurve(data, risk, horizon, THRESHOLDS);
    expectAllClose(
      ours.flatMap((at) => [at.treated, at.model!, at.all, at.reduction!]),
      cohort.decisions.flat(),
      1e-10,
    );
  });
};

describeWith('r', "calibration equals survival's", (rscript) => {
  describe('data of survival', () => {
    calibratedAlike(['lung', 'veteran', 'rotterdam', 'gbsg'], () =>
      runR(rscript, SCRIPT, { thresholds: THRESHOLDS }),
    );
  });
  describeWithData('GSE7390', (folder) => {
    calibratedAlike(['gse7390'], () =>
      runR(rscript, SCRIPT, { thresholds: THRESHOLDS, gse7390: gse7390(folder) }),
    );
  });
});
