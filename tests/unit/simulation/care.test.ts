/** What is recorded of care: there, plausible, and without bearing on anything else. */
import type { Consent, ImagingStudy, Observation, Specimen } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { daysBetween } from '../../../src/domain/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { simulateCohort, type SimulatedResource } from '../../../src/simulation/index.ts';
import { buildChart } from '../../../src/simulation/chart.ts';
import { defaultTerminology, simulationCodes } from '../../../src/simulation/codes.ts';
import { simulatedUid } from '../../../src/simulation/ct/uid.ts';
import { ckdEpi2021 } from '../../../src/simulation/kidneys.ts';
import { drawPatient } from '../../../src/simulation/patient.ts';

const cohort = simulateCohort({ patients: 300, seed: 7 });
const charts = [...cohort.charts];
const ofType = <T extends SimulatedResource>(type: T['resourceType'], at: number): T[] =>
  (charts[at]?.resources.filter((each) => each.resourceType === type) ?? []) as T[];
const observationsOf = (at: number) => ofType<Observation & { id: string }>('Observation', at);
const codeOf = ({ valueCodeableConcept }: Observation): string =>
  valueCodeableConcept?.coding?.[0]?.code ?? '';
const shareOf = (values: readonly string[], value: string): number =>
  values.filter((each) => each === value).length / values.length;
const everyone = charts.map((_, at) => at);

describe('the cohort', () => {
  it('has margins R0 or R1, solid or part-solid nodules, consents given or not recorded: nothing that excludes', () => {
    const margins = everyone.flatMap((at) =>
      observationsOf(at)
        .filter(({ id }) => id.endsWith('-margins'))
        .map(codeOf),
    );
    expect(margins).toHaveLength(charts.length);
    expect(new Set(margins)).toEqual(new Set(['r0', 'r1']));
    expect(shareOf(margins, 'r1')).toBeLessThan(0.12);
    const nodules = everyone.flatMap((at) =>
      observationsOf(at)
        .filter(({ id }) => id.endsWith('-nodule'))
        .map(codeOf),
    );
    expect(new Set(nodules)).toEqual(new Set(['solid', 'part-solid']));
    expect(nodules.length / charts.length).toBeGreaterThan(0.75);
    expect(nodules.length).toBeLessThan(charts.length);
    const consents = everyone.flatMap((at) => ofType<Consent & { id: string }>('Consent', at));
    expect(new Set(consents.map(({ status }) => status))).toEqual(new Set(['active']));
    expect(consents.length / charts.length).toBeGreaterThan(0.8);
    expect(consents.length).toBeLessThan(charts.length);
    for (const at of everyone)
      for (const { id } of charts[at]!.resources) expect(id).not.toMatch(/colon-cancer|allergy|follow-up/);
  });

  it('a nodule was described before therapy, consent given before surgery', () => {
    for (const at of everyone) {
      const doses = charts[at]!.resources.flatMap((each) =>
        each.resourceType === 'MedicationAdministration' ? [each.effectiveDateTime!] : [],
      ).sort();
      for (const { id, effectiveDateTime } of observationsOf(at).filter(({ id }) => id.endsWith('-nodule')))
        expect(effectiveDateTime! < (doses[0] ?? cohort.truth[at]!.surgeryDate), id).toBe(true);
      for (const { dateTime } of ofType<Consent & { id: string }>('Consent', at))
        expect(dateTime! < cohort.truth[at]!.surgeryDate).toBe(true);
    }
  });

  it('each sample names the specimen it was made of, drawn on the same day', () => {
    for (const at of everyone.slice(0, 60)) {
      const drawn = new Map(
        ofType<Specimen & { id: string }>('Specimen', at).map((each) => [
          `Specimen/${each.id}`,
          each.collection?.collectedDateTime?.slice(0, 10),
        ]),
      );
      for (const { id, specimen, effectiveDateTime } of observationsOf(at)) {
        if (!/-(met|cfdna)-/.test(id)) continue;
        expect(drawn.get(specimen?.reference ?? ''), id).toBe(effectiveDateTime!.slice(0, 10));
      }
    }
  });

  it('a CT before surgery and, of whoever came back at month 3 or later, one after it; no UID twice', () => {
    const uids: string[] = [];
    for (const at of everyone) {
      const studies = ofType<ImagingStudy & { id: string }>('ImagingStudy', at);
      const days = studies.map(({ started }) =>
        daysBetween(cohort.truth[at]!.surgeryDate, started!.slice(0, 10)),
      );
      expect(days[0]).toBeLessThan(0);
      expect(days[0]).toBeGreaterThan(-28);
      const cameBack = observationsOf(at).some(({ id }) => /-status-m(?!1$)\d+$/.test(id));
      expect(days.length).toBe(cameBack ? 2 : 1);
      if (days[1] !== undefined) expect(days[1]).toBeGreaterThan(30);
      uids.push(...studies.map(({ identifier }) => identifier![0]!.value!));
    }
    for (const uid of uids) expect(uid).toMatch(/^urn:oid:2\.25\.[1-9]\d{0,38}$/);
    expect(new Set(uids).size).toBe(uids.length);
  });

  it('kidneys: whole numbers of people of that age', () => {
    for (const at of everyone)
      for (const { id, valueQuantity } of observationsOf(at)) {
        if (!/-(egfr|creatinine)-m/.test(id)) continue;
        const value = valueQuantity!.value!;
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThan(25);
        expect(value).toBeLessThan(180);
      }
  });
});

it('CKD-EPI 2021 as published: creatinine 1.2 mg/dL in a man of 60 is 69, .8 in a woman of 50 is 90', () => {
  // 142 (1.2/.9)^-1.2 .9938^60 = 69.2; 142 (.8/.7)^-1.2 .9938^50 1.012 = 89.7
  expect(ckdEpi2021(1.2 * 88.42, 60, 'male')).toBeCloseTo(69.2, 1);
  expect(ckdEpi2021(0.8 * 88.42, 50, 'female')).toBeCloseTo(89.7, 1);
  // below kappa: 142 (.5/.7)^-.241 .9938^40 1.012 = 121.5
  expect(ckdEpi2021(0.5 * 88.42, 40, 'female')).toBeCloseTo(121.5, 1);
});

it('UIDs are those of UUIDs of version 8', () => {
  const random = createRandom(5);
  for (let i = 0; i < 200; i++) {
    const uid = simulatedUid(random.fork(i));
    expect(uid.length).toBeLessThanOrEqual(64);
    const hex = BigInt(uid.slice('2.25.'.length)).toString(16).padStart(32, '0');
    expect(hex).toMatch(/^[0-9a-f]{12}8[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  }
});

it('a care record that is given moves nothing else of a patient', () => {
  const codes = simulationCodes(defaultTerminology());
  const chart = (care: object) => buildChart(drawPatient(createRandom(3), 'p', { study: 'in', care }), codes);
  const unlike = (id: string) => !/-(margins|consent|nodule)$/.test(id);
  const [plain, other] = [
    chart({}),
    chart({ residualTumour: 'r2', consent: 'withdrawn', attenuation: 'pure-ground-glass' }),
  ];
  expect(other.filter(({ id }) => unlike(id))).toEqual(plain.filter(({ id }) => unlike(id)));
  expect(other).not.toEqual(plain);
});
