import {
  isConfirmed,
  judgeFact,
  met,
  notMet,
  silence,
  sourcesOf,
  unknown,
  type Criterion,
} from '../judgement.ts';

/**
 * NCT07291921, inclusion: non-small-cell lung cancer. "Lung cancer" without a histology leaves it unknown; another
 * confirmed histology alone rules it out. Beside a confirmed NSCLC it is {@link noOtherHistology} that does.
 */
export const nsclc: Criterion = ({ clinical, unread }) => {
  if (clinical.nsclc.length > 0) return met({ evidence: sourcesOf(clinical.nsclc) });
  const others = clinical.otherHistology.filter(isConfirmed);
  if (others.length > 0) return notMet({ evidence: sourcesOf(others) });
  return unknown(silence(unread, 'conditions'), { evidence: sourcesOf(clinical.lungCancer) });
};

/** NCT07291921, exclusion: other histology. Only a confirmed one counts; without any histology it is unknown. */
export const noOtherHistology: Criterion = ({ clinical, unread }) => {
  const others = clinical.otherHistology.filter(isConfirmed);
  if (others.length > 0) return notMet({ evidence: sourcesOf(others) });
  if (clinical.nsclc.length > 0) return met({ evidence: sourcesOf(clinical.nsclc) });
  return unknown(silence(unread, 'conditions'), { evidence: sourcesOf(clinical.lungCancer) });
};

/** NCT07291921, inclusion and exclusion: no pure ground-glass nodule (of the nodule before any therapy). */
export const noPureGroundGlass: Criterion = ({ clinical }) =>
  judgeFact(clinical.groundGlass, ['part-solid', 'solid']);
