import { splitSearchOnComma } from '@medplum/core';
import type { FhirResource } from 'fhir/r4.js';
import { isPrefix, matchDate, matchNumber, matchQuantity } from './match-ordered.ts';
import type { Prefix } from './match-ordered.ts';
import { matchReference, matchString, matchToken, matchUri } from './match-text.ts';
import type { TypedValue } from './medplum.ts';
import { invalidRequest } from './outcomes.ts';
import { parameterType, searchValues } from './values.ts';
import type { ParameterType } from './values.ts';

/** One criterion as Medplum parses it: the operator is a prefix (`gt`) or a modifier (`not`). */
export interface Criterion {
  readonly code: string;
  readonly operator: string;
  readonly value: string;
}
type Predicate = (resource: FhirResource) => boolean;
type Match = (value: TypedValue) => boolean;

/** Modifiers this server knows; any other is refused, since ignoring one changes the meaning. */
export const MODIFIERS: Readonly<Record<ParameterType, readonly string[]>> = {
  token: ['not', 'text', 'missing'],
  string: ['exact', 'contains', 'missing'],
  reference: ['missing'],
  uri: ['missing'],
  date: ['missing'],
  number: ['missing'],
  quantity: ['missing'],
};

const anyOf =
  (matches: readonly Match[]): Match =>
  (value) =>
    matches.some((match) => match(value));

/** The first value's prefix was split off by the parser; those after a comma still carry theirs. */
const ordered = (
  match: (prefix: Prefix, value: string) => Match,
  operator: Prefix,
  asked: readonly string[],
): Match =>
  anyOf(
    asked.map((text, index) => {
      const own = text.slice(0, 2);
      return index > 0 && isPrefix(own)
        ? match(own, text.slice(2))
        : match(index > 0 ? 'eq' : operator, text);
    }),
  );

const ORDERED = { date: matchDate, number: matchNumber, quantity: matchQuantity };
type TextType = Exclude<ParameterType, keyof typeof ORDERED>;
const isOrdered = (type: ParameterType): type is keyof typeof ORDERED => type in ORDERED;

type Text = (asked: readonly string[]) => Match;
const contains: Text = (asked) => matchString('contains', asked);
const TEXT: Readonly<Record<TextType, Readonly<Record<string, Text>>>> = {
  token: { eq: matchToken, not: matchToken, text: contains },
  string: {
    eq: (asked) => matchString('starts', asked),
    exact: (asked) => matchString('exact', asked),
    contains,
  },
  uri: { eq: matchUri },
  reference: { eq: matchReference },
};

const matcherOf = (type: ParameterType, operator: string, asked: readonly string[]): Match | undefined => {
  if (!isOrdered(type)) return TEXT[type][operator]?.(asked);
  return isPrefix(operator) ? ordered(ORDERED[type], operator, asked) : undefined;
};

const missing = (code: string, value: string): Predicate => {
  if (value !== 'true' && value !== 'false')
    throw invalidRequest('The modifier :missing takes true or false', code);
  return (resource) => (searchValues(resource, code).length === 0) === (value === 'true');
};

/**
 * A criterion as a test of stored resources, parsed once a search.
 *
 * @throws {OperationOutcomeError} 400 for an unknown parameter, an unsupported modifier or an unreadable value
 */
export const compileCriterion = (resourceType: string, criterion: Criterion): Predicate => {
  const { code, operator, value } = criterion;
  const type = parameterType(resourceType, code);
  if (operator === 'missing') return missing(code, value);
  const asked = splitSearchOnComma(value).filter((text) => text !== '');
  if (asked.length === 0) throw invalidRequest(`Search parameter ${code} has no value`, code);
  const match = matcherOf(type, operator, asked);
  if (!match) throw invalidRequest(`Search parameter ${code} does not support :${operator}`, code);
  const wanted = operator !== 'not';
  return (resource) => searchValues(resource, code).some(match) === wanted;
};
