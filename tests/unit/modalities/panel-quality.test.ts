/** What laboratories say of their batches and samples, and what becomes of a panel then. */
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_MODALITY_SETTINGS,
  type Landmark,
  type MetabolomicsRules,
  type ModalityFlag,
} from '../../../src/domain/index.ts';
import { createModalities } from '../../../src/modalities/index.ts';
import { specimen } from '../support/clinical.ts';
import {
  ANALYTES,
  chartOf,
  concept,
  panel,
  panelOfMembers,
  patient,
  readings,
  SURGERY,
  type Reading,
  type Resource,
} from '../support/fhir.ts';
import { modality, featuresOf, terminology, units } from '../support/reading.ts';

const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY };
const ON = '2026-05-01';
const BEFORE = '2026-01-10';
const metabolomics = modality('metabolomics');
const SENSITIVE = DEFAULT_MODALITY_SETTINGS.metabolomics.haemolysisSensitive;

const under = (rules: Partial<MetabolomicsRules>) => {
  const { metabolomics: defaults } = DEFAULT_MODALITY_SETTINGS;
  const settings = { ...DEFAULT_MODALITY_SETTINGS, metabolomics: { ...defaults, ...rules } };
  const [first] = createModalities({ terminology, units, settings });
  if (first === undefined) throw new Error('no modality');
  return first;
};
const select = (resources: readonly Resource[], reader = metabolomics) =>
  reader.select(chartOf([patient(), ...resources]), landmark);
const features = (resources: readonly Resource[], reader = metabolomics) =>
  featuresOf(reader, chartOf([patient(), ...resources]), landmark);
const flagsOf = (resources: readonly Resource[], reader = metabolomics): readonly ModalityFlag[] => {
  const selection = select(resources, reader);
  return selection.status === 'present' ? selection.flags : [];
};

