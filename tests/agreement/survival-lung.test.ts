/**
 * R 4.2.2, survival 3.5-3, on its own `lung` (NCCTG, 228 rows; 227 with ph.ecog):
 *   fit <- coxph(Surv(time, status) ~ age + sex + ph.ecog, lung); coef(fit); fit$loglik[2]; concordance(fit)
 *   coef(coxph(Surv(time, status) ~ age + sex + ph.ecog, lung, ties = "breslow"))
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { concordanceIndex, fitCox, linearPredictor } from '../../src/survival/index.ts';
import { describeWithData } from '../setup/requires.ts';

describeWithData('lung cancer survival (survival::lung)', (folder) => {
  const [header, ...lines] = readFileSync(`${folder}/omics/survival_r/lung.csv`, 'utf8').trim().split('\n');
  const names = header!.replaceAll('"', '').split(',');
  const column = (name: string): string[] => lines.map((line) => line.split(',')[names.indexOf(name)]!);
  const complete = column('ph.ecog').map((value) => value !== 'NA');
  const numbers = (name: string): number[] =>
    column(name)
      .map(Number)
      .filter((_, i) => complete[i]);
  const [age, sex, ecog] = [numbers('age'), numbers('sex'), numbers('ph.ecog')];
  const data = {
    time: Float64Array.from(numbers('time')),
    event: Uint8Array.from(numbers('status'), (status) => status - 1),
  };
  const x = Float64Array.from(age.flatMap((years, i) => [years, sex[i]!, ecog[i]!]));

  it('Efron: coefficients, likelihood and concordance', () => {
    const fit = fitCox({ x, columns: 3, data, ties: 'efron' });
    expect(fit.coefficients[0]).toBeCloseTo(0.011066765, 9);
    expect(fit.coefficients[1]).toBeCloseTo(-0.552612396, 9);
    expect(fit.coefficients[2]).toBeCloseTo(0.463728475, 9);
    expect(fit.logLikelihood.fitted).toBeCloseTo(-729.2301214, 7);
    expect(concordanceIndex(data, linearPredictor(x, fit.coefficients)).concordance).toBeCloseTo(0.637135, 6);
  });

  it('Breslow', () => {
    const fit = fitCox({ x, columns: 3, data, ties: 'breslow' });
    expect(fit.coefficients[0]).toBeCloseTo(0.0110411364, 9);
    expect(fit.coefficients[1]).toBeCloseTo(-0.55188957, 8);
    expect(fit.coefficients[2]).toBeCloseTo(0.46294704, 8);
  });
});
