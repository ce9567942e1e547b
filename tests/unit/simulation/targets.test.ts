import { beforeAll, describe, expect, it } from 'vitest';
import { HORIZON_MONTHS } from '../../../src/domain/index.ts';
import { measureTargets, type SimulatorTargets } from '../../../src/simulation/index.ts';

/*
 * The contract's bounds on the simulator itself. With 4,000 judged patients (about 1,150 events in the window)
 * the standard errors are about .007 for the event probability and .009 for a C; the means over 5 x 20,000
 * patients (docs/adr/0003-simulated-cohort.md) lie at least .012 within every bound.
 */
describe('the simulated cohort', () => {
  let targets: SimulatorTargets;
  beforeAll(() => {
    targets = measureTargets(2024, 4000, 5000);
  });

  it('has a 24-month event probability of .25-.35', () => {
    expect(HORIZON_MONTHS[2]).toBe(24);
    expect(targets.eventProbability24).toBeGreaterThan(0.25);
    expect(targets.eventProbability24).toBeLessThan(0.35);
  });

  it('has a latent oracle with C .76-.84', () => {
    expect(targets.atRisk).toBeGreaterThan(3700);
    expect(targets.oracleConcordance).toBeGreaterThan(0.76);
    expect(targets.oracleConcordance).toBeLessThan(0.84);
  });

  it.each(['metabolomics', 'cfdna', 'radiomics'] as const)('lets %s attain C .60-.72', (modality) => {
    expect(targets.attainableConcordance[modality]).toBeGreaterThan(0.6);
    expect(targets.attainableConcordance[modality]).toBeLessThan(0.72);
  });

  it('rewards fusion, and keeps the latent state ahead of every signal', () => {
    const { metabolomics = NaN, cfdna = NaN, radiomics = NaN } = targets.attainableConcordance;
    const best = Math.max(metabolomics, cfdna, radiomics);
    expect(targets.attainableFusedConcordance).toBeGreaterThan(best + 0.005);
    expect(targets.attainableFusedConcordance).toBeLessThan(targets.oracleConcordance - 0.03);
  });
});
