import type { EvidenceRef } from '../../domain/index.ts';
import type { Coded, Terminology } from '../../terminology/index.ts';
import type { Fact, UnknownReason } from '../clinical-facts.ts';
import type { Chart, ConditionFact, ObservationFact } from '../facts.ts';
import type { ChartQueryKey } from '../queries.ts';

/** What every fact is worked out of: the chart as it was known on a day, and the codes of the site. */
export interface Reading {
  /** Without what happened or was recorded later. */
  readonly known: Chart;
  readonly terminology: Terminology;
  /** The final Observations by their code: a chart says few things over and over. */
  readonly results: () => readonly CodedResults[];
}

interface CodedResults {
  readonly codings: readonly Coded[];
  readonly facts: ObservationFact[];
}

const groupResults = (observations: readonly ObservationFact[]): readonly CodedResults[] => {
  const groups = new Map<string, CodedResults>();
  for (const fact of observations) {
    if (!FINAL_STATUSES.has(fact.status)) continue;
    let name = '';
    for (const { system = '', code = '' } of fact.codings) name += `${system}|${code}\n`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { codings: fact.codings, facts: [fact] });
    else group.facts.push(fact);
  }
  return [...groups.values()];
};

export const createReading = (known: Chart, terminology: Terminology): Reading => ({
  known,
  terminology,
  results: once(() => groupResults(known.observations)),
});

/** Results and reports that stand: a preliminary one is not a result yet. `appended` is a report's. */
export const FINAL_STATUSES: ReadonlySet<string | undefined> = new Set([
  'final',
  'amended',
  'corrected',
  'appended',
]);

/** Was it known on that day? What has no date counts as known: it can only come from before. */
export const isKnownBy = (asOf: string, ...dates: (string | undefined)[]): boolean =>
  dates.every((date) => date === undefined || date <= asOf);

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Undated ones first; of one day in the order they came. */
export const byDate =
  <T>(dateOf: (fact: T) => string | undefined) =>
  (a: T, b: T): number =>
    compareTexts(dateOf(a) ?? '', dateOf(b) ?? '');

/** In an order of their own, in whatever order a server sends them. */
export const byReference = (
  a: { readonly source: EvidenceRef },
  b: { readonly source: EvidenceRef },
): number => compareTexts(a.source.reference, b.source.reference);

export const sourcesOf = (facts: readonly { readonly source: EvidenceRef }[]): readonly EvidenceRef[] =>
  facts.map((fact) => fact.source);

/** A provisional or differential diagnosis says what it might be. */
export const isConfirmed = ({ verificationStatus = 'confirmed' }: ConditionFact): boolean =>
  verificationStatus === 'confirmed';

export const conditionsIn = ({ known, terminology }: Reading, valueSet: string): readonly ConditionFact[] =>
  known.conditions.filter((fact) => terminology.includes(valueSet, fact.codings));

/** Final Observations whose code is in the ValueSet. */
export const resultsIn = ({ results, terminology }: Reading, valueSet: string): readonly ObservationFact[] =>
  results().flatMap(({ codings, facts }) => (terminology.includes(valueSet, codings) ? facts : []));

/** Nothing found: is that said by the chart, or could it not be read? */
export const silenceOf = ({ unread }: Chart, key: ChartQueryKey): UnknownReason =>
  unread.has(key) ? 'not-read' : 'not-recorded';

export const unknown = (
  reason: UnknownReason,
  facts: readonly { readonly source: EvidenceRef }[] = [],
): Fact<never> => ({ status: 'unknown', reason, sources: sourcesOf(facts) });

/** One record's word on a fact, or why it says nothing that can be read. */
export interface Statement<T> {
  readonly value: T | UnknownReason;
  readonly isRead: boolean;
  readonly on?: string;
  readonly source: EvidenceRef;
}

export const statement = <T>(
  read: { readonly value: T } | { readonly unknown: UnknownReason },
  { on, source }: { readonly on: string | undefined; readonly source: EvidenceRef },
): Statement<T> => ({
  ...('value' in read ? { value: read.value, isRead: true } : { value: read.unknown, isRead: false }),
  ...(on !== undefined && { on }),
  source,
});

/** The statement of a coded result, by the ConceptMap. */
export const codedStatement = (
  terminology: Terminology,
  conceptMap: string,
  fact: ObservationFact,
): Statement<string> =>
  statement(codedValue(terminology, conceptMap, fact.valueCodings), {
    on: fact.effectiveOn,
    source: fact.source,
  });

/** A value by a ConceptMap, or why there is none. */
export const codedValue = (
  terminology: Terminology,
  conceptMap: string,
  codings: readonly Coded[] | undefined,
): { readonly value: string } | { readonly unknown: UnknownReason } => {
  if (codings === undefined || codings.length === 0) return { unknown: 'not-recorded' };
  const value = terminology.translate(conceptMap, codings);
  return value === undefined ? { unknown: 'code-unknown' } : { value };
};

/**
 * The latest word. Of one day all have to agree; a record without a day that says something else could be the
 * latest, so then nothing is known. An older record never stands in for one that cannot be read.
 *
 * @param silence why there is none, where nobody said anything
 */
export function latestFact<T extends string | number>(
  statements: readonly Statement<T>[],
  silence: UnknownReason,
): Fact<T> {
  if (statements.length === 0) return unknown(silence);
  const days = statements.flatMap((each) => (each.on === undefined ? [] : [each.on])).sort();
  const on = days.at(-1);
  const latest = statements.filter((each) => each.on === on);
  const [first] = latest;
  if (first === undefined || latest.some((each) => each.value !== first.value))
    return unknown(on === undefined ? 'no-date' : 'conflicting', latest);
  const undated = statements.filter((each) => each.on === undefined);
  if (undated.some((each) => each.value !== first.value)) return unknown('no-date', [...latest, ...undated]);
  if (!first.isRead) return unknown(first.value as UnknownReason, latest);
  return {
    status: 'known',
    value: first.value as T,
    ...(on !== undefined && { on }),
    sources: sourcesOf(on === undefined ? latest : [...latest, ...undated]),
  };
}

/** Computed when first asked for. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};
