import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeChart } from '../../../src/assessment/index.ts';
import { UNKNOWN_REASONS, type ClinicalFacts, type Fact } from '../../../src/chart/index.ts';
import { CRITERION_IDS, DEFAULT_BLOCKING, type CriterionId } from '../../../src/domain/index.ts';
import {
  CRITERION_TEXTS,
  DEFAULT_ELIGIBILITY,
  judgeEligibility,
  type EligibilitySettings,
} from '../../../src/eligibility/index.ts';
import { configSchema } from '../../../src/platform/config.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  chartOf,
  concept,
  condition,
  diseaseStatus,
  eligibleStory,
  patient,
  procedure,
  type Resource,
} from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';
import {
  clinicalFactsWith,
  conditionFact,
  known,
  patientFact,
  procedureFact,
  ref,
  stageFact,
  subjectWith,
  SURGERY,
  surgeryFact,
  therapyFact,
  TODAY,
  unknownFact,
  without,
} from './hand-made.ts';

const facts = clinicalFactsWith();
const judge = (clinical: ClinicalFacts, settings?: EligibilitySettings) =>
  judgeEligibility(subjectWith(clinical), settings);
const blocking = (clinical: ClinicalFacts, settings?: EligibilitySettings): CriterionId[] =>
  judge(clinical, settings)
    .criteria.filter(({ blocks }) => blocks)
    .map(({ id }) => id);

it('whoever meets all sixteen criteria is eligible, each in its place with its evidence', () => {
  const eligibility = judge(facts);
  expect(eligibility).toMatchObject({ eligible: true, outOfScope: [] });
  expect(eligibility.barred).toBeUndefined();
  expect(eligibility.criteria.map(({ id }) => id)).toEqual(CRITERION_IDS);
  for (const { id, result, evidence, reason } of eligibility.criteria) {
    expect([id, result, reason]).toEqual([id, 'met', undefined]);
    // No other malignancy is met by there being none.
    if (id !== 'no-other-malignancy') expect(evidence.length, id).toBeGreaterThan(0);
  }
  expect(Object.keys(CRITERION_TEXTS).sort()).toEqual([...CRITERION_IDS].sort());
});

describe('what blocks', () => {
  const pureGroundGlass = clinicalFactsWith({ groundGlass: known('pure', 'Observation/n') });
  const silent = clinicalFactsWith({
    groundGlass: unknownFact('not-recorded'),
    consent: unknownFact('not-recorded'),
    judgement: unknownFact('not-recorded'),
    samples: [],
  });

  it('by default: every not met but the samples, and every unknown but those a chart seldom tells', () => {
    expect(blocking(silent)).toEqual([]);
    expect(judge(silent).eligible).toBe(true);
    expect(judge(silent).criteria.filter(({ result }) => result === 'unknown')).toHaveLength(6);
    expect(blocking(pureGroundGlass)).toEqual(['no-pure-ground-glass']);
    expect(blocking(clinicalFactsWith({ samples: [] }))).toEqual([]);
    const unstaged = clinicalFactsWith({
      pathologicStage: stageFact('stage', undefined, { unknown: 'edition-unknown' }),
    });
    expect(blocking(unstaged)).toEqual(['stage', 'no-advanced-stage']);
  });

  it('is what the configuration defaults to', () => {
    const config = configSchema.parse({ tenants: [{ id: 'a', fhirBaseUrl: 'http://127.0.0.1/fhir' }] });
    expect(config.tenants[0]?.eligibility).toEqual(DEFAULT_ELIGIBILITY);
  });

  it("is a site's to change, both ways", () => {
    const strict: EligibilitySettings = {
      ...DEFAULT_ELIGIBILITY,
      blocking: { notMet: CRITERION_IDS, unknown: CRITERION_IDS },
    };
    expect(blocking(silent, strict)).toEqual([
      'consent',
      'samples',
      'no-pure-ground-glass',
      'adequate-samples',
      'consent-not-withdrawn',
      'investigator-judgement',
    ]);
    const lenient: EligibilitySettings = {
      ...DEFAULT_ELIGIBILITY,
      blocking: { ...DEFAULT_BLOCKING, notMet: [] },
    };
    expect(blocking(pureGroundGlass, lenient)).toEqual([]);
    expect(judge(pureGroundGlass, lenient).eligible).toBe(true);
  });

  it('the number of cycles is too', () => {
    const settings = { ...DEFAULT_ELIGIBILITY, minimumNeoadjuvantCycles: 3 };
    expect(blocking(facts, settings)).toEqual(['neoadjuvant']);
  });

  const someCriteria = fc.subarray([...CRITERION_IDS]);
  it('eligible is: in scope, not barred, nothing blocks; only an unknown has a reason', () => {
    const factArb = <const T>(...values: T[]): fc.Arbitrary<Fact<T>> =>
      fc.oneof(
        ...values.map((value) => fc.constant(known(value, 'Observation/o'))),
        fc.constantFrom(...UNKNOWN_REASONS).map((reason) => unknownFact(reason)),
      );
    const clinicalArb = fc.record({
      consent: factArb('given', 'withdrawn'),
      groundGlass: factArb('pure', 'solid'),
      radical: factArb(true, false),
      residualTumour: factArb('R0', 'R1', 'R2'),
      stage: fc.constantFrom(undefined, '0', 'IIB', 'IIIB', 'IV'),
      cycles: fc.integer({ min: 0, max: 4 }),
      transfused: fc.boolean(),
    });
    fc.assert(
      fc.property(clinicalArb, someCriteria, someCriteria, (given, notMet, unknown) => {
        const surgery = surgeryFact({
          radical: given.radical as never,
          residualTumour: given.residualTumour as never,
        });
        const days = ['2025-10-24', '2025-11-14', '2025-12-05', '2025-12-26'].slice(0, given.cycles);
        const { criteria, eligible } = judge(
          clinicalFactsWith({
            consent: given.consent,
            groundGlass: given.groundGlass,
            surgery,
            pathologicStage: stageFact('stage', given.stage),
            platinum: therapyFact('cisplatin', days),
            transfusions: given.transfused ? [ref('Procedure/t')] : [],
          }),
          { ...DEFAULT_ELIGIBILITY, blocking: { notMet, unknown } },
        );
        for (const { id, result, reason, blocks } of criteria) {
          expect(reason !== undefined).toBe(result === 'unknown');
          const listed = result === 'not-met' ? notMet : result === 'unknown' ? unknown : [];
          expect(blocks).toBe(listed.includes(id));
        }
        expect(eligible).toBe(criteria.every(({ blocks }) => !blocks));
      }),
    );
  });
});

