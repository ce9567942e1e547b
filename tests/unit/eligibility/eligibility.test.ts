import { describe, expect, it } from 'vitest';
import { clinicalFacts } from '../../../src/chart/index.ts';
import { CRITERION_IDS, judgeEligibility, type CriterionId } from '../../../src/eligibility/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  chartOf,
  concept,
  condition,
  diseaseStatus,
  dose,
  eligibleStory,
  patient,
  procedure,
  SMALL_CELL,
  stage,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
const judge = (resources: readonly Resource[], asOf = TODAY, barAsOf = asOf) => {
  const chart = chartOf(resources);
  return judgeEligibility({
    patient: chart.patient,
    clinical: clinicalFacts(chart, terminology, asOf, { barAsOf }),
    asOf,
    barAsOf,
  });
};
/** The eligible story with some resources replaced (by id) or added, or taken away. */
const story = (changed: readonly Resource[] = [], gone: readonly string[] = []): Resource[] => {
  const byId = new Map(eligibleStory().map((each) => [each.id, each]));
  for (const each of changed) byId.set(each.id, each);
  for (const id of gone) byId.delete(id);
  return [...byId.values()];
};
const criterion = (id: CriterionId, resources: readonly Resource[], asOf = TODAY) => {
  const { criteria } = judge(resources, asOf);
  const { result, found, evidence } = criteria.find((each) => each.id === id) ?? criteria[0]!;
  return { result, found, evidence: evidence.map((ref) => ref.reference) };
};

it('the story that meets every criterion, with its evidence', () => {
  const eligibility = judge(eligibleStory());
  expect(eligibility).toMatchObject({ eligible: true, outOfScope: [] });
  expect(eligibility.barred).toBeUndefined();
  expect(eligibility.criteria.map((each) => [each.id, each.result, each.found])).toEqual([
    ['age', 'met', '65'],
    ['nsclc', 'met', undefined],
    ['stage', 'met', 'pIIB'],
    ['resection', 'met', SURGERY],
    ['neoadjuvant', 'met', '2'],
  ]);
  for (const each of eligibility.criteria) expect(each.evidence.length).toBeGreaterThan(0);
  expect(eligibility.criteria.map((each) => each.id)).toEqual(CRITERION_IDS);
});

describe('age', () => {
  it.each([
    // the day of surgery is 15 January 2026
    ['2008-01-15', 'met', '18'],
    ['2008-01-16', 'not-met', '17'],
    ['1941-01-16', 'met', '84'],
    ['1941-01-15', 'not-met', '85'],
    ['2026-02-01', 'not-met', '-1'],
    ['1960', 'unknown', undefined],
    [undefined, 'unknown', undefined],
  ])('born %s: %s at surgery', (birthDate, result, found) => {
    expect(criterion('age', story([patient({ birthDate })]))).toEqual({
      result,
      found,
      evidence: ['Patient/p1'],
    });
  });

  it('a 29 February is a birthday of 1 March in other years', () => {
    const at = (surgeryOn: string) =>
      criterion('age', story([patient({ birthDate: '2008-02-29' }), procedure('lobectomy', surgeryOn)]))
        .found;
    expect([at('2026-02-28'), at('2026-03-01')]).toEqual(['17', '18']);
  });

  it('is judged today where surgery has no date', () => {
    const undated = story([procedure('lobectomy'), patient({ birthDate: '1941-06-01' })]);
    expect(criterion('age', undated)).toMatchObject({ result: 'not-met', found: '85' });
  });
});

describe('NSCLC', () => {
  const icd10 = concept('http://hl7.org/fhir/sid/icd-10-cm', 'C34.11');
  it.each<[string, readonly Resource[], string, readonly string[]]>([
    ['NSCLC', [], 'met', ['Condition/nsclc']],
    [
      'lung cancer, histology not said',
      [condition('nsclc', { code: icd10 })],
      'unknown',
      ['Condition/nsclc'],
    ],
    [
      'provisional only',
      [condition('nsclc', { verificationStatus: concept(SYSTEMS.conditionVerification, 'provisional') })],
      'unknown',
      ['Condition/nsclc'],
    ],
    ['small cell as well', [condition('sclc', { code: SMALL_CELL })], 'not-met', ['Condition/sclc']],
  ])('%s', (_, changed, result, evidence) => {
    expect(criterion('nsclc', story(changed))).toEqual({ result, found: undefined, evidence });
  });

  it('a refuted diagnosis of another histology rules nothing out', () => {
    const refuted = condition('sclc', {
      code: SMALL_CELL,
      verificationStatus: concept(SYSTEMS.conditionVerification, 'refuted'),
    });
    expect(judge(story([refuted])).eligible).toBe(true);
  });
});

