import { describe, expect, it } from 'vitest';
import { parseChart } from '../../../src/chart/index.ts';
import { CdsError } from '../../../src/domain/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  chartOf,
  condition,
  dose,
  NSCLC,
  observation,
  patient,
  procedure,
  quantity,
  report,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';

const onlyCondition = (change: Record<string, unknown>, zone = 'UTC') =>
  chartOf([patient(), condition('c1', change)], zone).conditions[0];
const onlyObservation = (change: Record<string, unknown>, zone = 'UTC') =>
  chartOf([patient(), observation('o1', NSCLC, change)], zone).observations[0];

describe('parseChart: the Patient', () => {
  it('needs one', () => {
    expect(() => chartOf([condition('c1')])).toThrow(
      expect.objectContaining({ code: 'CHART_PATIENT_MISSING' }),
    );
    expect(() => chartOf([{ resourceType: 'Patient' }])).toThrow(CdsError);
  });

  it.each([
    [{}, { deceased: false }],
    [{ deceasedBoolean: true }, { deceased: true }],
    [{ deceasedBoolean: false }, { deceased: false }],
    // converters write booleans as text; nobody is dead by another word
    [{ deceasedBoolean: 'true' }, { deceased: true }],
    [{ deceasedBoolean: 'false' }, { deceased: false }],
    [{ deceasedBoolean: 1 }, { deceased: false }],
    [{ deceasedDateTime: '2026-02-03' }, { deceased: true, deceasedOn: '2026-02-03' }],
    // dead, the day unknown
    [{ deceasedDateTime: '2026-02' }, { deceased: true }],
    [{ birthDate: '1960' }, { deceased: false, bornBetween: ['1960-01-01', '1960-12-31'] }],
    [{ birthDate: '1960-02' }, { deceased: false, bornBetween: ['1960-02-01', '1960-02-31'] }],
    [{ birthDate: '60' }, { deceased: false }],
  ])('%j', (change, expected) => {
    const { source, id, birthDate, ...facts } = chartOf([patient(change)]).patient;
    expect(facts).toEqual(expected);
    expect([source.reference, id]).toEqual(['Patient/p1', 'p1']);
    expect(birthDate).toBe('birthDate' in change ? undefined : '1960-05-17');
  });

  it('knows that it was merged into another', () => {
    const link = [
      { type: 'seealso', other: { reference: 'Patient/p3' } },
      { type: 'replaced-by', other: { reference: 'Patient/p2' } },
    ];
    expect(chartOf([patient({ link })]).patient.replacedBy).toBe('Patient/p2');
  });
});

describe('parseChart: dates', () => {
  it.each([
    // zone, written, the site's calendar date
    ['UTC', '2026-03-01', '2026-03-01'],
    ['Pacific/Auckland', '2026-03-01', '2026-03-01'], // a date is a date everywhere
    ['UTC', '2026-02-28T23:59:59Z', '2026-02-28'],
    ['Asia/Shanghai', '2026-02-28T15:59:59Z', '2026-02-28'], // +08:00: 23:59:59
    ['Asia/Shanghai', '2026-02-28T16:00:00Z', '2026-03-01'], // +08:00: midnight
    ['Asia/Shanghai', '2026-03-01T00:30:00+08:00', '2026-03-01'],
    ['UTC', '2026-03-01T00:30:00+08:00', '2026-02-28'],
    ['America/New_York', '2026-03-01T04:59:00.123Z', '2026-02-28'], // -05:00: 23:59
    ['UTC', '2026-03-01T10:00Z', '2026-03-01'],
    // known to the month or the year only: absent, never guessed
    ['UTC', '2026-03', undefined],
    ['UTC', '2026', undefined],
    // no such day, no offset (R4 asks for one), no date at all
    ['UTC', '2026-02-30', undefined],
    ['UTC', '2026-02-30T10:00:00Z', undefined],
    ['UTC', '2026-13-01', undefined],
    ['UTC', '2026-03-01T10:00:00', undefined],
    ['UTC', '2026-03-01T25:00:00Z', undefined],
    ['UTC', '01.03.2026', undefined],
    ['UTC', 'yesterday', undefined],
    ['UTC', '', undefined],
    ['UTC', 20260301, undefined],
    ['UTC', null, undefined],
  ])('%s: %j is %s', (zone, written, expected) => {
    expect(onlyObservation({ effectiveDateTime: written }, zone)?.effectiveOn).toBe(expected);
    expect(onlyObservation({ issued: written }, zone)?.issuedOn).toBe(expected);
    expect(onlyCondition({ recordedDate: written }, zone)?.recordedOn).toBe(expected);
  });

  it.each([
    [{ effectiveInstant: '2026-03-01T10:00:00Z' }, '2026-03-01'],
    [{ effectivePeriod: { start: '2026-03-01', end: '2026-03-04' } }, '2026-03-04'],
    [{ effectivePeriod: { start: '2026-03-01' } }, '2026-03-01'],
    [{ effectivePeriod: { end: '2026-03-04' } }, '2026-03-04'],
    // the end is written, and lies who knows how long after the start
    [{ effectivePeriod: { start: '2026-03-01', end: '2026-05' } }, undefined],
    [{ effectiveTiming: { event: ['2026-03-01'] } }, undefined],
    [{ effectivePeriod: 'March' }, undefined],
    [{}, undefined],
  ])('%j is %s', (change, expected) => {
    expect(onlyObservation(change)?.effectiveOn).toBe(expected);
  });
});

