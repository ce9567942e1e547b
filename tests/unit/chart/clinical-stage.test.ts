import { describe, expect, it } from 'vitest';
import { clinicalFacts, type ClinicalOptions } from '../../../src/chart/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import { METASTASES, metastases, nodes } from '../support/clinical.ts';
import {
  chartOf,
  concept,
  condition,
  patient,
  procedure,
  stage,
  SURGERY,
  TNM_8,
  type Resource,
} from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const facts = (resources: readonly Resource[], options: ClinicalOptions = {}, asOf = '2026-11-23') =>
  clinicalFacts(chartOf([patient(), procedure('r', SURGERY), ...resources]), terminology, asOf, options);

/** Group, or why there is none. */
const told = (resources: readonly Resource[], options?: ClinicalOptions) => {
  const { pathologicStage: found } = facts(resources, options);
  return found === undefined ? undefined : (found.group ?? found.unknown);
};

const p = (id: string, group: string, on: string | undefined, change: Record<string, unknown> = {}) =>
  stage(id, 'pathologic', group, on ?? '', {
    ...(on === undefined && { effectiveDateTime: undefined }),
    ...change,
  });
const TNM_7 = { method: concept(SYSTEMS.snomed, '443830009') };
const UNSTATED = { method: undefined };

describe('the edition of a stage', () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ['the 8th', {}, 'IIB', 'IIB'],
    ['the 7th', TNM_7, 'edition-unknown', 'edition-unknown'],
    ['not said', UNSTATED, 'edition-unknown', 'IIB'],
    ['a local method', { method: concept('urn:local', 'TNM') }, 'edition-unknown', 'IIB'],
  ])('%s', (_, change, byDefault, whenTaken) => {
    expect(told([p('s', 'IIB', SURGERY, change)])).toBe(byDefault);
    expect(told([p('s', 'IIB', SURGERY, change)], { tnmEditionWhenUnstated: '8' })).toBe(whenTaken);
  });

  it('another one beside the 8th on the same day is no contradiction', () => {
    const two = [p('a', 'IIA', SURGERY, TNM_7), p('b', 'IIB', SURGERY)];
    for (const order of [two, two.toReversed()]) {
      const { pathologicStage } = facts(order);
      expect(pathologicStage).toMatchObject({ group: 'IIB', source: { reference: 'Observation/b' } });
      expect(pathologicStage?.otherSources).toMatchObject([{ reference: 'Observation/a' }]);
    }
  });

  it('is said by one of two that agree', () => {
    expect(told([p('a', 'IIB', SURGERY, UNSTATED), p('b', 'IIB', SURGERY)])).toBe('IIB');
    expect(told([p('a', 'IIA', SURGERY, UNSTATED), p('b', 'IIB', SURGERY)])).toBe('conflicting');
  });
});

describe('several stages', () => {
  it.each<[string, Resource[], string]>([
    ['the later counts', [p('a', 'IB', '2026-01-10'), p('b', 'IIIA', '2026-01-20')], 'IIIA'],
    ['two of one day', [p('a', 'IB', SURGERY), p('b', 'IIIA', SURGERY)], 'conflicting'],
    ['an undated one that differs', [p('a', 'IB', SURGERY), p('b', 'IIIA', undefined)], 'no-date'],
    ['an undated one that agrees', [p('a', 'IB', SURGERY), p('b', 'IB', undefined)], 'IB'],
    ['an undated one alone', [p('a', 'IB', undefined)], 'IB'],
    ['two undated ones that differ', [p('a', 'IB', undefined), p('b', 'IIIA', undefined)], 'no-date'],
    ['a date known to the month is none', [p('a', 'IB', SURGERY), p('b', 'IIIA', '2026-03')], 'no-date'],
    [
      'no value',
      [p('a', 'IB', '2026-01-10'), p('b', 'IB', SURGERY, { valueCodeableConcept: undefined })],
      'not-recorded',
    ],
    [
      'a code of nowhere',
      [p('a', 'IB', '2026-01-10'), p('b', 'IB', SURGERY, { valueCodeableConcept: concept('urn:l', '2') })],
      'code-unknown',
    ],
  ])('%s: %s', (_, resources, expected) => {
    for (const order of [resources, resources.toReversed()]) expect(told(order)).toBe(expected);
  });
});

describe('post-therapy stages', () => {
  const YP = concept(SYSTEMS.snomed, '1222594003');

  it.each<[string, Record<string, unknown>, boolean]>([
    ['coded as such', { code: YP }, true],
    [
      'beside pathologic',
      { code: { coding: [...YP.coding, { system: SYSTEMS.snomed, code: '399588009' }] } },
      true,
    ],
    ['by the method', { method: { coding: [...YP.coding, ...TNM_8.coding] } }, true],
    ['not said', {}, false],
  ])('%s: %s', (_, change, expected) => {
    expect(facts([p('s', 'IIB', SURGERY, change)]).pathologicStage).toMatchObject({
      group: 'IIB',
      postTherapy: expected,
    });
    expect(facts([p('s', 'IIB', SURGERY, change)]).pathologicStage).not.toHaveProperty('otherSources');
  });
});