const BASE = 'https://recurrence-cds.org/fhir/StructureDefinition';
const pooledQc = (rsd?: number, recovery?: unknown) => ({
  url: `${BASE}/pooled-qc`,
  extension: [
    ...(rsd === undefined
      ? []
      : [
          {
            url: 'relativeStandardDeviation',
            valueQuantity: { value: rsd, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
          },
        ]),
    ...(recovery === undefined ? [] : [{ url: 'recovery', valueDecimal: recovery }]),
  ],
});

/** The panel as components and as members, with an extension at leucine, whose value is given. */
const withQc = (extension: unknown, leucine: Reading = [64, 'umol/L']): readonly (readonly Resource[])[] => {
  const values = readings({ leucine });
  const whole = panel('m1', ON, values);
  const [first, ...rest] = whole['component'] as object[];
  const members = panelOfMembers('m1', ON, values);
  return [
    [{ ...whole, component: [{ ...first, extension: [extension] }, ...rest] }],
    members.map((each) => (each.id === 'm1-leucine' ? { ...each, extension: [extension] } : each)),
  ];
};

describe('pooled quality control', () => {
  it.each<[string, unknown, number]>([
    ['a recovery of 2 halves the value', pooledQc(10, 2), 5],
    ['a recovery of 0.5 doubles it', pooledQc(10, 0.5), 7],
    ['a recovery of 1 leaves it', pooledQc(10, 1), 6],
    ['a variation alone leaves it', pooledQc(30), 6],
    ['a recovery alone counts', pooledQc(undefined, 2), 5],
    ['nothing said leaves it', pooledQc(), 6],
    ['another extension leaves it', { url: 'http://example.org/x', valueDecimal: 2 }, 6],
  ])('%s', async (_, extension, expected) => {
    for (const resources of withQc(extension)) {
      expect((await features(resources))['log2:leucine']).toBeCloseTo(expected, 12);
      expect(flagsOf(resources)).toEqual(['no-baseline']);
    }
  });

  it.each<[string, unknown]>([
    ['a variation above the limit', pooledQc(30.1, 1)],
    ['a negative variation', pooledQc(-1, 1)],
    ['a variation that is no number', pooledQc(Number.NaN, 1)],
    ['a recovery below 0.5', pooledQc(10, 0.49)],
    ['a recovery above 2', pooledQc(10, 2.01)],
    ['a recovery in per cent', pooledQc(10, 98)],
    ['a recovery of zero', pooledQc(10, 0)],
    ['a negative recovery', pooledQc(10, -1)],
    ['a recovery that is no number', pooledQc(10, 'one')],
    ['an infinite recovery', pooledQc(10, Infinity)],
    [
      'a recovery said twice',
      {
        url: `${BASE}/pooled-qc`,
        extension: [
          { url: 'recovery', valueDecimal: 1 },
          { url: 'recovery', valueDecimal: 1 },
        ],
      },
    ],
  ])('%s: the analyte counts as not measured, and a card says so', async (_, extension) => {
    for (const resources of withQc(extension)) {
      expect((await features(resources))['log2:leucine']).toBeNaN();
      expect(flagsOf(resources)).toEqual(['no-baseline', 'imputed', 'qc-failed']);
    }
  });

  it('corrects limits of detection, too', async () => {
    for (const resources of withQc(pooledQc(5, 2), [16, 'umol/L', '<'])) {
      const vector = await features(resources);
      expect(vector['limit:leucine']).toBeCloseTo(3, 12);
      expect(vector['log2:leucine']).toBeCloseTo(2.5, 12);
    }
  });

  it('looks for errors of unit in what was sent, and not where it does not count', () => {
    // 2500 umol/L is plausible, 5000 is not
    for (const resources of withQc(pooledQc(5, 0.5), [2500, 'umol/L']))
      expect(select(resources).status).toBe('present');
    for (const resources of withQc(pooledQc(5, 2), [5000, 'umol/L']))
      expect(select(resources)).toMatchObject({ status: 'rejected', reason: 'value-implausible' });
    for (const resources of withQc(pooledQc(50, 1), [5000, 'U/L']))
      expect(select(resources).status).toBe('present');
  });

  it('does not take two recoveries of one analyte for one', () => {
    const whole = panel('m1', ON, readings());
    const [leucine, ...rest] = whole['component'] as object[];
    const twice = (first: unknown, second: unknown) => [
      {
        ...whole,
        component: [{ ...leucine, extension: [first] }, { ...leucine, extension: [second] }, ...rest],
      },
    ];
    expect(select(twice(pooledQc(5, 1.1), pooledQc(5, 1.1))).status).toBe('present');
    expect(select(twice(pooledQc(5, 1.1), pooledQc(5)))).toMatchObject({ status: 'present' });
    expect(select(twice(pooledQc(5, 1.1), pooledQc(5, 1.2)))).toMatchObject({
      reason: 'conflicting-values',
      detail: 'leucine',
    });
  });

  it('is as strict as the site sets it', () => {
    const strict = under({ maximumPooledQcRsdPercent: 15 });
    for (const resources of withQc(pooledQc(20, 1))) {
      expect(flagsOf(resources)).not.toContain('qc-failed');
      expect(flagsOf(resources, strict)).toContain('qc-failed');
    }
  });

  it('rejects a panel of which too little passes', () => {
    const whole = panel('m1', ON, readings());
    const component = (whole['component'] as object[]).map((each, index) =>
      index < 13 ? { ...each, extension: [pooledQc(40)] } : each,
    );
    expect(select([{ ...whole, component }])).toMatchObject({
      status: 'rejected',
      reason: 'incomplete-panel',
      detail: '47/60',
    });
  });
});

const V2 = 'http://terminology.hl7.org/CodeSystem/v2-';
const HAEMOLYSED = { condition: [concept(`${V2}0493`, 'HEM')] };
const named = { specimen: { reference: 'Specimen/s1' } };
const sampled = (change: Record<string, unknown>, on = ON): readonly Resource[] => [
  panel('m1', on, readings(), named),
  specimen('s1', on, change),
];

describe('the sample', () => {
  it('is part of what a score rests on', () => {
    expect(select(sampled({})).evidence.map(({ reference }) => reference)).toEqual([
      'Observation/m1',
      'Specimen/s1',
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['plasma', { type: concept(`${V2}0487`, 'PLAS') }],
    ['blood', { type: concept(`${V2}0487`, 'BLDV') }],
    [
      'plasma, with a local code',
      {
        type: {
          coding: [
            { system: 'urn:x', code: '7' },
            { system: `${V2}0487`, code: 'PLAS' },
          ],
        },
      },
    ],
    ['in words of its own', { type: concept('urn:laboratory', 'EDTA') }],
    ['not coded', { type: undefined }],
    ['used up', { status: 'unavailable' }],
    ['in a condition of no matter', { condition: [concept(`${V2}0493`, 'ROOM')] }],
  ])('%s is taken', (_, change) => {
    expect(flagsOf(sampled(change))).toEqual(['no-baseline']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['serum', { type: concept(`${V2}0487`, 'SER') }, 'wrong-sample-type'],
    ['urine', { type: concept(`${V2}0487`, 'UR') }, 'wrong-sample-type'],
    [
      'serum and clotted',
      { type: concept(`${V2}0487`, 'SER'), condition: [concept(`${V2}0493`, 'CLOT')] },
      'wrong-sample-type',
    ],
    ['unsatisfactory', { status: 'unsatisfactory' }, 'unfit-sample'],
    ['clotted', { condition: [concept(`${V2}0493`, 'CLOT')] }, 'unfit-sample'],
    [
      'clotted and haemolysed',
      { condition: [concept(`${V2}0493`, 'HEM'), concept(`${V2}0493`, 'CLOT')] },
      'unfit-sample',
    ],
  ])('%s is rejected', (_, change, reason) => {
    expect(select(sampled(change))).toMatchObject({ status: 'rejected', reason, collectedOn: ON });
    // as a baseline it is left out
    const baseline = [panel('m0', BEFORE, readings(), named), specimen('s1', BEFORE, change)];
    expect(select([...baseline, panel('m1', ON)])).toMatchObject({ flags: ['no-baseline'] });
  });

  it('that members name is theirs, too', () => {
    const members = panelOfMembers('m1', ON, readings(), named);
    const serum = specimen('s1', ON, { type: concept(`${V2}0487`, 'SER') });
    expect(select([...members, serum])).toMatchObject({ reason: 'wrong-sample-type' });
  });

  it('that is not in the chart, or was received after the landmark, says nothing', () => {
    expect(select([panel('m1', ON, readings(), named)]).status).toBe('present');
    const serum = { type: concept(`${V2}0487`, 'SER') };
    expect(select(sampled({ ...serum, receivedTime: '2026-06-02T08:00:00Z' })).status).toBe('present');
    expect(select(sampled({ ...serum, receivedTime: '2026-06-01T08:00:00Z' })).status).toBe('rejected');
  });

  it('haemolysed: what red cells hold counts as not measured, the rest is used', async () => {
    const resources = sampled(HAEMOLYSED);
    expect(flagsOf(resources)).toEqual(['no-baseline', 'imputed', 'haemolysed']);
    const vector = await features(resources);
    for (const analyte of ANALYTES)
      expect([analyte, Number.isNaN(vector[`log2:${analyte}`])]).toEqual([
        analyte,
        SENSITIVE.includes(analyte),
      ]);
    const baseline = [panel('m0', BEFORE, readings(), named), specimen('s1', BEFORE, HAEMOLYSED)];
    expect(flagsOf([...baseline, panel('m1', ON)])).toEqual(['imputed', 'haemolysed']);
  });

  it('haemolysed is read as the site sets it', async () => {
    const resources = sampled(HAEMOLYSED);
    expect(select(resources, under({ onHaemolysis: 'reject' }))).toMatchObject({ reason: 'unfit-sample' });
    const own = under({ haemolysisSensitive: ['leucine'] });
    const vector = await features(resources, own);
    expect(vector['log2:leucine']).toBeNaN();
    expect(vector['log2:taurine']).not.toBeNaN();
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['not fasting', { fastingStatusCodeableConcept: concept(`${V2}0916`, 'NF') }, true],
    ['fasting', { fastingStatusCodeableConcept: concept(`${V2}0916`, 'F') }, false],
    ['not given', { fastingStatusCodeableConcept: concept(`${V2}0916`, 'NG') }, false],
    ['not said', {}, false],
  ])('%s', (_, said, told) => {
    const resources = sampled({ collection: { collectedDateTime: ON, ...said } });
    expect(flagsOf(resources)).toEqual(told ? ['no-baseline', 'not-fasting'] : ['no-baseline']);
  });
});