describe('parseChart: what counts', () => {
  it.each(['entered-in-error', 'cancelled', 'not-done'])('drops what is %s', (status) => {
    const chart = chartOf([
      patient(),
      observation('o1', NSCLC, { status }),
      procedure('r1', SURGERY, { status }),
      dose('d1', 'cisplatin', SURGERY, { status }),
      report('g1', [], SURGERY, { status }),
    ]);
    expect([chart.observations, chart.procedures, chart.medications, chart.reports]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it.each(['refuted', 'entered-in-error'])(
    'drops a diagnosis that is %s, a local coding beside it',
    (code) => {
      const local = { system: 'urn:local', code: 'X1' };
      const coding = { system: SYSTEMS.conditionVerification, code };
      expect(onlyCondition({ verificationStatus: { coding: [coding] } })).toBeUndefined();
      expect(onlyCondition({ verificationStatus: { coding: [local, coding] } })).toBeUndefined();
    },
  );

  it("reads a status in FHIR's own code system only", () => {
    const coding = [
      { system: 'urn:local', code: 'recurrence' },
      { system: SYSTEMS.conditionClinical, code: 'active' },
    ];
    expect(onlyCondition({ clinicalStatus: { coding } })?.clinicalStatus).toBe('active');
  });

  it('counts a resource once, in its last version', () => {
    const at = (lastUpdated: string, status: string) =>
      observation('o1', NSCLC, { status, meta: { versionId: status, lastUpdated } });
    const first = at('2026-03-01T10:00:00Z', 'final');
    // an hour later, though its text sorts before: offsets differ
    const second = at('2026-03-01T09:00:00-02:00', 'amended');
    for (const sets of [
      { conditions: [patient(), first], cfdna: [second] },
      { conditions: [patient(), second], cfdna: [first] },
    ])
      expect(parseChart(sets, 'UTC').observations).toMatchObject([{ status: 'amended' }]);
    const retracted = at('2026-03-02T10:00:00Z', 'entered-in-error');
    expect(chartOf([patient(), first, retracted]).observations).toEqual([]);
    expect(
      chartOf([patient(), observation('o1', NSCLC), observation('o1', NSCLC)]).observations,
    ).toHaveLength(1);
  });

  it('reads quantities with a code, a unit text or a comparator, and nothing that is no number', () => {
    const read = (valueQuantity: unknown) => onlyObservation({ valueQuantity })?.quantity;
    expect(read({ value: 3, code: 'mg/dL', unit: 'milligrams' })).toEqual({ value: 3, unit: 'mg/dL' });
    expect(read({ value: 0, unit: '%' })).toEqual({ value: 0, unit: '%' });
    expect(read({ value: 3 })).toEqual({ value: 3 });
    expect(read({ value: 3, comparator: '<' })).toEqual({ value: 3, comparator: '<' });
    expect(read({ value: 3, comparator: '~' })).toEqual({ value: 3 });
    for (const wrong of [{ value: '3' }, { value: null }, { value: Infinity }, {}, [], 'x', 3, null])
      expect(read(wrong)).toBeUndefined();
  });

  it('reads members and results by literal reference, absolute or versioned', () => {
    const hasMember = [
      { reference: 'Observation/a' },
      { reference: 'https://example.org/fhir/Observation/b/_history/3' },
      { reference: '#contained' },
      { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' },
      { display: 'no reference' },
      null,
    ];
    expect(onlyObservation({ hasMember })?.members).toEqual(['Observation/a', 'Observation/b']);
  });

  it('reads components, skipping what is none', () => {
    const component = [{ code: NSCLC, ...quantity(2, '%') }, 'x', null, {}];
    const found = onlyObservation({ component })?.components;
    expect(found).toEqual([
      { codings: [{ system: SYSTEMS.snomed, code: '254637007' }], quantity: { value: 2, unit: '%' } },
      { codings: [] },
    ]);
  });

  it('names the queries that could not be read', () => {
    const chart = parseChart({ patient: [patient()], cfdna: [] }, 'UTC', [
      'patient',
      'cfdna',
      'metabolomics',
    ]);
    expect([...chart.unread]).toEqual(['metabolomics']);
  });
});

describe('evidence versions', () => {
  const versionOf = (resource: Resource): string =>
    chartOf([patient(), resource]).observations[0]?.source.version ?? '';
  const base = observation('o1', NSCLC, { effectiveDateTime: '2026-03-01', ...quantity(2, '%') });

  it('are the versionId where there is one', () => {
    expect(versionOf({ ...base, meta: { versionId: '7' } })).toBe('7');
  });

  it('are else the time of the last update', () => {
    const lastUpdated = '2026-03-05T00:00:00Z';
    expect(versionOf({ ...base, meta: { lastUpdated } })).toBe(lastUpdated);
    expect(versionOf({ ...base, meta: { versionId: '7', lastUpdated } })).toBe('7');
  });

  it('are else a hash of the content, without meta and narrative', () => {
    const version = versionOf(base);
    expect(version).toMatch(/^sha256:[0-9a-f]{24}$/);
    expect(versionOf(structuredClone(base))).toBe(version);
    expect(versionOf({ ...base, meta: { source: '#import' } })).toBe(version);
    expect(versionOf({ ...base, text: { status: 'generated', div: '<div/>' } })).toBe(version);
    expect(versionOf({ ...base, ...quantity(3, '%') })).not.toBe(version);
    expect(versionOf({ ...base, status: 'amended' })).not.toBe(version);
  });
});
