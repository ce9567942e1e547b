/**
 * The criteria of study NCT07291921, inclusions first, in the order reports list them. Every one is said so that
 * `met` is what the study wants: an exclusion that does not apply is met.
 */
export const CRITERION_IDS = [
  'consent',
  'age',
  'nsclc',
  'stage',
  'resection',
  'neoadjuvant',
  'samples',
  'no-pure-ground-glass',
  'no-other-histology',
  'adequate-samples',
  'no-other-malignancy',
  'operable',
  'no-r2-resection',
  'no-advanced-stage',
  'consent-not-withdrawn',
  'investigator-judgement',
] as const;
export type CriterionId = (typeof CRITERION_IDS)[number];

/** Samples never decide who is assessed: a result rests on what there is, and says so. */
const NEVER_BLOCKING: readonly CriterionId[] = ['samples', 'adequate-samples'];
/** What charts seldom hold, and whose absence tells nothing. */
const UNKNOWN_IS_REPORTED: readonly CriterionId[] = [
  ...NEVER_BLOCKING,
  'consent',
  'consent-not-withdrawn',
  'no-pure-ground-glass',
  'investigator-judgement',
];

/** Which criteria block an assessment when they are not met, and which when they are unknown; a site may change it. */
export interface Blocking {
  readonly notMet: readonly CriterionId[];
  readonly unknown: readonly CriterionId[];
}

export const DEFAULT_BLOCKING: Blocking = {
  notMet: CRITERION_IDS.filter((id) => !NEVER_BLOCKING.includes(id)),
  unknown: CRITERION_IDS.filter((id) => !UNKNOWN_IS_REPORTED.includes(id)),
};
