import { CRITERION_IDS, type Blocking, type CriterionId } from '../domain/index.ts';
import { CRITERIA } from './criteria/index.ts';
import { DEFAULT_ELIGIBILITY, type EligibilitySettings } from './settings.ts';
import type { CriterionResult, Eligibility, Judgement, Subject } from './types.ts';

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

const blocks = (id: CriterionId, { result }: Judgement, { notMet, unknown }: Blocking): boolean =>
  (result === 'not-met' && notMet.includes(id)) || (result === 'unknown' && unknown.includes(id));

/**
 * Who may be assessed (NCT07291921), as the chart knows it on the day of the visit. All sixteen criteria are judged
 * whatever the first of them comes to; which results block is the site's to say.
 */
export function judgeEligibility(
  subject: Subject,
  settings: EligibilitySettings = DEFAULT_ELIGIBILITY,
): Eligibility {
  const outOfScope = scopeOf(subject);
  const barred = barOf(subject);
  const criteria = CRITERION_IDS.map((id): CriterionResult => {
    const judgement = CRITERIA[id](subject, settings);
    return { id, ...judgement, blocks: blocks(id, judgement, settings.blocking) };
  });
  return {
    outOfScope,
    criteria,
    ...(barred !== undefined && { barred }),
    eligible:
      outOfScope.length === 0 && barred === undefined && !criteria.some((criterion) => criterion.blocks),
  };
}