describe('stage', () => {
  it.each([
    ['0', 'not-met'], // ypT0N0
    ['IA', 'not-met'],
    ['IA3', 'not-met'],
    ['IB', 'met'],
    ['IIA', 'met'],
    ['IIB', 'met'],
    ['IIIA', 'met'],
    ['IIIB', 'not-met'],
    ['IIIC', 'not-met'],
    ['IVA', 'not-met'],
  ])('pathologic %s: %s', (group, result) => {
    expect(criterion('stage', story([stage('stage', 'pathologic', group, SURGERY)]))).toEqual({
      result,
      found: `p${group}`,
      evidence: ['Observation/stage'],
    });
  });

  it.each([
    // a clinical stage alone can exclude, never include
    ['IIB', 'unknown', 'cIIB'],
    ['IIIB', 'unknown', 'cIIIB'],
    ['IIIC', 'not-met', 'cIIIC'],
    ['IVB', 'not-met', 'cIVB'],
  ])('clinical %s alone: %s', (group, result, found) => {
    const clinical = stage('clinical', 'clinical', group, '2025-10-01');
    expect(criterion('stage', story([clinical], ['stage']))).toEqual({
      result,
      found,
      evidence: ['Observation/clinical'],
    });
  });

  it('a clinical IV excludes whatever the pathologist found after the therapy; a clinical IIIB does not', () => {
    const clinical = (group: string) => story([stage('clinical', 'clinical', group, '2025-10-01')]);
    expect(criterion('stage', clinical('IVA'))).toEqual({
      result: 'not-met',
      found: 'cIVA',
      evidence: ['Observation/stage', 'Observation/clinical'],
    });
    expect(criterion('stage', clinical('IIIB'))).toMatchObject({ result: 'met', found: 'pIIB' });
  });

  it('is unknown where there is none, or none that can be read', () => {
    expect(criterion('stage', story([], ['stage']))).toEqual({
      result: 'unknown',
      found: undefined,
      evidence: [],
    });
    const unreadable = stage('stage', 'pathologic', 'IIB', SURGERY, {
      valueCodeableConcept: concept('urn:local', 'IIB'),
    });
    const clinical = stage('clinical', 'clinical', 'IIB', '2025-10-01');
    expect(criterion('stage', story([unreadable, clinical]))).toMatchObject({
      result: 'unknown',
      found: undefined,
    });
  });
});

describe('resection', () => {
  it('needs its date', () => {
    expect(criterion('resection', story([procedure('lobectomy', '2026-01')]))).toEqual({
      result: 'unknown',
      found: undefined,
      evidence: ['Procedure/lobectomy'],
    });
  });
});

describe('neoadjuvant therapy', () => {
  const doses = ['nivolumab-0', 'nivolumab-1', 'cisplatin-0', 'cisplatin-1'];
  it.each<[string, readonly Resource[], readonly string[], string, string | undefined]>([
    ['two cycles of both', [], [], 'met', '2'],
    ['one cycle of platinum', [], ['cisplatin-1'], 'not-met', '1'],
    ['no platinum', [], ['cisplatin-0', 'cisplatin-1'], 'not-met', '0'],
    ['nothing recorded: often it was given elsewhere', [], doses, 'unknown', undefined],
    ['the second dose on the same day', [dose('cisplatin-1', 'cisplatin', '2025-11-14')], [], 'not-met', '1'],
    ['the second dose after surgery', [dose('cisplatin-1', 'cisplatin', '2026-02-14')], [], 'not-met', '1'],
    [
      'the second dose not given',
      [dose('cisplatin-1', 'cisplatin', '2025-12-05', { status: 'not-done' })],
      [],
      'not-met',
      '1',
    ],
    [
      'three cycles',
      [dose('c2', 'cisplatin', '2025-12-26'), dose('n2', 'nivolumab', '2025-12-26')],
      [],
      'met',
      '3',
    ],
  ])('%s', (_, changed, gone, result, found) => {
    expect(criterion('neoadjuvant', story(changed, gone))).toMatchObject({ result, found });
  });
});

