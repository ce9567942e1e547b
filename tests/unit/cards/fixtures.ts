import { readFileSync } from 'node:fs';
import type { Assessment, HorizonRisk, ModalityOutcome, RiskEstimate } from '../../../src/domain/index.ts';
import { createTranslator } from '../../../src/i18n/index.ts';
import type { Language } from '../../../src/i18n/index.ts';
import { CRITERION_IDS } from '../../../src/domain/index.ts';
import type { CriterionId } from '../../../src/domain/index.ts';
import type { CriterionResult } from '../../../src/eligibility/index.ts';
import type { CardContext, ContrastNotes } from '../../../src/cards/index.ts';
import { loadPolicy, proposeFollowUp } from '../../../src/policy/index.ts';
import type { FollowUpProposal } from '../../../src/policy/index.ts';

/** Uuids that count up, so that a test sees which is which. */
const countingUuid = (): (() => string) => {
  let next = 0;
  return () => {
    next += 1;
    return `00000000-0000-4000-8000-${String(next).padStart(12, '0')}`;
  };
};

export const contextIn = (language: Language, simulated = true): CardContext => ({
  translator: createTranslator(language),
  source: { label: 'recurrence-cds' },
  uuid: countingUuid(),
  simulated,
});

const policyFile = new URL('../../../config/follow-up-policy.json', import.meta.url);
const policy = loadPolicy(JSON.parse(readFileSync(policyFile, 'utf8')));

export const highProposals = (language: Language): readonly FollowUpProposal[] =>
  proposeFollowUp(policy, {
    stratum: 'high',
    monthsSinceSurgery: 7.4,
    risk12: 0.274,
    landmarkDate: '2026-11-23',
    patientId: 'p1',
    language,
  });

const HORIZONS: readonly HorizonRisk[] = [
  { horizonMonths: 6, status: 'estimated', risk: 0.0941, lower: 0.0049, upper: 0.16 },
  { horizonMonths: 12, status: 'estimated', risk: 0.274, lower: 0.18, upper: 0.39 },
  { horizonMonths: 24, status: 'not-estimable', reason: 'too-few-at-risk' },
];

export const estimated = (
  parts: Partial<Extract<RiskEstimate, { status: 'estimated' }>> = {},
): RiskEstimate => ({
  status: 'estimated',
  subset: ['metabolomics', 'cfdna'],
  horizons: HORIZONS,
  stratum: 'high',
  modalityLogHazard: { metabolomics: 0.3, cfdna: 0.9 },
  ...parts,
});

/** A 12-month risk alone. */
export const twelveMonths = (risk: number, lower = risk, upper = risk): readonly HorizonRisk[] => [
  { horizonMonths: 12, status: 'estimated', risk, lower, upper },
];

export const MODALITIES: readonly ModalityOutcome[] = [
  {
    modality: 'metabolomics',
    status: 'present',
    collectedOn: '2026-11-01',
    flags: ['no-baseline', 'below-detection'],
    evidence: [],
    score: 0.3,
    contributions: [
      { feature: 'log2:leucine', value: 7.1, logHazard: 0.2 },
      { feature: 'change:kynurenine', value: -0.4, logHazard: -0.25 },
      { feature: 'log2:glycine', value: 8, logHazard: 0.01 },
    ],
  },
  { modality: 'radiomics', status: 'absent', reason: 'no-model', evidence: [] },
  {
    modality: 'cfdna',
    status: 'present',
    collectedOn: '2026-11-02',
    flags: [],
    evidence: [],
    score: 1.64,
    contributions: [
      { feature: 'logit:tumourFraction', value: -3, logHazard: 0.7 },
      { feature: 'change:methylation', value: 0.2, logHazard: 0.3 },
      { feature: 'log:fragmentRatio', value: 0.1, logHazard: -0.1 },
    ],
  },
];

/** Landmark 2026-11-23, 227 days after surgery: 7 completed months. */
export const assessment = (parts: Partial<Assessment> = {}): Assessment => ({
  fingerprint: 'ab'.repeat(32),
  tenant: 'hospital',
  patientId: 'p1',
  landmarkDate: '2026-11-23',
  surgeryDate: '2026-04-10',
  computedAt: '2026-11-23T08:00:00Z',
  model: {
    id: 'rfs-multiomics',
    version: '0.1.0',
    digest: 'sha256:0123456789abcdef0123456789abcdef',
    simulated: true,
    trainingPatients: 200,
  },
  risk: estimated(),
  modalities: MODALITIES,
  evidence: [],
  ...parts,
});

/** All sixteen met, with changes by id. */
export const criteriaWith = (
  changed: Partial<Record<CriterionId, Partial<CriterionResult>>> = {},
): readonly CriterionResult[] =>
  CRITERION_IDS.map((id) => ({ id, result: 'met', blocks: false, evidence: [], ...changed[id] }));

/** Kidneys measured two weeks ago, no allergy on record. */
export const contrast = (parts: Partial<ContrastNotes> = {}): ContrastNotes => ({
  egfr: { status: 'known', value: 78.4, on: '2026-11-09' },
  creatinine: { status: 'known', value: 88, on: '2026-11-09' },
  contrastAllergies: [],
  allergiesRead: true,
  ...parts,
});
