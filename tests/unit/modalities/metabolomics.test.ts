import { describe, expect, it } from 'vitest';
import type { Landmark } from '../../../src/domain/index.ts';
import {
  ANALYTES,
  analyteCode,
  chartOf,
  panel,
  panelOfMembers,
  patient,
  quantity,
  readings,
  SURGERY,
  type Reading,
  type Resource,
} from '../support/fhir.ts';
import { modality, featuresOf } from '../support/reading.ts';

const metabolomics = modality('metabolomics');
const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY };
const select = (resources: readonly Resource[], at = landmark) =>
  metabolomics.select(chartOf([patient(), ...resources]), at);
const features = (resources: readonly Resource[], at = landmark) =>
  featuresOf(metabolomics, chartOf([patient(), ...resources]), at);

/** All but the first n analytes. */
const without = (n: number) =>
  readings(Object.fromEntries(ANALYTES.slice(0, n).map((each) => [each, undefined])));

describe('features', () => {
  it('are log2 of umol/L, and the log2 ratio to the baseline', async () => {
    const vector = await features([
      panel('m0', '2026-01-10', readings({ leucine: [1.5, 'mg/dL'] })),
      // 1.5 mg/dL / 131.17 g/mol = 114.3554 umol/L; .2287108 mmol/L is twice that
      panel('m1', '2026-05-01', readings({ leucine: [0.2287108, 'mmol/L'], lactate: [1.6, 'mmol/L'] })),
    ]);
    expect(Object.keys(vector).toSorted()).toEqual([...metabolomics.featureNames].toSorted());
    expect(vector['log2:leucine']).toBeCloseTo(Math.log2(228.7108), 5);
    expect(vector['change:leucine']).toBeCloseTo(1, 5);
    expect(vector['change:lactate']).toBeCloseTo(4, 9); // 1600 against 100
    expect(vector['change:valine']).toBe(0);
  });

  it('are missing, not zero, where there is no baseline or no value', async () => {
    const vector = await features([panel('m1', '2026-05-01', readings({ leucine: undefined }))]);
    expect(vector['log2:leucine']).toBeNaN();
    expect(vector['log2:valine']).toBeCloseTo(Math.log2(100), 12);
    for (const analyte of ANALYTES) expect(vector[`change:${analyte}`]).toBeNaN();
  });

  it('below detection is L over the square root of two', async () => {
    const vector = await features([panel('m1', '2026-05-01', readings({ leucine: [10, 'umol/L', '<'] }))]);
    expect(vector['log2:leucine']).toBeCloseTo(Math.log2(10) - 0.5, 12);
  });

  it('are the same of components, members, and some of both', async () => {
    const values = readings({ leucine: [1.5, 'mg/dL'], serine: [30, 'umol/L', '<'] });
    const members = panelOfMembers('m1', '2026-05-01', values);
    const half = Math.floor(values.size / 2);
    const mixed = [
      {
        ...panel('m1', '2026-05-01', new Map([...values].slice(0, half))),
        hasMember: members.slice(half + 1).map((member) => ({ reference: `Observation/${member.id}` })),
      },
      ...members.slice(half + 1),
    ];
    const expected = await features([panel('m1', '2026-05-01', values)]);
    expect(await features(members)).toEqual(expected);
    expect(await features(mixed)).toEqual(expected);
  });
});

