import { CRITERIA, type Subject } from './criteria.ts';
import { CRITERION_IDS, type CriterionResult, type Eligibility } from './types.ts';

const scopeOf = ({ clinical }: Subject): Eligibility['outOfScope'] => [
  ...(clinical.lungCancer.length + clinical.otherHistology.length === 0 ? (['no-lung-cancer'] as const) : []),
  ...(clinical.resections.length === 0 ? (['no-lung-resection'] as const) : []),
];

const barOf = ({ patient, clinical, barAsOf }: Subject): Eligibility['barred'] => {
  // A retrospective landmark must not see a later death; a death without a date bars always.
  const { deceased, deceasedOn } = patient;
  if (deceased && (deceasedOn === undefined || deceasedOn <= barAsOf)) return { reason: 'deceased' };
  const { recurrence, secondOperation } = clinical;
  if (recurrence !== undefined) {
    const { on, source } = recurrence;
    return { reason: 'recurred', evidence: [source], ...(on !== undefined && { on }) };
  }
  if (secondOperation === undefined) return undefined;
  const { performedOn: on, source } = secondOperation;
  return { reason: 'second-operation', evidence: [source], ...(on !== undefined && { on }) };
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