describe('scope and bars', () => {
  const recurrence = diseaseStatus('s1', 'worsened', '2026-06-01');

  it('no lung cancer, no lung resection, or neither', () => {
    expect(judge(story([], ['nsclc'])).outOfScope).toEqual(['no-lung-cancer']);
    expect(judge(story([], ['lobectomy'])).outOfScope).toEqual(['no-lung-resection']);
    expect(judge([patient()]).outOfScope).toEqual(['no-lung-cancer', 'no-lung-resection']);
    for (const gone of ['nsclc', 'lobectomy']) expect(judge(story([], [gone])).eligible).toBe(false);
  });

  it('lung cancer of another histology is in scope, and not eligible', () => {
    const eligibility = judge(story([condition('nsclc', { code: SMALL_CELL })]));
    expect(eligibility).toMatchObject({ outOfScope: [], eligible: false });
  });

  it('recurred: since when, and by what', () => {
    expect(judge(story([recurrence]))).toMatchObject({
      eligible: false,
      barred: { reason: 'recurred', on: '2026-06-01', evidence: [{ reference: 'Observation/s1' }] },
    });
    expect(judge(story([recurrence]), '2026-05-31')).toMatchObject({ eligible: true });
    // every criterion is met all the same
    expect(judge(story([recurrence])).criteria.every((each) => each.result === 'met')).toBe(true);
  });

  it('deceased comes before recurred', () => {
    const dead = patient({ deceasedDateTime: '2026-08-01' });
    expect(judge(story([recurrence, dead])).barred).toEqual({ reason: 'deceased' });
    expect(judge(story([patient({ deceasedBoolean: true })]))).toMatchObject({
      eligible: false,
      barred: { reason: 'deceased' },
    });
  });

  it('one criterion that is unknown blocks', () => {
    for (const gone of ['stage', 'cisplatin-1']) expect(judge(story([], [gone])).eligible).toBe(false);
    expect(judge(story([patient({ birthDate: undefined })])).eligible).toBe(false);
  });
});

describe('what bars any number', () => {
  const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
  const LIVE = '9999-12-31';
  const metastasis = (code: string, change: object) =>
    condition('met', { code: concept(ICD, code), onsetDateTime: '2026-10-10', ...change });

  it.each([
    ['brain metastasis', metastasis('C79.31', {}), 'recurred'],
    [
      'pleural metastasis, undated',
      metastasis('C78.2', { onsetDateTime: undefined, recordedDate: undefined }),
      'recurred',
    ],
    ['supraclavicular nodes', metastasis('C77.0', {}), 'recurred'],
    ['intrathoracic nodes: the pathology of the operation', metastasis('C77.1', {}), undefined],
    [
      'a metastasis before the operation: the stage judges it',
      metastasis('C79.31', { onsetDateTime: '2020-01-01' }),
      undefined,
    ],
    [
      'only suspected',
      metastasis('C79.31', { verificationStatus: concept(SYSTEMS.conditionVerification, 'provisional') }),
      undefined,
    ],
    [
      'a relapse whose status has no system',
      condition('back', { clinicalStatus: { coding: [{ code: 'relapse' }] }, onsetDateTime: '2026-10-10' }),
      'recurred',
    ],
    ['a second lung operation', procedure('again', '2026-10-10'), 'second-operation'],
    ['another code of the same operation', procedure('same', SURGERY), undefined],
  ] as const)('%s', (_name, resource, reason) => {
    const { barred, eligible } = judge(story([resource]), TODAY, LIVE);
    expect([barred?.reason, eligible]).toEqual([reason, reason === undefined]);
  });

  it('at a live visit a date in the future bars, at a retrospective one it is not seen', () => {
    for (const change of [
      patient({ deceasedDateTime: '2027-11-01' }),
      condition('back', {
        clinicalStatus: concept(SYSTEMS.conditionClinical, 'recurrence'),
        onsetDateTime: '2027-12-10',
      }),
      procedure('again', '2027-10-10'),
    ]) {
      expect(judge(story([change]), TODAY, LIVE).barred).toBeDefined();
      expect(judge(story([change])).barred).toBeUndefined();
    }
  });
});
