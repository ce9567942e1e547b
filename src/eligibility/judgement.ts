import type { ConditionFact, Fact } from '../chart/index.ts';
import type { EvidenceRef } from '../domain/index.ts';
import type { EligibilitySettings } from './settings.ts';
import type { Judgement, Subject, UnknownReason } from './types.ts';

/** One criterion: pure; the same subject and settings give the same judgement. */
export type Criterion = (subject: Subject, settings: EligibilitySettings) => Judgement;

interface Held {
  /** Parts of {@link Judgement.found}; what is not there is left out. */
  readonly found?: readonly (string | undefined)[];
  /** Each resource once in the judgement, however often it is here. */
  readonly evidence?: readonly EvidenceRef[];
}

const held = ({ found = [], evidence = [] }: Held): Pick<Judgement, 'found' | 'evidence'> => {
  const parts = found.filter((part) => part !== undefined);
  // A Procedure may be the source of the operation and of its being radical: named once.
  const once = new Map(evidence.map((each) => [each.reference, each]));
  return { ...(parts.length > 0 && { found: parts.join(', ') }), evidence: [...once.values()] };
};

export const met = (what: Held): Judgement => ({ result: 'met', ...held(what) });

export const notMet = (what: Held): Judgement => ({ result: 'not-met', ...held(what) });

export const unknown = (reason: UnknownReason, what: Held = {}): Judgement => ({
  result: 'unknown',
  reason,
  ...held(what),
});

/** Nothing in the chart: because there is nothing, or because the query for it could not be read. */
export const silence = (unread: ReadonlySet<string>, query: string): UnknownReason =>
  unread.has(query) ? 'not-read' : 'not-recorded';

/** A criterion on one fact: which of its values the study wants. */
export const judgeFact = <T extends string>(fact: Fact<T>, wanted: readonly T[]): Judgement => {
  if (fact.status === 'unknown') return unknown(fact.reason, { evidence: fact.sources });
  const what = { found: [fact.value], evidence: fact.sources };
  return wanted.includes(fact.value) ? met(what) : notMet(what);
};

export const sourcesOf = (facts: readonly { readonly source: EvidenceRef }[]): EvidenceRef[] =>
  facts.map((fact) => fact.source);

/** A provisional or differential diagnosis says what it might be. */
export const isConfirmed = ({ verificationStatus = 'confirmed' }: ConditionFact): boolean =>
  verificationStatus === 'confirmed';
