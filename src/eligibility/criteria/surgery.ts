import { judgeFact, met, notMet, silence, sourcesOf, unknown, type Criterion } from '../judgement.ts';
import type { Judgement, Subject } from '../types.ts';

/** A resection without a date, or none at all: time zero is missing. */
const withoutSurgery = ({ clinical: { resections }, unread }: Subject): Judgement =>
  unknown(resections.length > 0 ? 'no-date' : silence(unread, 'procedures'), {
    evidence: sourcesOf(resections),
  });

/** NCT07291921, inclusion: radical resection. Its date is time zero, so that without one nothing can be said. */
export const resection: Criterion = (subject) => {
  const { surgery } = subject.clinical;
  if (surgery === undefined) return withoutSurgery(subject);
  const { radical, performedOn, source } = surgery;
  const what = { found: [performedOn], evidence: [source, ...radical.sources] };
  if (radical.status === 'unknown') return unknown(radical.reason, what);
  return radical.value ? met(what) : notMet({ ...what, found: [performedOn, 'not-radical'] });
};

/** NCT07291921, exclusion: R2 resection (macroscopic residual tumour). R1 is no exclusion. */
export const noR2Resection: Criterion = (subject) => {
  const { surgery } = subject.clinical;
  return surgery === undefined ? withoutSurgery(subject) : judgeFact(surgery.residualTumour, ['R0', 'R1']);
};

/**
 * NCT07291921, exclusion: contraindication to surgery preventing radical resection. A radical resection that was done
 * was not prevented, whatever had been noted before it.
 */
export const operable: Criterion = (subject) => {
  const { surgery, surgicalContraindications } = subject.clinical;
  if (surgery?.radical.status === 'known' && surgery.radical.value)
    return met({ found: [surgery.performedOn], evidence: [surgery.source] });
  if (surgicalContraindications.length > 0)
    return notMet({ found: ['contraindication'], evidence: surgicalContraindications });
  if (surgery === undefined) return withoutSurgery(subject);
  return unknown(surgery.radical.status === 'unknown' ? surgery.radical.reason : 'not-recorded', {
    evidence: [surgery.source],
  });
};
