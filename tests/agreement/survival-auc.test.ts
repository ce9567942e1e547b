/** Time-dependent AUC and Brier score equal those of R's riskRegression 2022.11.28. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  aucDifference,
  brierDifference,
  brierScore,
  cumulativeDynamicAuc,
  integratedBrier,
} from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith, describeWithData } from '../setup/requires.ts';
import { expectAllClose } from './fixtures/close.ts';
import { gse7390, matrix, SCORED_COHORTS, type ScoredCohort, survivalOf } from './fixtures/scored-cohorts.ts';

interface Judged extends ScoredCohort {
  readonly auc: { AUC: number[]; se: number[] };
  readonly aucContrast: { delta: number[]; se: number[]; p: number[] };
  readonly brier: { Brier: number[]; se: number[]; IBS: number[]; IPA: number[] };
  readonly nullBrier: { Brier: number[]; IBS: number[] };
  readonly brierContrast: { delta: number[]; se: number[]; p: number[] };
}

// Models in this order, so that the contrasts are ours: full less weak.
const SCRIPT = `${SCORED_COHORTS}
suppressMessages(library(riskRegression))
result <- lapply(cohorts, function(cohort) {
  rows <- data.frame(time = cohort$time, event = cohort$event)
  s <- Score(list(weak = cohort$otherRisk, full = cohort$risk), Surv(time, event) ~ 1, rows,
    times = cohort$horizons, cens.model = "km", metrics = c("auc", "brier"), summary = c("ibs", "ipa"))
  auc <- subset(s$AUC$score, model == "full"); brier <- subset(s$Brier$score, model == "full")
  against <- subset(s$AUC$contrasts, model == "full" & reference == "weak")
  bAgainst <- subset(s$Brier$contrasts, model == "full" & reference == "weak")
  c(cohort, list(
    auc = list(AUC = auc$AUC, se = auc$se),
    aucContrast = list(delta = against$delta.AUC, se = against$se, p = against$p),
    brier = list(Brier = brier$Brier, se = brier$se, IBS = brier$IBS, IPA = brier$IPA),
    nullBrier = with(subset(s$Brier$score, model == "Null model"), list(Brier = Brier, IBS = IBS)),
    brierContrast = list(delta = bAgainst$delta.Brier, se = bAgainst$se, p = bAgainst$p)))
})`;

const judgedAlike = (names: readonly string[], ask: () => Promise<Record<string, Judged>>): void => {
  let answers: Record<string, Judged> = {};
  beforeAll(async () => {
    answers = await ask();
  }, 120_000);

  it.each(names)('AUC, its standard error, and its difference from another: %s', (name) => {
    const { auc, aucContrast, risk, otherRisk, horizons, ...cohort } = answers[name]!;
    const data = survivalOf(cohort);
    const ours = cumulativeDynamicAuc(data, matrix(risk), horizons);
    expectAllClose(
      ours.map((at) => at.auc),
      auc.AUC,
      1e-9,
    );
    expectAllClose(
      ours.map((at) => at.standardError),
      auc.se,
      1e-9,
    );
    const differences = aucDifference(data, [matrix(risk), matrix(otherRisk)], horizons);
    expectAllClose(
      differences.map((at) => at.difference),
      aucContrast.delta,
      1e-9,
    );
    expectAllClose(
      differences.map((at) => at.standardError),
      aucContrast.se,
      1e-9,
    );
    expectAllClose(
      differences.map((at) => at.pValue),
      aucContrast.p,
      1e-7,
    );
  });

  it.each(names)('Brier score, its standard error, IPA, integral, and its difference: %s', (name) => {
    const { brier, nullBrier, brierContrast, risk, otherRisk, horizons, ...cohort } = answers[name]!;
    const data = survivalOf(cohort);
    const ours = brierScore(data, matrix(risk), horizons);
    expectAllClose(
      ours.map((at) => at.brier),
      brier.Brier,
      1e-9,
    );
    expectAllClose(
      ours.map((at) => at.standardError),
      brier.se,
      1e-9,
    );
    expectAllClose(
      ours.map((at) => at.nullBrier),
      nullBrier.Brier,
      1e-9,
    );
    expectAllClose(
      ours.map((at) => at.ipa),
      brier.IPA,
      1e-9,
    );
    const integrated = integratedBrier(data, matrix(risk), horizons);
    expect(integrated.integratedBrier).toBeCloseTo(brier.IBS.at(-1)!, 11);
    expect(integrated.nullIntegratedBrier).toBeCloseTo(nullBrier.IBS.at(-1)!, 11);
    const differences = brierDifference(data, [matrix(risk), matrix(otherRisk)], horizons);
    expectAllClose(
      differences.map((at) => at.difference),
      brierContrast.delta,
      1e-9,
    );
    expectAllClose(
      differences.map((at) => at.standardError),
      brierContrast.se,
      1e-9,
    );
    expectAllClose(
      differences.map((at) => at.pValue),
      brierContrast.p,
      1e-7,
    );
  });
};

describeWith('r', "AUC and Brier score equal riskRegression's", (rscript) => {
  describe('data of survival', () => {
    judgedAlike(['lung', 'veteran', 'rotterdam', 'gbsg'], () => runR(rscript, SCRIPT, {}));
  });
  describeWithData('GSE7390', (folder) => {
    judgedAlike(['gse7390'], () => runR(rscript, SCRIPT, { gse7390: gse7390(folder) }));
  });
});
