import type { Observation, Patient } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { CdsError, daysBetween } from '../../../src/domain/index.ts';
import { DEMO_CASES } from '../../../src/simulation/demo-cases.ts';
import { type DemoCase, simulateDemoPatients, trueRisk } from '../../../src/simulation/index.ts';

const TODAY = '2026-03-18';
const cases = simulateDemoPatients(TODAY);
const caseOf = (id: string): DemoCase => cases.find((one) => one.id === id)!;
const observations = (one: DemoCase): Observation[] =>
  one.resources.filter((resource) => resource.resourceType === 'Observation');
const surgeryDate = (one: DemoCase): string | undefined =>
  one.resources.flatMap((r) => (r.resourceType === 'Procedure' ? [r.performedDateTime ?? ''] : []))[0];
const youngestSampleDays = (one: DemoCase): number =>
  Math.min(
    ...observations(one)
      .filter(({ id }) => /-(met|cfdna)-/.test(id ?? ''))
      .map(({ effectiveDateTime }) => daysBetween(effectiveDateTime!.slice(0, 10), TODAY)),
  );

describe('demonstration patients', () => {
  it('are the same every time and only move with the date', () => {
    expect(simulateDemoPatients(TODAY)).toEqual(cases);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    const later = simulateDemoPatients('2026-03-25');
    expect(daysBetween(surgeryDate(cases[0]!)!, surgeryDate(later[0]!)!)).toBe(7);
  });

  it('know nothing of today or later, but of appointments for tomorrow', () => {
    for (const one of cases) {
      const booked = one.resources.filter(({ resourceType }) => resourceType === 'Appointment');
      for (const appointment of booked)
        expect(appointment).toMatchObject({ start: '2026-03-19T12:00:00+08:00' });
      const past = one.resources.filter(({ resourceType }) => resourceType !== 'Appointment');
      for (const [, date] of JSON.stringify(past).matchAll(/"(\d{4}-\d\d-\d\d)[T"]/g))
        expect(date! < TODAY, one.id).toBe(true);
    }
  });

  it('three have a follow-up tomorrow, each of its own patient', () => {
    const booked = cases.flatMap((one) =>
      one.resources.flatMap((resource) =>
        resource.resourceType === 'Appointment' ? [[one.id, resource.participant[0]?.actor?.reference]] : [],
      ),
    );
    expect(booked).toHaveLength(3);
    for (const [id, reference] of booked) expect(reference).toBe(`Patient/${id!}`);
  });

  it('have names, stories in both languages, and their own Patient', () => {
    for (const { id, name, story, resources } of cases) {
      const patient = resources[0] as Patient;
      expect(patient).toMatchObject({ resourceType: 'Patient', id });
      expect(name).toContain(patient.name![0]!.family);
      expect(story.en).toMatch(/[a-z]\.$/);
      expect(story.zh).toMatch(/\p{Script=Han}.*。$/u);
    }
  });

  it.each([
    ['demo-low-3-months', 3, 0, 0.1],
    ['demo-low-19-months', 19, 0, 0.1],
    ['demo-intermediate-7-months', 7, 0.1, 0.25],
    ['demo-high-10-months', 10, 0.25, 1],
    ['demo-high-13-months', 13, 0.25, 1],
  ])('%s: visit at month %i, true 12-month risk from %f to %f', (id, month, from, to) => {
    const spec = DEMO_CASES.find((one) => one.id === id)!;
    expect(daysBetween(surgeryDate(caseOf(id))!, TODAY)).toBe(Math.round(month * 30.4375));
    const risk = trueRisk(spec.given, month, 12);
    expect(risk).toBeGreaterThanOrEqual(from);
    expect(risk).toBeLessThan(to);
    // Usable today: drawn 10 to 20 days ago, and a baseline to compare with.
    expect(youngestSampleDays(caseOf(id))).toBeLessThanOrEqual(20);
    expect(observations(caseOf(id)).some((o) => o.id === `${id}-met-baseline`)).toBe(true);
    expect(observations(caseOf(id)).some((o) => o.id === `${id}-cfdna-baseline-tumour-fraction`)).toBe(true);
  });

  it('the tumour fraction rises in demo-high-10-months', () => {
    const fraction = (month: number): number =>
      observations(caseOf('demo-high-10-months')).find(({ id }) =>
        id?.endsWith(`-m${month}-tumour-fraction`),
      )!.valueQuantity!.value!;
    expect(fraction(6)).toBeGreaterThan(fraction(3));
    expect(fraction(8)).toBeGreaterThan(fraction(6));
    expect(fraction(10)).toBeGreaterThan(fraction(8));
  });

  it('the special cases are what their stories say', () => {
    const partial = caseOf('demo-partial-6-months');
    expect(partial.resources.some(({ id }) => id.includes('-cfdna-'))).toBe(false);
    expect(partial.resources.some(({ id }) => id.includes('-met-'))).toBe(true);
    expect(youngestSampleDays(caseOf('demo-too-old-15-months'))).toBeGreaterThan(190);
    const stage = observations(caseOf('demo-stage-iiic')).find(({ id }) => id?.endsWith('-stage'));
    expect(stage?.valueCodeableConcept?.coding?.[0]?.code).toBe('1222806003');
    const medicated = (id: string) =>
      caseOf(id).resources.some(({ resourceType }) => resourceType === 'MedicationAdministration');
    expect(medicated('demo-no-neoadjuvant')).toBe(false);
    expect(medicated('demo-low-3-months')).toBe(true);
    const recurrence = caseOf('demo-recurred').resources.find(({ id }) => id === 'demo-recurred-recurrence');
    expect(recurrence).toMatchObject({ clinicalStatus: { coding: [{ code: 'recurrence' }] } });
    const valueOf = (id: string, suffix: string) =>
      observations(caseOf(id)).find((each) => each.id === `${id}-${suffix}`)?.valueCodeableConcept
        ?.coding?.[0]?.code;
    expect(valueOf('demo-r2-resection', 'margins')).toBe('r2');
    expect(valueOf('demo-intermediate-7-months', 'margins')).toBe('r1');
    expect(
      caseOf('demo-consent-withdrawn').resources.find(({ resourceType }) => resourceType === 'Consent'),
    ).toMatchObject({ status: 'inactive', provision: { type: 'deny' } });
    const colon = caseOf('demo-other-malignancy').resources.find(({ id }) => id.endsWith('-colon-cancer'));
    const operated = surgeryDate(caseOf('demo-other-malignancy'))!;
    expect(colon).toMatchObject({ code: { coding: [{ code: '363406005' }, { code: 'C18.2' }] } });
    const onset = colon?.resourceType === 'Condition' ? colon.onsetDateTime! : '';
    expect(Math.round(daysBetween(onset, operated) / 365.25)).toBe(3);
    const unsaid = observations(caseOf('demo-stage-edition')).find(({ id }) => id?.endsWith('-stage'));
    expect(unsaid?.method).toEqual({ text: 'TNM' });
    expect(JSON.stringify(caseOf('demo-no-lung-cancer'))).not.toMatch(/254637007|C34|173171007|49795001/);
  });

  it.each(['today', '2026-13-40', '2026-02-30', ''])('refuses %o as a date', (today) => {
    expect(() => simulateDemoPatients(today)).toThrow(CdsError);
  });
});