describe('scope and bars', () => {
  it('no lung cancer, no lung resection, or neither', () => {
    const noCancer = clinicalFactsWith({ lungCancer: [], nsclc: [] });
    const noResection = { ...without(facts, 'surgery'), resections: [] };
    expect(judge(noCancer).outOfScope).toEqual(['no-lung-cancer']);
    expect(judge(noResection).outOfScope).toEqual(['no-lung-resection']);
    expect(judge({ ...noResection, lungCancer: [] }).outOfScope).toEqual([
      'no-lung-cancer',
      'no-lung-resection',
    ]);
    expect(judge(noCancer).eligible).toBe(false);
    expect(judge(noResection).eligible).toBe(false);
  });

  it('lung cancer of another histology is in scope, and not eligible', () => {
    const clinical = clinicalFactsWith({
      lungCancer: [],
      nsclc: [],
      otherHistology: [conditionFact('sclc')],
    });
    expect(judge(clinical)).toMatchObject({ outOfScope: [], eligible: false });
  });

  it('recurred: since when, and by what; every criterion is met all the same', () => {
    const source = ref('Observation/s1');
    const eligibility = judge(clinicalFactsWith({ recurrence: { on: '2026-06-01', source } }));
    expect(eligibility).toMatchObject({
      eligible: false,
      barred: { reason: 'recurred', on: '2026-06-01', evidence: [source] },
    });
    expect(eligibility.criteria.every(({ result }) => result === 'met')).toBe(true);
  });

  it('deceased comes before recurred, recurred before a second operation', () => {
    const clinical = clinicalFactsWith({
      recurrence: { source: ref('Condition/back') },
      secondOperation: procedureFact('again', { performedOn: '2026-10-10' }),
    });
    const dead = patientFact({ deceased: true, deceasedOn: '2026-08-01' });
    expect(judgeEligibility(subjectWith(clinical, { patient: dead })).barred).toEqual({ reason: 'deceased' });
    expect(judge(clinical).barred?.reason).toBe('recurred');
    expect(judge(without(clinical, 'recurrence')).barred).toMatchObject({
      reason: 'second-operation',
      on: '2026-10-10',
    });
    const undated = patientFact({ deceased: true });
    expect(judgeEligibility(subjectWith(facts, { patient: undated })).barred?.reason).toBe('deceased');
  });
});

describe('what bars any number, of charts', () => {
  const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
  const LIVE = '9999-12-31';
  const barred = (changed: Resource, asOf = TODAY, barAsOf = asOf) => {
    const byId = new Map([...eligibleStory(), changed].map((each) => [each.id, each]));
    const chart = chartOf([...byId.values()]);
    return judgeChart(chart, { asOf, barAsOf }, terminology, DEFAULT_ELIGIBILITY).eligibility.barred;
  };
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
    expect(barred(resource, TODAY, LIVE)?.reason).toBe(reason);
  });

  it('a recurrence after the day is not seen', () => {
    const recurrence = diseaseStatus('s1', 'worsened', '2026-06-01');
    expect(barred(recurrence)).toMatchObject({ reason: 'recurred', on: '2026-06-01' });
    expect(barred(recurrence, '2026-05-31')).toBeUndefined();
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
      expect(barred(change, TODAY, LIVE)).toBeDefined();
      expect(barred(change)).toBeUndefined();
    }
  });
});
