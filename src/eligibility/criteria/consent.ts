import { judgeFact, type Criterion } from '../judgement.ts';

/** NCT07291921, inclusion: consent. */
export const consent: Criterion = ({ clinical }) => judgeFact(clinical.consent, ['given']);

/**
 * NCT07291921, exclusion: withdrawn consent. The same record as {@link consent}, judged apart, so that a site may
 * let a chart pass that says nothing of consent and still stop at a withdrawal.
 */
export const consentNotWithdrawn: Criterion = ({ clinical }) => judgeFact(clinical.consent, ['given']);
