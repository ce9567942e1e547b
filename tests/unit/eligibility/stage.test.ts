/** The stage, on hand-made facts: what the study includes, and what it excludes. */
import { describe, expect, it } from 'vitest';
import { UNKNOWN_REASONS, type ClinicalFacts } from '../../../src/chart/index.ts';
import { clinicalFactsWith, judged, ref, stageFact, without } from './hand-made.ts';

const facts = clinicalFactsWith();

describe('pathologic stage', () => {
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
  ])('%s: %s', (group, result) => {
    const pathologicStage = stageFact('stage', group);
    expect(judged('stage', clinicalFactsWith({ pathologicStage }))).toMatchObject({
      result,
      found: `p${group}`,
      evidence: ['Observation/stage'],
    });
  });

  it('says where it was assessed after the therapy', () => {
    expect(judged('stage', facts).found).toBe('ypIIB');
  });

  it.each(UNKNOWN_REASONS)(
    'one that cannot be read (%s) is unknown, whatever the clinical one',
    (unknown) => {
      const clinical = clinicalFactsWith({
        pathologicStage: stageFact('stage', undefined, { unknown }),
        clinicalStage: stageFact('clinical', 'IIB'),
      });
      const { found, ...rest } = judged('stage', clinical);
      expect(rest).toMatchObject({ result: 'unknown', reason: unknown, evidence: ['Observation/stage'] });
      expect(found).toBeUndefined();
    },
  );

  it('a clinical one never stands in', () => {
    const clinicalStage = stageFact('clinical', 'IIB');
    const clinical = { ...without(facts, 'pathologicStage'), clinicalStage };
    expect(judged('stage', clinical)).toMatchObject({
      result: 'unknown',
      reason: 'not-recorded',
      found: 'cIIB',
      evidence: ['Observation/clinical'],
    });
    const nothing = judged('stage', without(facts, 'pathologicStage'), { unread: new Set(['staging']) });
    expect(nothing).toMatchObject({ result: 'unknown', reason: 'not-read', evidence: [] });
  });
});

describe('advanced stage', () => {
  const nodes = (category: string, kind: 'clinical' | 'pathologic' = 'pathologic') => ({
    category,
    kind,
    source: ref(`Observation/${kind}-n`),
  });
  const staged = (pathologic: string | undefined, clinical?: string, change: Partial<ClinicalFacts> = {}) =>
    clinicalFactsWith({
      pathologicStage: stageFact('stage', pathologic),
      ...(clinical !== undefined && { clinicalStage: stageFact('clinical', clinical) }),
      ...change,
    });

  it.each<[string, ClinicalFacts, string, string | undefined]>([
    ['pIIB', staged('IIB'), 'met', 'pIIB'],
    ['pIIB after cIIIA', staged('IIB', 'IIIA'), 'met', 'pIIB, cIIIA'],
    ['p0', staged('0'), 'met', 'p0'],
    ['pIIIC', staged('IIIC'), 'not-met', 'pIIIC'],
    ['pIIB after cIV', staged('IIB', 'IV'), 'not-met', 'cIV'],
    ['pIIB after cIVA', staged('IIB', 'IVA'), 'not-met', 'cIVA'],
    ['pIVB', staged('IVB', 'IIA'), 'not-met', 'pIVB'],
    ['pIIIB, nodes not recorded', staged('IIIB'), 'unknown', 'pIIIB'],
    ['pIIIB, N3', staged('IIIB', undefined, { nodes: [nodes('N3')] }), 'not-met', 'pN3'],
    ['pIIIB, N2', staged('IIIB', undefined, { nodes: [nodes('N2')] }), 'met', 'pIIIB'],
    ['pIIIB, NX', staged('IIIB', undefined, { nodes: [nodes('NX')] }), 'unknown', 'pIIIB'],
    [
      'pIIIB, clinical N2 tells nothing of it',
      staged('IIIB', undefined, { nodes: [nodes('N2', 'clinical')] }),
      'unknown',
      'pIIIB',
    ],
    [
      'pIIB after cIIIB with cN2',
      staged('IIB', 'IIIB', { nodes: [nodes('N2', 'clinical')] }),
      'met',
      'pIIB, cIIIB',
    ],
    [
      'pIIB after cIIIB with cN3',
      staged('IIB', 'IIIB', { nodes: [nodes('N3', 'clinical')] }),
      'not-met',
      'cN3',
    ],
    [
      'N3 without its stage group',
      staged('IIB', undefined, { nodes: [nodes('N3', 'clinical')] }),
      'not-met',
      'cN3',
    ],
    ['M1', staged('IIB', undefined, { metastases: [nodes('M1b', 'clinical')] }), 'not-met', 'cM1b'],
    ['M0', staged('IIB', undefined, { metastases: [nodes('M0', 'clinical')] }), 'met', 'pIIB'],
    [
      'M1 and later M0',
      staged('IIB', undefined, { metastases: [nodes('M1', 'clinical'), nodes('M0')] }),
      'not-met',
      'cM1',
    ],
  ])('%s: %s', (_, clinical, result, found) => {
    expect(judged('no-advanced-stage', clinical)).toMatchObject({ result, found });
  });

  it('an earlier stage IV is not undone by a later one', () => {
    const stages = [
      { ...stageFact('first', 'IVA'), kind: 'clinical' as const },
      { ...stageFact('second', 'IIIA'), kind: 'clinical' as const },
      { ...stageFact('stage', 'IIB'), kind: 'pathologic' as const },
    ];
    expect(judged('no-advanced-stage', staged('IIB', 'IIIA', { stages }))).toMatchObject({
      result: 'not-met',
      found: 'cIVA',
      evidence: ['Observation/first'],
    });
  });

  it('an earlier stage that cannot be read is not held against a later one that can', () => {
    const stages = [
      { ...stageFact('seventh', undefined, { unknown: 'edition-unknown' }), kind: 'clinical' as const },
      { ...stageFact('clinical', 'IIIA'), kind: 'clinical' as const },
      { ...stageFact('stage', 'IIB'), kind: 'pathologic' as const },
    ];
    expect(judged('no-advanced-stage', staged('IIB', 'IIIA', { stages })).result).toBe('met');
  });

  it('every record that a stage rests on is evidence', () => {
    const otherSources = [ref('Condition/nsclc')];
    const clinical = clinicalFactsWith({ pathologicStage: stageFact('stage', 'IIB', { otherSources }) });
    for (const id of ['stage', 'no-advanced-stage'] as const)
      expect(judged(id, clinical).evidence).toEqual(['Observation/stage', 'Condition/nsclc']);
  });

  it('a stage that cannot be read might be one; none at all is unknown', () => {
    const unreadable = staged('IIB', undefined, {
      clinicalStage: stageFact('clinical', undefined, { unknown: 'edition-unknown' }),
    });
    expect(judged('no-advanced-stage', unreadable)).toMatchObject({
      result: 'unknown',
      reason: 'edition-unknown',
      blocks: true,
    });
    const none = { ...without(facts, 'pathologicStage'), stages: [] };
    expect(judged('no-advanced-stage', none)).toMatchObject({ result: 'unknown', reason: 'not-recorded' });
  });
});
