import type { CriterionId } from '../../domain/index.ts';
import type { Criterion } from '../judgement.ts';
import { consent, consentNotWithdrawn } from './consent.ts';
import { noOtherHistology, noPureGroundGlass, nsclc } from './disease.ts';
import { investigatorJudgement, noOtherMalignancy } from './history.ts';
import { age } from './person.ts';
import { adequateSamples, samples } from './samples.ts';
import { noAdvancedStage, stage } from './stage.ts';
import { noR2Resection, operable, resection } from './surgery.ts';
import { neoadjuvant } from './therapy.ts';

/** The criteria by id: one function each. */
export const CRITERIA: Readonly<Record<CriterionId, Criterion>> = {
  consent,
  age,
  nsclc,
  stage,
  resection,
  neoadjuvant,
  samples,
  'no-pure-ground-glass': noPureGroundGlass,
  'no-other-histology': noOtherHistology,
  'adequate-samples': adequateSamples,
  'no-other-malignancy': noOtherMalignancy,
  operable,
  'no-r2-resection': noR2Resection,
  'no-advanced-stage': noAdvancedStage,
  'consent-not-withdrawn': consentNotWithdrawn,
  'investigator-judgement': investigatorJudgement,
};

/** Each criterion as the study has it, in English; what `recurrence-cds extract` prints and docs/eligibility.md lists. */
export const CRITERION_TEXTS: Readonly<Record<CriterionId, string>> = {
  consent: 'Inclusion: consent.',
  age: 'Inclusion: age >= 18 and < 85.',
  nsclc: 'Inclusion: non-small-cell lung cancer (NSCLC).',
  stage: 'Inclusion: pathologic stage IB-IIIA (8th TNM).',
  resection: 'Inclusion: radical resection.',
  neoadjuvant: 'Inclusion: completed neoadjuvant immunotherapy with platinum chemotherapy.',
  samples: "Inclusion: samples at the protocol's time points.",
  'no-pure-ground-glass': 'Inclusion and exclusion: no pure ground-glass nodule.',
  'no-other-histology': 'Exclusion: other histology.',
  'adequate-samples': 'Exclusion: inadequate samples.',
  'no-other-malignancy': 'Exclusion: other malignancy in the past 5 years.',
  operable: 'Exclusion: contraindication to surgery preventing radical resection.',
  'no-r2-resection': 'Exclusion: R2 resection.',
  'no-advanced-stage': 'Exclusion: stage IIIB-N3, IIIC or IV.',
  'consent-not-withdrawn': 'Exclusion: withdrawn consent.',
  'investigator-judgement':
    "Exclusion: investigator's judgement (perioperative transfusion, severe psychiatric disorder).",
};
