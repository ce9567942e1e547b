import type { EvidenceRef } from '../../domain/index.ts';
import type { ClinicalFacts } from '../clinical-facts.ts';
import type { Chart, ConsentFact } from '../facts.ts';
import {
  byReference,
  isKnownBy,
  latestFact,
  silenceOf,
  sourcesOf,
  statement,
  type Reading,
  type Statement,
} from './common.ts';

type Word = 'given' | 'withdrawn';

const WITHDRAWN: ReadonlySet<string | undefined> = new Set(['rejected', 'inactive']);

const isWithdrawn = ({ status, decision }: ConsentFact): boolean =>
  WITHDRAWN.has(status) || (status === 'active' && decision === 'deny');

/** What a Consent says on a day; a draft, or one that does not hold yet, says nothing. */
const wordOf = (fact: ConsentFact, asOf: string): Statement<Word>[] => {
  const of = { on: fact.givenOn, source: fact.source };
  if (isWithdrawn(fact)) return [statement<Word>({ value: 'withdrawn' }, of)];
  if (fact.status !== 'active' || (fact.validFrom ?? '') > asOf) return [];
  if (fact.periodUnreadable) return [statement<Word>({ unknown: 'no-date' }, of)];
  if (fact.decision !== undefined && fact.decision !== 'permit')
    return [statement<Word>({ unknown: 'code-unknown' }, of)];
  // It ran out: neither given any more nor withdrawn.
  const isOver = fact.validTo !== undefined && fact.validTo < asOf;
  return [statement<Word>(isOver ? { unknown: 'not-recorded' } : { value: 'given' }, of)];
};

const recordsOf = (
  { terminology }: Reading,
  chart: Chart,
  asOf: string,
  barAsOf: string,
): readonly ConsentFact[] =>
  chart.consents.filter(
    (fact) =>
      terminology.includes('study-consent', fact.codings) &&
      isKnownBy(isWithdrawn(fact) ? barAsOf : asOf, fact.givenOn),
  );

/**
 * Withdrawals that no Consent of a later day undoes; one without a day is undone by none. They stand also where the
 * latest word cannot be told: a withdrawal of the day of the permission leaves that unknown.
 */
export function withdrawalsOf(
  reading: Reading,
  chart: Chart,
  asOf: string,
  barAsOf: string,
): readonly EvidenceRef[] {
  const records = recordsOf(reading, chart, asOf, barAsOf);
  const isUndone = (on: string | undefined): boolean =>
    on !== undefined &&
    records.some(
      (fact) =>
        fact.status === 'active' && !isWithdrawn(fact) && fact.givenOn !== undefined && fact.givenOn > on,
    );
  return sourcesOf(records.filter((fact) => isWithdrawn(fact) && !isUndone(fact.givenOn)).sort(byReference));
}

/**
 * The latest Consent to the study. R4 has a root provision permit or deny, or say nothing: then the Consent itself is
 * the permission.
 *
 * @param chart all of it, for withdrawals
 * @param barAsOf up to when a withdrawal counts
 */
export function consentOf(
  reading: Reading,
  chart: Chart,
  asOf: string,
  barAsOf: string,
): ClinicalFacts['consent'] {
  return latestFact(
    recordsOf(reading, chart, asOf, barAsOf).flatMap((fact) => wordOf(fact, asOf)),
    silenceOf(reading.known, 'consents'),
  );
}
