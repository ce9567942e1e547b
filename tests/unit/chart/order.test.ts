/** A server may send resources in any order, and in whichever of the sets: the facts are the same, evidence included. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clinicalFacts, parseChart, type ResourceSets } from '../../../src/chart/index.ts';
import { addDays } from '../../../src/domain/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { simulateDemoPatients } from '../../../src/simulation/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  allergy,
  attenuation,
  chestCt,
  consent,
  CURATIVE,
  ICD10,
  intent,
  judgement,
  laboratory,
  metastases,
  nodes,
  order,
  residualTumour,
  specimen,
} from '../support/clinical.ts';
import {
  concept,
  condition,
  diseaseStatus,
  dose,
  DRUG,
  LOBECTOMY,
  markers,
  panel,
  procedure,
  stage,
  type Resource,
} from '../support/fhir.ts';
import { modalities, terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
const ZONE = 'Asia/Shanghai';

/** Several records of one day, or of none, for every fact: some agree and some do not. */
const ties = (surgeryOn: string): readonly Resource[] => {
  const day = (days: number): string => addDays(surgeryOn, days);
  const twice = (make: (id: string) => Resource): Resource[] => [make('x1'), make('x2')];
  const named = (name: string, resources: readonly Resource[]): Resource[] =>
    resources.map((each) => ({ ...each, id: `${each.id}-${name}` }));
  const summary = (code: string) => ({
    stage: [{ summary: concept(SYSTEMS.snomed, code), type: concept(SYSTEMS.snomed, '399588009') }],
  });
  return [
    procedure('x1-operation', surgeryOn, intent(CURATIVE)),
    procedure('x2-operation', surgeryOn, { code: concept(SYSTEMS.snomed, '173172000') }),
    procedure('x3-operation', surgeryOn.slice(0, 7), { code: LOBECTOMY }),
    procedure('x4-operation', day(400)),
    procedure('x5-operation', day(400)),
    ...named(
      'stopped',
      twice((id) => procedure(id, day(-1), { status: 'not-done', statusReason: concept('urn:x', 'no bed') })),
    ),
    ...named(
      'transfusion',
      twice((id) => procedure(id, day(1), { code: concept(SYSTEMS.snomed, '116859006') })),
    ),
    ...named(
      'drug',
      twice((id) => dose(id, 'nivolumab', day(-30))),
    ),
    ...named(
      'undated',
      twice((id) => dose(id, 'cisplatin', day(-30).slice(0, 7))),
    ),
    ...named(
      'order',
      twice((id) => order(id, DRUG.cisplatin, day(-40))),
    ),
    stage('x1-clinical', 'clinical', 'IIIA', day(-100)),
    stage('x2-clinical', 'clinical', 'IIIA', day(-100)),
    stage('x3-clinical', 'clinical', 'IIIA', day(-100).slice(0, 7)),
    stage('x4-clinical', 'clinical', 'IIB', day(-200), { method: concept(SYSTEMS.snomed, '443830009') }),
    ...named('nodes', [nodes('x1', 'pN2', surgeryOn), nodes('x2', 'cN1', surgeryOn)]),
    ...named('metastases', [metastases('x1', 'cM0', day(-90)), metastases('x2', 'cM1a', day(-90))]),
    ...named('residual', [residualTumour('x1', 'R0', day(3)), residualTumour('x2', 'R1', day(3))]),
    ...named(
      'attenuation',
      twice((id) => attenuation(id, 'part-solid', day(-80))),
    ),
    ...named('judgement', [
      judgement('x1', 'suitable', day(-50)),
      judgement('x2', 'unsuitable', day(-50)),
      judgement('x3', 'suitable'),
    ]),
    ...named('consent', [consent('x1', day(-60)), consent('x2', day(-60), { status: 'rejected' })]),
    ...named(
      'specimen',
      twice((id) => specimen(id, day(8))),
    ),
    specimen('x3-specimen', day(8), { condition: undefined, status: 'unsatisfactory' }),
    ...named(
      'ct',
      twice((id) => chestCt(id, day(-12))),
    ),
    ...named(
      'ct-after',
      twice((id) => chestCt(id, day(40))),
    ),
    ...named(
      'allergy',
      twice((id) => allergy(id)),
    ),
    ...named('egfr', [
      laboratory('x1', '62238-1', day(20), { value: 72, code: 'mL/min/{1.73_m2}' }),
      laboratory('x2', '62238-1', day(20), { value: 70, code: 'mL/min/{1.73_m2}' }),
    ]),
    ...named(
      'creatinine',
      twice((id) => laboratory(id, '2160-0', day(20), { value: 0.9, code: 'mg/dL' })),
    ),
    ...named(
      'status',
      twice((id) => diseaseStatus(id, 'worsened', day(300))),
    ),
    ...named(
      'status-undated',
      twice((id) => diseaseStatus(id, 'worsened')),
    ),
    ...named(
      'metastasis',
      twice((id) => condition(id, { code: concept(ICD10, 'C79.3'), onsetDateTime: day(300) })),
    ),
    ...named(
      'breast',
      twice((id) => condition(id, { code: concept(ICD10, 'C50.9') })),
    ),
    ...named(
      'psychosis',
      twice((id) => condition(id, { code: concept(ICD10, 'F20.0') })),
    ),
    condition('x1-summed', summary('1222769001')),
    condition('x2-summed', summary('1222802001')),
    panel('x1-panel', day(60)),
    panel('x2-panel', day(60)),
    ...markers('x1-markers', day(60)),
    ...markers('x2-markers', day(60)),
  ];
};

