import { judgeFact, notMet, type Criterion } from '../judgement.ts';

/** NCT07291921, inclusion: consent. */
export const consent: Criterion = ({ clinical }) => judgeFact(clinical.consent, ['given']);

/**
 * NCT07291921, exclusion: withdrawn consent. The same records as {@link consent}, judged apart, so that a site may
 * let a chart pass that says nothing of consent and still stop at a withdrawal. One that no later Consent undoes is
 * not met, also where it leaves the latest word unknown.
 */
export const consentNotWithdrawn: Criterion = ({ clinical }) => {
  const { consent: latest, withdrawals = [] } = clinical;
  return withdrawals.length > 0
    ? notMet({ found: ['withdrawn'], evidence: withdrawals })
    : judgeFact(latest, ['given']);
};
