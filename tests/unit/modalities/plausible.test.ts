/** A unit off by a thousand must not become a score. */
import { describe, expect, it } from 'vitest';
import type { Landmark } from '../../../src/domain/index.ts';
import { ANALYTES as SIMULATED } from '../../../src/simulation/analyte-constants.ts';
import type { CfdnaMarker } from '../../../src/terminology/index.ts';
import {
  ANALYTES,
  chartOf,
  markers,
  panel,
  panelOfMembers,
  patient,
  readings,
  SURGERY,
  typicalOf,
  type Reading,
} from '../support/fhir.ts';
import { modality, NEVER, terminology } from '../support/reading.ts';

const metabolomics = modality('metabolomics');
const cfdna = modality('cfdna');
const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY };
const ON = '2026-05-01';
const bound = (analyte: string, end: 'low' | 'high'): number =>
  terminology.numberProperty('analyte', analyte, `plausible-${end}`) ?? Number.NaN;

describe('the shipped ranges', () => {
  it('leave as much below the typical mean as above it', () => {
    for (const analyte of ANALYTES) {
      const ratio = bound(analyte, 'high') / bound(analyte, 'low');
      // 20 x 20, each end rounded to two digits
      expect(Math.abs(ratio / 400 - 1)).toBeLessThan(0.07);
    }
  });

  it.each(Object.keys(SIMULATED))(
    '%s: the typical mean of adults divided and multiplied by 20',
    (analyte) => {
      const mean = SIMULATED[analyte]?.median ?? Number.NaN;
      expect(bound(analyte, 'low')).toBe(Number((mean / 20).toPrecision(2)));
      expect(bound(analyte, 'high')).toBe(Number((mean * 20).toPrecision(2)));
    },
  );
});

describe('a metabolomics panel', () => {
  const selected = (analyte: string, reading: Reading) =>
    [
      [panel('m1', ON, readings({ [analyte]: reading }))],
      panelOfMembers('m1', ON, readings({ [analyte]: reading })),
    ].map((resources) => metabolomics.select(chartOf([patient(), ...resources]), landmark));

  // A usual value of each written in the unit a thousandfold too large, and too small.
  it.each(ANALYTES.flatMap((analyte) => ['mmol/L', 'nmol/L'].map((unit) => [analyte, unit] as const)))(
    '%s of umol/L said to be %s',
    (analyte, unit) => {
      const mean = typicalOf(analyte);
      for (const selection of selected(analyte, [mean, unit]))
        expect(selection).toMatchObject({
          status: 'rejected',
          reason: 'value-implausible',
          detail: analyte,
          collectedOn: ON,
        });
      for (const selection of selected(analyte, [mean, 'umol/L'])) expect(selection.status).toBe('present');
    },
  );

  it.each<[string, Reading, string]>([
    // leucine: 6.3 .. 2500 umol/L
    ['at the low end', [6.3, 'umol/L'], 'present'],
    ['below it', [6.2, 'umol/L'], 'rejected'],
    ['at the high end, in another unit', [2.5, 'mmol/L'], 'present'],
    ['above it', [2501, 'umol/L'], 'rejected'],
    ['a low limit of detection', [0.01, 'umol/L', '<'], 'present'],
    // 2501 / sqrt(2) would be within: the limit itself counts
    ['a limit of detection above it', [2501, 'umol/L', '<'], 'rejected'],
    ['a limit of detection of zero', [0, 'umol/L', '<'], 'rejected'],
    ['above a limit within', [500, 'umol/L', '>'], 'present'],
    ['above a limit beyond', [2501, 'umol/L', '>='], 'rejected'],
    ['zero, which is none measured', [0, 'umol/L'], 'present'],
  ])('%s', (_, reading, status) => {
    for (const selection of selected('leucine', reading)) expect(selection.status).toBe(status);
  });

  it('takes a value above the measuring range at its limit, and says so', async () => {
    const chart = chartOf([patient(), panel('m1', ON, readings({ leucine: [500, 'umol/L', '>'] }))]);
    expect(metabolomics.select(chart, landmark)).toMatchObject({ flags: ['no-baseline', 'above-range'] });
    const { features: vector } = await metabolomics.extract(chart, landmark, { signal: NEVER });
    expect(vector['log2:leucine']).toBeCloseTo(Math.log2(500), 12);
  });

  it('a baseline a thousandfold too high is left out', () => {
    const resources = [panel('m0', '2026-01-10', readings({ serine: [100, 'mmol/L'] })), panel('m1', ON)];
    expect(metabolomics.select(chartOf([patient(), ...resources]), landmark)).toMatchObject({
      status: 'present',
      flags: ['no-baseline'],
    });
  });
});

describe('a cfDNA sample', () => {
  it.each<[CfdnaMarker, Reading, string]>([
    ['fragment-score', [0.01, '1'], 'present'],
    ['fragment-score', [0.0099, '1'], 'rejected'],
    ['fragment-score', [10, '1'], 'present'],
    ['fragment-score', [10.1, '1'], 'rejected'],
    ['fragment-score', [0.001, '1', '<'], 'present'],
    ['fragment-score', [0, '1', '<'], 'rejected'],
    ['tumour-fraction', [0, '1'], 'present'],
    ['tumour-fraction', [100, '%', '<'], 'present'],
    ['tumour-fraction', [120, '%', '<'], 'rejected'],
  ])('%s of %j: %s', (marker, reading, status) => {
    const selection = cfdna.select(
      chartOf([patient(), ...markers('f1', ON, { [marker]: reading })]),
      landmark,
    );
    expect(selection.status).toBe(status);
    if (status === 'rejected')
      expect(selection).toMatchObject({ reason: 'value-implausible', detail: marker });
  });

  it('flags a share above the measuring range', () => {
    const chart = chartOf([patient(), ...markers('f1', ON, { 'methylation-score': [0.5, '1', '>='] })]);
    expect(cfdna.select(chart, landmark)).toMatchObject({ flags: ['no-baseline', 'above-range'] });
  });
});
