/** Nothing dated after the landmark may enter: not a selection, not a feature, not the clinical story. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clinicalFacts } from '../../../src/chart/index.ts';
import { addDays, type Landmark } from '../../../src/domain/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  allergy,
  attenuation,
  chestCt,
  consent,
  ICD10,
  judgement,
  laboratory,
  metastases,
  nodes,
  order,
  residualTumour,
  specimen,
} from '../support/clinical.ts';
import {
  chartOf,
  concept,
  condition,
  diseaseStatus,
  dose,
  DRUG,
  eligibleStory,
  markers,
  panel,
  panelOfMembers,
  procedure,
  readings,
  report,
  stage,
  SURGERY,
  LAST_DOSE,
  type Resource,
} from '../support/fhir.ts';
import { modalities, featuresOf, terminology } from '../support/reading.ts';

const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY, lastNeoadjuvantDose: LAST_DOSE };

const seenBy = async (resources: readonly Resource[]) => {
  const chart = chartOf(resources);
  const each = modalities.map(async (modality) => {
    const selection = modality.select(chart, landmark);
    const features = selection.status === 'present' ? await featuresOf(modality, chart, landmark) : undefined;
    return { selection, features };
  });
  return { clinical: clinicalFacts(chart, terminology, landmark.date), modalities: await Promise.all(each) };
};

const V2_0493 = 'http://terminology.hl7.org/CodeSystem/v2-0493';
const sample = markers('f1', '2026-04-01');
const base: readonly Resource[] = [
  ...eligibleStory(),
  diseaseStatus('s1', 'stable', '2026-04-01'),
  panel('m0', '2026-01-10'),
  panel('m0a', '2026-02-20'),
  ...panelOfMembers('m1', '2026-04-01', readings(), { specimen: { reference: 'Specimen/of-m1' } }),
  ...markers('f0', '2026-01-08'),
  ...sample,
  // names results that are planted, too
  report('g1', [...sample, ...['x0', 'x1'].flatMap((id) => markers(id, '2026-04-01'))], '2026-04-01'),
];

/** One resource or a few of each kind that can matter, dated as told. */
const KINDS: Readonly<
  Record<string, (id: string, collectedOn: string, issuedOn: string, value: number) => readonly Resource[]>
> = {
  panel: (id, on, issuedOn, value) => [
    panel(id, on, readings({ leucine: [value, 'umol/L'], isoleucine: [value, 'umol/L'] }), {
      issued: `${issuedOn}T08:00:00Z`,
    }),
  ],
  'panel of members': (id, on, issuedOn, value) =>
    panelOfMembers(id, on, readings({ leucine: [value, 'umol/L'] })).map((each) => ({
      ...each,
      issued: `${issuedOn}T08:00:00Z`,
    })),
  markers: (id, on, issuedOn, value) =>
    markers(id, on, { 'tumour-fraction': [value / 1000, '1'] }).map((each) => ({
      ...each,
      issued: `${issuedOn}T08:00:00Z`,
    })),
  // gathers results that are out already
  'report over earlier markers': (id, _on, issuedOn) => [
    report(id, sample, '2026-04-01', { issued: `${issuedOn}T08:00:00Z` }),
  ],
  // the third draw that counts: a trend needs two
  'panel of a sample': (id, on, issuedOn, value) => [
    panel(id, on, readings({ leucine: [value, 'umol/L', '<'] }), {
      issued: `${issuedOn}T08:00:00Z`,
      specimen: { reference: `Specimen/${id}-s` },
    }),
    specimen(`${id}-s`, on, { condition: [concept(V2_0493, 'HEM')], receivedTime: `${issuedOn}T07:00:00Z` }),
  ],
  // says that the latest draw's sample was unfit
  'specimen of an earlier panel': (_id, _on, issuedOn) => [
    specimen('of-m1', '2026-04-01', { status: 'unsatisfactory', receivedTime: `${issuedOn}T08:00:00Z` }),
  ],
  'faulty panel': (id, on, issuedOn) => [
    panel(id, on, readings({ serine: [1, 'U/L'] }), { issued: `${issuedOn}T08:00:00Z` }),
  ],
  worsened: (id, on, issuedOn) => [diseaseStatus(id, 'worsened', on, { issued: `${issuedOn}T08:00:00Z` })],
  recurrence: (id, on, issuedOn) => [
    condition(id, {
      clinicalStatus: concept(SYSTEMS.conditionClinical, 'recurrence'),
      onsetDateTime: on,
      recordedDate: issuedOn,
    }),
  ],
  stage: (id, on, issuedOn) => [stage(id, 'pathologic', 'IV', on, { issued: `${issuedOn}T08:00:00Z` })],
};

const planted = fc.record({
  kind: fc.constantFrom(...Object.keys(KINDS)),
  /** From the landmark; collected up to 100 days before it is issued. */
  issuedAfter: fc.integer({ min: 1, max: 400 }),
  collectedBefore: fc.integer({ min: 0, max: 100 }),
  value: fc.integer({ min: 7, max: 900 }),
});

