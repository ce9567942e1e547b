import { describe, expect, it } from 'vitest';
import type { Landmark } from '../../../src/domain/index.ts';
import {
  chartOf,
  marker,
  markers,
  patient,
  report,
  SURGERY,
  type Reading,
  type Resource,
} from '../support/fhir.ts';
import { modality, featuresOf } from '../support/reading.ts';

const cfdna = modality('cfdna');
const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY };
const select = (resources: readonly Resource[], at = landmark) =>
  cfdna.select(chartOf([patient(), ...resources]), at);
const features = (resources: readonly Resource[], at = landmark) =>
  featuresOf(cfdna, chartOf([patient(), ...resources]), at);

const ON = '2026-05-01';
const sample = markers('f1', ON);
const logit = (share: number): number => Math.log(share / (1 - share));

describe('features', () => {
  it('are logits of shares and the log of the fragment ratio, with their change', async () => {
    const vector = await features([
      ...markers('f0', '2026-01-10', {
        'tumour-fraction': [1, '%'],
        'fragment-score': [0.1, '1'],
        'methylation-score': [5, '%'],
      }),
      ...sample,
    ]);
    expect(Object.keys(vector)).toEqual([
      'logit:tumourFraction',
      'change:tumourFraction',
      'log:fragmentRatio',
      'change:fragmentRatio',
      'logit:methylation',
      'change:methylation',
    ]);
    // tumour fraction .02 after .01: logit(.02) = ln(.02 / .98) = -3.8918203, logit(.01) = -4.5951199
    expect(vector['logit:tumourFraction']).toBeCloseTo(-3.8918203, 6);
    expect(vector['change:tumourFraction']).toBeCloseTo(0.7032996, 6);
    // ln(.2) = -1.6094379; ln(.2 / .1) = ln 2
    expect(vector['log:fragmentRatio']).toBeCloseTo(-1.6094379, 6);
    expect(vector['change:fragmentRatio']).toBeCloseTo(Math.LN2, 12);
    expect(vector['change:methylation']).toBeCloseTo(0, 12);
    expect(Object.keys(vector).toSorted()).toEqual([...cfdna.featureNames].toSorted());
  });

  it('reads % and 1 as the same', async () => {
    const percent = markers('f1', ON, { 'tumour-fraction': [2, '%'], 'methylation-score': [5, '%'] });
    const [one, other] = [await features(percent), await features(sample)];
    for (const name of cfdna.featureNames.slice(0, 3)) expect(one[name]).toBeCloseTo(other[name] ?? NaN, 9);
  });

  it.each<[Reading, number]>([
    [[0, '1'], 1e-4], // the floor: zero is a measurement, not a missing one
    [[0.00001, '1'], 1e-4],
    [[1, '1'], 1 - 1e-4],
    [[0.03, '1', '<'], 0.03 / Math.SQRT2],
  ])('a tumour fraction of %j counts as %f', async (reading, share) => {
    const resources = markers('f1', ON, { 'tumour-fraction': reading });
    expect(select(resources).status).toBe('present');
    expect((await features(resources))['logit:tumourFraction']).toBeCloseTo(logit(share), 9);
  });

  it('a missing methylation score is missing, and flagged', async () => {
    const resources = markers('f1', ON, { 'methylation-score': undefined });
    expect(select(resources)).toMatchObject({ status: 'present', flags: ['no-baseline', 'imputed'] });
    expect((await features(resources))['logit:methylation']).toBeNaN();
  });

  it('flags a baseline that lacks it, and a value below detection', () => {
    const baseline = markers('f0', '2026-01-10', { 'methylation-score': undefined });
    expect(select([...baseline, ...sample])).toMatchObject({ flags: ['imputed'] });
    expect(select([...markers('f0', '2026-01-10'), ...sample])).toMatchObject({ flags: [] });
    const below = markers('f1', ON, { 'tumour-fraction': [0.03, '1', '<'] });
    expect(select(below)).toMatchObject({ flags: ['no-baseline', 'below-detection'] });
  });
});

