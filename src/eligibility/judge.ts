import { CRITERIA, type Subject } from './criteria.ts';
import { CRITERION_IDS, type CriterionResult, type Eligibility } from './types.ts';

const scopeOf = ({ clinical }: Subject): Eligibility['outOfScope'] => [
  ...(clinical.lungCancer.length + clinical.otherHistology.length === 0 ? (['no-lung-cancer'] as const) : []),
  ...(clinical.resections.length === 0 ? (['no-lung-resection'] as const) : []),
];

const barOf = ({ patient, clinical, asOf }: Subject): Eligibility['barred'] => {
  // A retrospective landmark must not see a later death; a death without a date bars always.
  const { deceased, deceasedOn } = patient;
  if (deceased && (deceasedOn === undefined || deceasedOn <= asOf)) return { reason: 'deceased' };
  if (clinical.recurrence === undefined) return undefined;
  const { on, source } = clinical.recurrence;
  return { reason: 'recurred', evidence: [source], ...(on !== undefined && { on }) };
};

/**
 * Who may be assessed (NCT07291921), as the chart knows it on the day of the visit. Every criterion that is not
 * met or unknown blocks.
 */
export function judgeEligibility(subject: Subject): Eligibility {
  const outOfScope = scopeOf(subject);
  const barred = barOf(subject);
  const criteria = CRITERION_IDS.map((id): CriterionResult => ({ id, ...CRITERIA[id](subject) }));
  return {
    outOfScope,
    criteria,
    ...(barred !== undefined && { barred }),
    eligible:
      outOfScope.length === 0 &&
      barred === undefined &&
      criteria.every((criterion) => criterion.result === 'met'),
  };
}