/** One of every resource type and fact that the study's criteria read, dated as told. */
const FACTS: Readonly<Record<string, (on: string) => Resource>> = {
  Consent: (on) => consent('x', on, { status: 'rejected' }),
  Specimen: (on) => specimen('x', on),
  'Specimen, received': (on) => specimen('x', addDays(on, -1), { receivedTime: on }),
  ImagingStudy: (on) => chestCt('x', on),
  AllergyIntolerance: (on) => allergy('x', { recordedDate: on }),
  MedicationRequest: (on) => order('x', DRUG.cisplatin, on),
  'Procedure not done': (on) =>
    procedure('x', on, { status: 'not-done', statusReason: concept(SYSTEMS.snomed, '183932001') }),
  transfusion: (on) => procedure('x', on, { code: concept(SYSTEMS.snomed, '116859006') }),
  malignancy: (on) => condition('x', { code: concept(ICD10, 'C50.9'), onsetDateTime: on, recordedDate: on }),
  'psychiatric disorder': (on) =>
    condition('x', { code: concept(ICD10, 'F20.0'), onsetDateTime: on, recordedDate: on }),
  'stage of a Condition': (on) =>
    condition('x', {
      stage: [{ summary: concept(SYSTEMS.snomed, '1222837003'), type: concept(SYSTEMS.snomed, '399588009') }],
      recordedDate: on,
    }),
  'residual tumour': (on) => residualTumour('x', 'R2', on),
  'M category': (on) => metastases('x', 'cM1a', on),
  attenuation: (on) => attenuation('x', 'pure-ground-glass', on),
  judgement: (on) => judgement('x', 'unsuitable', on),
  nodes: (on) => nodes('x', 'cN3', on),
  eGFR: (on) => laboratory('x', '62238-1', on, { value: 20, code: 'mL/min/{1.73_m2}' }),
  creatinine: (on) => laboratory('x', '2160-0', on, { value: 200, code: 'umol/L' }),
};

/** What a landmark of a day sees, the operation on that very day where a fact has to lie around it. */
const storyOn = (on: string, asOf: string, resources: readonly Resource[]) =>
  clinicalFacts(
    chartOf([
      ...eligibleStory().filter(({ id }) => id !== 'lobectomy'),
      procedure('lobectomy', on),
      ...resources,
    ]),
    terminology,
    asOf,
  );

describe('a fact of every resource type, dated after the landmark', () => {
  const [surgeryOn, day] = ['2026-06-01', '2026-06-01'];

  it.each(Object.keys(FACTS))('changes nothing: %s', (kind) => {
    const make = FACTS[kind];
    if (make === undefined) throw new Error('no such kind');
    const before = storyOn(surgeryOn, day, []);
    for (const after of [1, 30, 4000])
      expect(storyOn(surgeryOn, day, [make(addDays(day, after))])).toEqual(before);
    // The same dated on the day does, or the day before surgery: it is the date that keeps it out.
    const known = [day, addDays(day, -1)].map((on) => JSON.stringify(storyOn(surgeryOn, day, [make(on)])));
    expect(known.some((each) => each !== JSON.stringify(before))).toBe(true);
  });
});

describe('data dated after the landmark', () => {
  it('changes nothing, collected or only issued later', async () => {
    const before = await seenBy(base);
    expect(before.modalities.map(({ selection }) => selection.status)).toEqual([
      'present',
      'absent',
      'present',
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(planted, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (plants, first) => {
          const future = plants.flatMap(({ kind, issuedAfter, collectedBefore, value }, index) => {
            const issuedOn = addDays(landmark.date, issuedAfter);
            return (
              KINDS[kind]?.(`x${String(index)}`, addDays(issuedOn, -collectedBefore), issuedOn, value) ?? []
            );
          });
          // A server sends them in any order, but a resource before what refers to it is still one chart.
          expect(await seenBy(first ? [...future, ...base] : [...base, ...future])).toEqual(before);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('changes nothing where nothing was: an absent modality stays absent for the same reason', async () => {
    const before = await seenBy(eligibleStory());
    for (const kind of Object.values(KINDS)) {
      const after = kind('x', '2026-05-20', '2026-06-02', 7);
      expect(await seenBy([...eligibleStory(), ...after])).toEqual(before);
    }
  });

  it('changes nothing by operations and doses of later days', async () => {
    const later = [procedure('r2', '2026-06-02'), dose('d9', 'nivolumab', '2026-06-02')];
    expect(await seenBy([...base, ...later])).toEqual(await seenBy(base));
  });

  it.each(Object.keys(KINDS))('the same dated before can change it: %s', async (kind) => {
    const past = KINDS[kind]?.('x', '2026-05-20', '2026-05-25', 7) ?? [];
    expect(await seenBy([...base, ...past])).not.toEqual(await seenBy(base));
    // and on the very day of the landmark
    const today = KINDS[kind]?.('x', '2026-05-20', landmark.date, 7) ?? [];
    expect(await seenBy([...base, ...today])).not.toEqual(await seenBy(base));
  });
});