describe('what is usable', () => {
  it.each(['tumour-fraction', 'fragment-score'] as const)('needs the %s', (which) => {
    expect(select(markers('f1', ON, { [which]: undefined }))).toMatchObject({
      status: 'rejected',
      reason: 'incomplete-panel',
      detail: which,
    });
  });

  it.each<[string, Parameters<typeof markers>[2], string, string]>([
    ['a share above 1', { 'tumour-fraction': [2, '1'] }, 'value-implausible', 'tumour-fraction'],
    ['a share above 100 %', { 'methylation-score': [101, '%'] }, 'value-implausible', 'methylation-score'],
    ['a negative share', { 'tumour-fraction': [-0.1, '1'] }, 'value-implausible', 'tumour-fraction'],
    ['a ratio of zero', { 'fragment-score': [0, '1'] }, 'value-implausible', 'fragment-score'],
    ['a mass', { 'tumour-fraction': [2, 'ng/mL'] }, 'unit-inconvertible', 'tumour-fraction'],
    ['no unit', { 'tumour-fraction': [0.02, ''] }, 'unit-inconvertible', 'tumour-fraction'],
  ])('rejects %s', (_, given, reason, detail) => {
    expect(select(markers('f1', ON, given))).toMatchObject({ status: 'rejected', reason, detail });
  });

  it('a share of exactly 1 is none too many', () => {
    expect(select(markers('f1', ON, { 'methylation-score': [100, '%'] })).status).toBe('present');
  });

  it('is the same number with and without a report, which is evidence too', async () => {
    const held = [report('g1', sample, ON), ...sample];
    expect(await features(held)).toEqual(await features(sample));
    const evidenceOf = (resources: typeof held) => select(resources).evidence.map((ref) => ref.reference);
    const markersOfIt = sample.map((each) => `Observation/${each.id}`);
    expect(new Set(evidenceOf(sample))).toEqual(new Set(markersOfIt));
    expect(new Set(evidenceOf(held))).toEqual(new Set(['DiagnosticReport/g1', ...markersOfIt]));
  });

  it("takes the markers' date where the report has none", () => {
    const undated = report('g1', sample, undefined, { issued: '2026-05-09T10:00:00Z' });
    expect(select([undated, ...sample])).toMatchObject({ status: 'present', collectedOn: ON });
  });

  it('counts a report that was appended to', () => {
    const appended = report('g1', sample, ON, { status: 'appended' });
    expect(select([appended, ...sample])).toMatchObject({
      status: 'present',
      evidence: [{ reference: 'DiagnosticReport/g1' }, {}, {}, {}],
    });
  });

  it('does not count a preliminary report, but its final markers', () => {
    expect(select([report('g1', sample, ON, { status: 'preliminary' }), ...sample])).toMatchObject({
      status: 'present',
      evidence: sample
        .map((each) => ({ reference: `Observation/${each.id}` }))
        .sort((a, b) => (a.reference < b.reference ? -1 : 1)),
    });
    const preliminary = sample.map((each) => ({ ...each, status: 'preliminary' }));
    expect(select([report('g1', sample, ON), ...preliminary])).toMatchObject({ reason: 'no-data' });
  });

  it('a report of something else holds nothing', () => {
    const other = report('g1', [], ON, {
      code: { coding: [{ system: 'http://loinc.org', code: '11502-2' }] },
    });
    expect(select([other, ...sample]).evidence).toHaveLength(3);
  });

  it('waits for the last part of a report', () => {
    const open = [
      report('g1', sample, '2026-05-25', { issued: '2026-05-27T10:00:00Z' }),
      ...markers('f1', '2026-05-25').map((each, index) =>
        index === 0 ? { ...each, issued: undefined } : { ...each, issued: '2026-05-26T10:00:00Z' },
      ),
    ];
    // the first marker has no issued time: 25 May + 14 = 8 June
    expect(select(open)).toMatchObject({ status: 'absent', reason: 'not-yet-usable' });
    expect(select(open, { ...landmark, date: '2026-06-08' })).toMatchObject({ status: 'present' });
  });

  it('two samples of different days are two draws', () => {
    const later = marker('f2-tf', 'tumour-fraction', '2026-05-10', [0.5, '1']);
    // the later day has a tumour fraction alone: it is the latest, and incomplete
    expect(select([...sample, later])).toMatchObject({
      status: 'rejected',
      detail: 'fragment-score',
      collectedOn: '2026-05-10',
    });
  });
});