describe('what is usable', () => {
  it('names both dates and every resource it rests on', () => {
    const selection = select([panel('m0', '2026-01-10'), ...panelOfMembers('m1', '2026-05-01')]);
    expect(selection).toMatchObject({
      status: 'present',
      collectedOn: '2026-05-01',
      baselineCollectedOn: '2026-01-10',
      flags: [],
    });
    expect(selection.evidence.map((ref) => ref.reference)).toEqual([
      'Observation/m1',
      ...ANALYTES.map((analyte) => `Observation/m1-${analyte}`),
      'Observation/m0',
    ]);
  });

  it.each<[string, ReadonlyMap<string, Reading>, readonly string[]]>([
    ['all measured', readings(), ['no-baseline']],
    ['one missing', without(1), ['no-baseline', 'imputed']],
    ['one below detection', readings({ leucine: [1, 'umol/L', '<'] }), ['no-baseline', 'below-detection']],
  ])('flags: %s', (_, values, flags) => {
    expect(select([panel('m1', '2026-05-01', values)])).toMatchObject({ flags });
  });

  it('flags what the baseline lacks, too: its changes are imputed', () => {
    expect(select([panel('m0', '2026-01-10', without(1)), panel('m1', '2026-05-01')])).toMatchObject({
      flags: ['imputed'],
    });
  });

  it('asks for 80 %: of 60 analytes 48 are enough, 47 are not', () => {
    expect(ANALYTES).toHaveLength(60);
    expect(select([panel('m1', '2026-05-01', without(12))])).toMatchObject({ status: 'present' });
    expect(select([panel('m1', '2026-05-01', without(13))])).toMatchObject({
      status: 'rejected',
      reason: 'incomplete-panel',
      detail: '47/60',
      collectedOn: '2026-05-01',
    });
  });

  it('counts below detection as measured, and zero or an unreadable value as not', () => {
    const belowAll = new Map(ANALYTES.map((each): [string, Reading] => [each, [0.1, 'umol/L', '<']]));
    expect(select([panel('m1', '2026-05-01', belowAll)])).toMatchObject({ status: 'present' });
    const zero = new Map(ANALYTES.map((each): [string, Reading] => [each, [0, 'umol/L']]));
    expect(select([panel('m1', '2026-05-01', zero)])).toMatchObject({ detail: '0/60' });
    const text = panel('m1', '2026-05-01', new Map(), {
      component: ANALYTES.map((each) => ({ code: analyteCode(each), valueString: '100' })),
    });
    expect(select([text])).toMatchObject({ detail: '0/60' });
  });

  it.each<[string, Reading, string]>([
    ['an impossible unit', [100, 'mm[Hg]'], 'unit-inconvertible'],
    ['cells', [100, '10*9/L'], 'unit-inconvertible'],
    ['no unit', [100, ''], 'unit-inconvertible'],
    ['a negative value', [-1, 'umol/L'], 'value-implausible'],
  ])('rejects the panel for %s and names the analyte', (_, reading, reason) => {
    const selection = select([panel('m1', '2026-05-01', readings({ serine: reading }))]);
    expect(selection).toMatchObject({ status: 'rejected', reason, detail: 'serine' });
    // told, not skipped: an older good panel does not stand in
    expect(
      select([panel('m0', '2026-03-01'), panel('m1', '2026-05-01', readings({ serine: reading }))]),
    ).toMatchObject({ status: 'rejected', reason });
  });

  it('leaves a faulty baseline out', () => {
    const faulty = panel('m0', '2026-01-10', readings({ serine: [1, 'U/L'] }));
    expect(select([faulty, panel('m1', '2026-05-01')])).toMatchObject({ flags: ['no-baseline'] });
    expect(select([panel('m00', '2026-01-05'), faulty, panel('m1', '2026-05-01')])).toMatchObject({
      baselineCollectedOn: '2026-01-05',
    });
  });

  it.each(['preliminary', 'registered', 'unknown', undefined])(
    'a panel that is %s is no result yet',
    (status) => {
      expect(select([panel('m1', '2026-05-01', readings(), { status })])).toMatchObject({
        status: 'absent',
        reason: 'no-data',
      });
    },
  );

  it.each(['amended', 'corrected'])('a panel that is %s is', (status) => {
    expect(select([panel('m1', '2026-05-01', readings(), { status })])).toMatchObject({ status: 'present' });
  });

  it('a preliminary member is not measured yet', () => {
    const members = panelOfMembers('m1', '2026-05-01');
    const open = members.map((each, index) =>
      index >= 1 && index <= 13 ? { ...each, status: 'preliminary' } : each,
    );
    expect(select(open)).toMatchObject({ status: 'rejected', detail: '47/60' });
  });

  it('takes the turnaround where no issued time is', () => {
    const unissued = panel('m1', '2026-05-18', readings(), { issued: undefined });
    // 18 May + 14 = 1 June
    expect(select([unissued])).toMatchObject({ status: 'present' });
    expect(select([unissued], { ...landmark, date: '2026-05-31' })).toMatchObject({
      status: 'absent',
      reason: 'not-yet-usable',
    });
  });

  it('is too old after 190 days, and says since when', () => {
    const at = (date: string) => select([panel('m1', '2026-03-01')], { ...landmark, date });
    expect(at('2026-09-07')).toMatchObject({ status: 'present' }); // 190 days
    expect(at('2026-09-08')).toMatchObject({
      status: 'too-old',
      reason: 'older-than-allowed',
      collectedOn: '2026-03-01',
    });
  });

  it('of two panels of one day takes the later issued, in whatever order they come', async () => {
    const first = panel('z', '2026-05-01', readings({ leucine: [50, 'umol/L'] }));
    const corrected = panel('a', '2026-05-01', readings({ leucine: [200, 'umol/L'] }), {
      issued: '2026-05-20T10:00:00Z',
    });
    for (const order of [
      [first, corrected],
      [corrected, first],
    ])
      expect((await features(order))['log2:leucine']).toBeCloseTo(Math.log2(200), 12);
  });

  it('is absent with its reason where nothing is', () => {
    expect(select([])).toEqual({ status: 'absent', reason: 'no-data', evidence: [] });
    expect(select([panel('m0', '2026-01-10')])).toMatchObject({ status: 'absent', reason: 'no-data' });
  });

  it('ignores codes it does not know', async () => {
    const foreign = panel('m1', '2026-05-01');
    const component = [
      ...(foreign['component'] as unknown[]),
      { code: { coding: [{ system: 'urn:x', code: 'leucine' }] }, ...quantity(-5, 'U/L') },
    ];
    expect(await features([{ ...foreign, component }])).toEqual(await features([foreign]));
  });
});
