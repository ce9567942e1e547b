/** What laboratories say of their batches and samples, as facts. */
import { describe, expect, it } from 'vitest';
import { specimen } from '../support/clinical.ts';
import { chartOf, concept, observation, panel, patient, quantity, type Resource } from '../support/fhir.ts';
import { queries, terminology } from '../support/reading.ts';

const BASE = 'https://recurrence-cds.org/fhir/StructureDefinition';
const rsd = (value: unknown, more: object = { code: '%' }) => ({
  url: 'relativeStandardDeviation',
  valueQuantity: { value, ...more },
});
const recovery = (valueDecimal: unknown) => ({ url: 'recovery', valueDecimal });
const qc = (...extension: unknown[]) => ({ url: `${BASE}/pooled-qc`, extension });

const factOf = (change: Record<string, unknown>) => {
  const resource: Resource = observation('o', concept('urn:x', 'a'), { ...quantity(1, 'umol/L'), ...change });
  return chartOf([patient(), resource]).observations[0];
};

describe('pooled quality control', () => {
  it.each<[string, unknown, unknown]>([
    ['both', [qc(rsd(12.5), recovery(0.9))], { rsdPercent: 12.5, recovery: 0.9 }],
    ['the variation alone', [qc(rsd(12.5))], { rsdPercent: 12.5 }],
    ['the unit as text', [qc(rsd(12.5, { unit: '%' }))], { rsdPercent: 12.5 }],
    ['neither', [qc()], {}],
    ['a share', [qc(rsd(0.125, { code: '1' }))], { rsdPercent: 12.5 }],
    ['another unit', [qc(rsd(12.5, { code: 'mg' }))], { rsdPercent: Number.NaN }],
    ['no unit', [qc(rsd(12.5, {}))], { rsdPercent: Number.NaN }],
    ['a limit', [qc(rsd(12.5, { code: '%', comparator: '<' }))], { rsdPercent: Number.NaN }],
    ['text', [qc(rsd('12.5'), recovery('1'))], { rsdPercent: Number.NaN, recovery: Number.NaN }],
    ['infinity', [qc(recovery(Infinity))], { recovery: Number.NaN }],
    ['a value said twice', [qc(recovery(1), recovery(1))], { recovery: Number.NaN }],
    ['two of them', [qc(rsd(1)), qc(rsd(1))], { rsdPercent: Number.NaN, recovery: Number.NaN }],
    ['another extension', [{ url: 'urn:x', extension: [rsd(1)] }], undefined],
    ['no list', 'none', undefined],
    ['none', undefined, undefined],
  ])('of an Observation: %s', (_, extension, expected) => {
    expect(factOf({ extension })?.pooledQc).toEqual(expected);
  });

  it('of a component is its own', () => {
    const component = [
      { code: concept('urn:x', 'b'), ...quantity(1, 'umol/L'), extension: [qc(recovery(1.1))] },
      { code: concept('urn:x', 'c'), ...quantity(1, 'umol/L') },
    ];
    const fact = factOf({ component });
    expect(fact?.pooledQc).toBeUndefined();
    expect(fact?.components.map(({ pooledQc }) => pooledQc)).toEqual([{ recovery: 1.1 }, undefined]);
  });
});

describe('a Specimen', () => {
  it('says whether the patient had fasted, where that is coded', () => {
    const fasting = (said: object) =>
      chartOf([
        patient(),
        specimen('s', '2026-01-01', { collection: { collectedDateTime: '2026-01-01', ...said } }),
      ]).specimens[0]?.fastingStatus;
    expect(fasting({ fastingStatusCodeableConcept: concept('urn:v2', 'NF') })).toEqual([
      { system: 'urn:v2', code: 'NF' },
    ]);
    expect(fasting({ fastingStatusDuration: { value: 8, code: 'h' } })).toBeUndefined();
    expect(fasting({})).toBeUndefined();
  });

  it('says for how long, where that is said', () => {
    const fasted = (fastingStatusDuration: unknown) =>
      chartOf([
        patient(),
        specimen('s', '2026-01-01', {
          collection: { collectedDateTime: '2026-01-01', fastingStatusDuration },
        }),
      ]).specimens[0]?.fastingDuration;
    expect(fasted({ value: 8, code: 'h', unit: 'hours' })).toEqual({ value: 8, unit: 'h' });
    expect(fasted({ value: 8, unit: 'h' })).toEqual({ value: 8, unit: 'h' });
    expect(fasted({ value: '8', code: 'h' })).toBeUndefined();
    expect(fasted(undefined)).toBeUndefined();
  });
});

describe('the search for panels', () => {
  const code = queries
    .find(({ key }) => key === 'metabolomics')
    ?.parameters.find(([name]) => name === 'code');
  const tokens = (code?.[1] ?? '').split(',');

  it('asks for the panel, and for each analyte by a code that a member has to carry', () => {
    expect(tokens).toContain('https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds|metabolomics-panel');
    const found = tokens.map((token) => {
      const bar = token.lastIndexOf('|');
      return terminology.translate('analyte', [{ system: token.slice(0, bar), code: token.slice(bar + 1) }]);
    });
    for (const analyte of terminology.codes('analyte')) expect(found).toContain(analyte);
  });

  it('does not ask for what routine chemistry measures daily, nor for more than an address can hold', () => {
    for (const routine of terminology.tokens('routine-analyte')) expect(tokens).not.toContain(routine);
    expect(tokens).toContain('http://loinc.org|20649-0');
    expect(terminology.tokens('routine-analyte')).toHaveLength(4);
    expect(encodeURIComponent(tokens.join(',')).length).toBeLessThan(7000);
  });

  it('brings no panel of a routine glucose: alone it is none', () => {
    const glucose = observation('g', concept('http://loinc.org', '14749-6'), quantity(5, 'mmol/L'));
    const values = chartOf([patient(), glucose, panel('m', '2026-05-01')]).observations;
    expect(values).toHaveLength(2);
  });
});