const charts: readonly (readonly Resource[])[] = simulateDemoPatients(TODAY, terminology).map(
  ({ resources }) => {
    const operation = resources.find(({ id }) => id.endsWith('-resection'));
    const on = operation?.resourceType === 'Procedure' ? operation.performedDateTime : undefined;
    return [...(resources as unknown as Resource[]), ...ties(on ?? '2026-01-15')];
  },
);

/** All that is told of a chart, lazy facts too; and what each modality would take. */
const told = (sets: ResourceSets, asOf: string): string => {
  const chart = parseChart(sets, ZONE);
  const clinical = clinicalFacts(chart, terminology, asOf);
  const surgeryDate = clinical.surgery?.performedOn;
  const selections =
    surgeryDate === undefined
      ? []
      : modalities.map((each) => each.select(chart, { date: asOf, surgeryDate }));
  return JSON.stringify({ clinical, selections }, undefined, 1);
};

/** Any chart, some of its records, on any day around its operation. */
const some = fc.record({
  chart: fc.nat(charts.length - 1),
  seed: fc.nat(),
  asOf: fc.integer({ min: -900, max: 0 }).map((days) => addDays(TODAY, days)),
});

const part = (chart: number, seed: number): Resource[] => {
  const random = createRandom(seed);
  const [first, ...others] = charts[chart] ?? [];
  if (first === undefined) throw new Error('no such chart');
  const share = random.uniform();
  return [first, ...others.filter(() => random.uniform() > share / 2)];
};

describe('the facts of a chart', () => {
  it('do not depend on the order of its resources', () => {
    fc.assert(
      fc.property(some, ({ chart, seed, asOf }) => {
        const resources = part(chart, seed);
        const other = createRandom(seed + 1).shuffle([...resources]);
        expect(told({ conditions: other }, asOf)).toBe(told({ conditions: resources }, asOf));
      }),
      { numRuns: 250 },
    );
  });

  it('do not depend on which set a resource came in, nor on how often it was sent', () => {
    fc.assert(
      fc.property(some, ({ chart, seed, asOf }) => {
        const resources = part(chart, seed);
        const random = createRandom(seed + 2);
        const sent = [...resources, ...resources.filter(() => random.uniform() < 0.2)];
        random.shuffle(sent);
        const at = Math.floor(random.uniform() * sent.length);
        const sets = { staging: sent.slice(at), procedures: sent.slice(0, at) };
        expect(told(sets, asOf)).toBe(told({ conditions: resources }, asOf));
      }),
      { numRuns: 100 },
    );
  });

  it('do not depend on which of two versions came first', () => {
    const versions = [
      stage('s', 'pathologic', 'IIB', '2026-01-20'),
      stage('s', 'pathologic', 'IIIA', '2026-01-20'),
    ];
    const metas = [
      undefined,
      { versionId: '9' },
      { versionId: '10' },
      { lastUpdated: '2026-02-01T00:00:00Z' },
    ];
    for (const one of metas)
      for (const two of metas) {
        const both = versions.map((each, index) => ({ ...each, meta: [one, two][index] }));
        const [before, after] = [both, both.toReversed()].map((pair) =>
          told({ conditions: [{ resourceType: 'Patient', id: 'p1' }, ...pair] }, TODAY),
        );
        expect(after).toBe(before);
      }
  });
});
