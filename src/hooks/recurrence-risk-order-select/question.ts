import { codingsOf, list, type Json } from '../../chart/index.ts';
import type { HookDependencies } from '../common/index.ts';

type Codes = HookDependencies['codes'];

/** Reasons that a follow-up is ordered for. */
const FOLLOW_UP = ['follow-up-reason', 'follow-up-visit', 'lung-cancer'] as const;

/** Nobody orders planned follow-up so: http://hl7.org/fhir/R4/valueset-request-priority.html */
const PRESSING: ReadonlySet<unknown> = new Set(['urgent', 'asap', 'stat']);

/** A code of a system that the ValueSets speak, and none of theirs: a cough, a metastasis. Others say nothing here. */
const isOther = (codes: Codes, concept: unknown): boolean => {
  const codings = codingsOf(concept);
  return (
    codings.some(({ system }) => FOLLOW_UP.some((id) => codes.speaks(id, system))) &&
    !FOLLOW_UP.some((id) => codes.includes(id, codings))
  );
};

/**
 * Does the order itself say that it is for something else than planned follow-up: in its priority, or in the code of
 * any of its reasons? Nothing is said of those: no proposed date and no other test is a reason against them.
 */
export const isOtherQuestion = (codes: Codes, order: Json): boolean =>
  PRESSING.has(order['priority']) || list(order['reasonCode']).some((concept) => isOther(codes, concept));