describe('what a Condition sums up', () => {
  const GROUPS = { IIB: '1222769001', IIIA: '1222802001', IIIC: '1222806003' } as const;
  const summed = (group: keyof typeof GROUPS, entry: Record<string, unknown> = {}, change = {}) =>
    condition('c', {
      stage: [
        {
          summary: concept(SYSTEMS.snomed, GROUPS[group]),
          type: concept(SYSTEMS.snomed, '399588009'),
          ...entry,
        },
      ],
      ...change,
    });
  const by = (...ids: string[]) => ({
    type: undefined,
    assessment: ids.map((id) => ({ reference: `Observation/${id}` })),
  });

  it.each<[string, Resource[], string | undefined]>([
    ['agrees', [p('s', 'IIB', SURGERY), summed('IIB')], 'IIB'],
    ['contradicts', [p('s', 'IIB', SURGERY), summed('IIIA')], 'conflicting'],
    ['agrees by its assessment', [p('s', 'IIB', SURGERY), summed('IIB', by('s'))], 'IIB'],
    ['contradicts its assessment', [p('s', 'IIB', SURGERY), summed('IIIA', by('s'))], 'conflicting'],
    [
      'is of an older assessment',
      [p('o', 'IIIA', '2026-01-10'), p('s', 'IIB', SURGERY), summed('IIIA', by('o'))],
      'IIB',
    ],
    [
      'is of the clinical assessment',
      [stage('k', 'clinical', 'IIIC', '2025-10-01'), p('s', 'IIB', SURGERY), summed('IIIC', by('k'))],
      'IIB',
    ],
    ['is of an assessment that was not read', [p('s', 'IIB', SURGERY), summed('IIIA', by('gone'))], 'IIB'],
    ['cannot be read', [p('s', 'IIB', SURGERY), summed('IIB', { summary: concept('urn:l', '2b') })], 'IIB'],
    [
      'is of a provisional diagnosis',
      [
        p('s', 'IIB', SURGERY),
        summed('IIIA', {}, { verificationStatus: concept(SYSTEMS.conditionVerification, 'provisional') }),
      ],
      'IIB',
    ],
    ['of nobody knows which kind', [summed('IIB', { type: undefined })], undefined],
    ['is all there is, without an edition', [summed('IIB')], 'edition-unknown'],
  ])('%s: %s', (_, resources, expected) => {
    for (const order of [resources, resources.toReversed()]) expect(told(order)).toBe(expected);
  });

  it('is evidence beside what it agrees with, and stands alone where editions are taken for the 8th', () => {
    const { pathologicStage } = facts([p('s', 'IIB', SURGERY), summed('IIB')]);
    expect(pathologicStage?.otherSources).toMatchObject([{ reference: 'Condition/c' }]);
    expect(facts([summed('IIB')], { tnmEditionWhenUnstated: '8' }).pathologicStage).toMatchObject({
      group: 'IIB',
      source: { reference: 'Condition/c' },
    });
  });

  it('of an assessment of a later day is not known before it', () => {
    const later = [p('s', 'IIB', '2026-01-20'), summed('IIIA', by('late')), p('late', 'IIIA', '2026-03-01')];
    expect(facts(later, {}, '2026-02-01').pathologicStage).toMatchObject({ group: 'IIB' });
    expect(facts(later, {}, '2026-02-01').pathologicStage).not.toHaveProperty('otherSources');
    expect(facts(later, {}, '2026-03-01').pathologicStage).toMatchObject({ group: 'IIIA' });
  });
});

it('nodes are listed by day, clinical and pathologic, where they can be read', () => {
  const found = facts([
    nodes('n2', 'pN2', SURGERY),
    nodes('n1', 'cN3', '2025-10-01'),
    { ...nodes('n3', 'pN0', SURGERY), valueCodeableConcept: concept('urn:l', 'N0') },
    { ...nodes('n4', 'pN0', SURGERY), status: 'preliminary' },
  ]).nodes;
  expect(found).toMatchObject([
    { category: 'N3', kind: 'clinical', on: '2025-10-01' },
    { category: 'N2', kind: 'pathologic', on: SURGERY },
  ]);
});

describe('metastases', () => {
  const listed = (resources: readonly Resource[], asOf?: string) =>
    facts(resources, {}, asOf).metastases.map(({ category, kind, on }) => [category, kind, on]);

  it.each(Object.keys(METASTASES) as (keyof typeof METASTASES)[])('%s', (which) => {
    const kind = which.startsWith('c') ? 'clinical' : 'pathologic';
    expect(listed([metastases('m', which, SURGERY)])).toEqual([[which.slice(1), kind, SURGERY]]);
  });

  it.each([
    ['LOINC, clinical', SYSTEMS.loinc, '21907-1', 'clinical'],
    ['LOINC, pathologic', SYSTEMS.loinc, '21901-4', 'pathologic'],
    ['of a kind that is not said', SYSTEMS.snomed, '277208005', 'clinical'],
  ])('%s', (_, system, code, kind) => {
    expect(listed([metastases('m', 'cM1a', SURGERY, { code: concept(system, code) })])).toEqual([
      ['M1a', kind, SURGERY],
    ]);
  });

  it('are listed by day, where they can be read, as they were known', () => {
    const all = [
      metastases('m2', 'cM0', '2026-01-20'),
      metastases('m1', 'cM1b', '2025-10-01'),
      metastases('m3', 'cM1c', SURGERY, { valueCodeableConcept: concept('urn:l', 'M1c') }),
      metastases('m4', 'cM1c', SURGERY, { status: 'preliminary' }),
      metastases('m5', 'cM1c', SURGERY, { status: 'entered-in-error' }),
    ];
    expect(listed(all)).toEqual([
      ['M1b', 'clinical', '2025-10-01'],
      ['M0', 'clinical', '2026-01-20'],
    ]);
    expect(listed(all, '2026-01-19')).toEqual([['M1b', 'clinical', '2025-10-01']]);
  });
});
