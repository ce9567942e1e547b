import type { Observation } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { createRandom, quantile } from '../../../src/numerics/index.ts';
import { ANALYTES, METABOLOMICS } from '../../../src/simulation/analyte-constants.ts';
import { buildChart } from '../../../src/simulation/chart.ts';
import { defaultTerminology, simulationCodes } from '../../../src/simulation/codes.ts';
import {
  ANALYTE_TABLE,
  batchEffects,
  batchOf,
  measuredLogs,
  sampleState,
  truestLogs,
} from '../../../src/simulation/metabolite-samples.ts';
import { metabolomicsSimulator } from '../../../src/simulation/metabolomics.ts';
import { drawPatient } from '../../../src/simulation/patient.ts';
import { SITES } from '../../../src/simulation/sites.ts';

const random = createRandom(77);
const patients = Array.from({ length: 400 }, (_, index) =>
  drawPatient(random, `p-${String(index)}`, { study: 'in' }),
);
const samples = patients.flatMap((patient) =>
  patient.draws.slice(0, 6).map((draw) => ({ patient, draw, state: sampleState(patient, draw) })),
);
type Sample = (typeof samples)[number];
const position = (code: string): number => ANALYTE_TABLE.findIndex(([name]) => name === code);
const median = (values: readonly number[]): number => quantile(values, 0.5);
const sd = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};
const logOf = (code: string, rows: readonly Sample[]): number =>
  median(rows.map(({ patient, draw }) => truestLogs(patient, draw)[position(code)]!));

describe('the simulated panel', () => {
  it('has sixty analytes with a level, variation and a limit of detection each', () => {
    expect(Object.keys(ANALYTES)).toHaveLength(60);
    for (const [, a] of ANALYTE_TABLE) {
      expect(Math.min(a.median, a.personSd, a.withinSd, a.lod)).toBeGreaterThan(0);
      expect(a.lod).toBeLessThan(a.median);
      expect(Math.abs(a.loading)).toBeLessThanOrEqual(0.12);
    }
    expect(ANALYTE_TABLE.filter(([, { loading }]) => loading !== 0)).toHaveLength(15);
  });

  it('shares a batch between patients of a site and quarter, and no further', () => {
    const byBatch = Map.groupBy(samples, ({ patient, draw }) => batchOf(patient, draw));
    expect(byBatch.size).toBeGreaterThan(60);
    const first = [...byBatch.values()].filter((rows) => rows.length > 1).slice(0, 20);
    for (const [one, other] of first as [Sample, Sample][])
      expect(batchEffects(one.patient, one.draw)).toEqual(batchEffects(other.patient, other.draw));
    const shifts = [...byBatch.values()].map(([one]) => batchEffects(one!.patient, one!.draw)[0]!.shift);
    expect(new Set(shifts).size).toBe(byBatch.size);
    expect(sd(shifts)).toBeGreaterThan(0.8 * METABOLOMICS.batchSd);
    expect(sd(shifts)).toBeLessThan(1.2 * METABOLOMICS.batchSd);
  });

  it('lets pooled QC tell a batch shift and an unstable analyte', () => {
    const effects = samples.slice(0, 300).flatMap(({ patient, draw }) => batchEffects(patient, draw));
    const stable = effects.filter(({ analyticalSd }) => analyticalSd === METABOLOMICS.analyticalSd);
    expect(sd(stable.map(({ recovery, shift }) => Math.log(recovery) - shift))).toBeLessThan(0.025);
    expect(effects.length - stable.length).toBeGreaterThan(0);
    for (const { analyticalSd, rsdPercent } of effects)
      if (analyticalSd === METABOLOMICS.analyticalSd) expect(rsdPercent).toBeLessThan(30);
      else expect(rsdPercent).toBeGreaterThan(13);
  });

  it('dilutes all analytes of a sample alike', () => {
    const flat = ANALYTE_TABLE.map(() => ({
      shift: 0,
      analyticalSd: METABOLOMICS.analyticalSd,
      recovery: 1,
      rsdPercent: 5,
    }));
    const factors = samples
      .filter(({ state }) => !state.haemolysed)
      .slice(0, 300)
      .map(({ patient, draw }) => {
        const truest = truestLogs(patient, draw);
        const differences = measuredLogs(patient, draw, flat).map((log, at) => log - truest[at]!);
        expect(Math.max(...differences) - Math.min(...differences)).toBeLessThan(1e-9);
        return differences[0]!;
      });
    expect(sd(factors)).toBeGreaterThan(0.85 * METABOLOMICS.dilutionSd);
    expect(sd(factors)).toBeLessThan(1.15 * METABOLOMICS.dilutionSd);
  });

  it('shows a meal and broken red cells where they belong, and says so', () => {
    const fed = samples.filter(({ state }) => !state.fasting);
    const fasting = samples.filter(({ state }) => state.fasting);
    expect(fed.length / samples.length).toBeCloseTo(METABOLOMICS.notFastingShare, 1);
    expect(logOf('oleate', fed)).toBeLessThan(logOf('oleate', fasting) - 0.3);
    expect(logOf('isoleucine', fed)).toBeGreaterThan(logOf('isoleucine', fasting) + 0.1);
    const broken = samples.filter(({ state }) => state.haemolysed);
    expect(broken.length).toBeGreaterThan(5);
    expect(broken.every(({ draw }) => draw.forMonths !== undefined)).toBe(true);
    for (const { patient, draw } of broken) {
      const logs = measuredLogs(patient, draw, []);
      const truest = truestLogs(patient, draw);
      const excess = (code: string): number => logs[position(code)]! - truest[position(code)]!;
      expect(excess('aspartate') - excess('valine')).toBeCloseTo(ANALYTES['aspartate']!.redCells, 9);
    }
  });

  it('gives the attainable signals before dilution and batches', () => {
    const { patient } = samples[0]!;
    const signals = metabolomicsSimulator.signals(patient, 3);
    const draws = patient.draws.filter(({ label, forMonths }) => label === 'baseline' || forMonths === 3);
    expect(signals).toHaveLength(15 * draws.length);
    expect(signals[0]).toBe(truestLogs(patient, draws[0]!)[position('tryptophan')]);
  });
});

describe('what the laboratories write', () => {
  const codes = simulationCodes(defaultTerminology());
  const panelsOf = (site: keyof typeof SITES) =>
    buildChart(drawPatient(createRandom(5), 'q', { study: 'in', site: SITES[site] }), codes).filter(
      ({ id }) => /-met-[a-z0-9]+$/.test(id),
    );

  it.each([
    ['north', true],
    ['east', false],
  ] as const)('%s: pooled QC beside each value: %s', (site, reported) => {
    const panels = panelsOf(site);
    expect(panels.length).toBeGreaterThan(2);
    for (const { extension: batch, component } of panels as Observation[]) {
      expect(batch?.[0]?.valueString).toMatch(new RegExp(`^${site} 20\\d\\d [1-4]$`));
      const measured = component!.filter(({ valueQuantity }) => valueQuantity !== undefined);
      expect(measured.length).toBeGreaterThan(15);
      for (const { extension } of measured)
        expect(extension?.[0]?.extension?.map(({ url }) => url)).toEqual(
          reported ? ['recovery', 'relativeStandardDeviation'] : undefined,
        );
    }
  });
});
