import { getSearchParameter } from '@medplum/core';
import type { FhirRequest } from '@medplum/fhir-router';
import { isKnownType } from './definitions.ts';
import { MODIFIERS } from './filters.ts';
import { invalidRequest, unknown } from './outcomes.ts';
import { parameterType } from './values.ts';

type Query = FhirRequest['query'];
type Pair = readonly [name: string, value: string];

/** The most matches on one page; a larger _count is lowered to it, as R4 allows. */
export const MAX_COUNT = 1000;

const wholeNumber = (value: string): boolean => /^\d{1,9}$/.test(value);
const oneOf =
  (...allowed: string[]) =>
  (value: string): boolean =>
    allowed.includes(value);
const anything = (): boolean => true;

/** Parameters that shape the answer rather than select, each with what it may say. */
const RESULT_PARAMETERS: Readonly<Record<string, (value: string) => boolean>> = {
  _format: (value) => /^(json|application\/(fhir\+)?json)$/.test(value.replace(' ', '+').split(';')[0] ?? ''),
  _pretty: oneOf('true', 'false'),
  _count: wholeNumber,
  _offset: wholeNumber,
  _sort: (value) => value !== '',
  _include: anything,
  '_include:iterate': anything,
  _revinclude: anything,
  '_revinclude:iterate': anything,
  _total: oneOf('none', 'estimate', 'accurate'),
  // A server may answer a summary in full; count is the one that must be obeyed.
  _summary: oneOf('true', 'false', 'text', 'data', 'count'),
  _elements: (value) => value !== '',
};

export const pairsOf = (query: Query): Pair[] =>
  Object.entries(query).flatMap(([name, value = '']) => [value].flat().map((each): Pair => [name, each]));

/** Values by name. Without a prototype, so that no name, `__proto__` for one, is lost on the way to its refusal. */
export const collectPairs = (pairs: Iterable<Pair>): Record<string, string[]> => {
  const collected = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of pairs) (collected[name] ??= []).push(value);
  return collected;
};

/** `patient:Patient=1` as `patient=Patient/1`: the type is lost in Medplum's parser. */
const withTypeModifier = (name: string, type: string, value: string): Pair => [
  name,
  value
    .split(',')
    .map((id) => (id.includes('/') ? id : `${type}/${id}`))
    .join(','),
];

/** Whether the modifier is a resource type that the reference may point to. */
const isTarget = (resourceType: string, code: string, modifier: string): boolean => {
  const targets = getSearchParameter(resourceType, code)?.target as readonly string[] | undefined;
  return isKnownType(modifier) && targets?.includes(modifier) !== false;
};

const checkSelection = (resourceType: string, [name, value]: Pair): Pair => {
  if (name.startsWith('_has') || name.includes('.'))
    throw invalidRequest('Chained search is not supported', name);
  const [code = '', modifier] = name.split(':', 2);
  const type = parameterType(resourceType, code);
  if (value === '') throw invalidRequest(`Search parameter ${code} has no value`, name);
  if (modifier === undefined || MODIFIERS[type].includes(modifier)) return [name, value];
  if (type === 'reference' && isTarget(resourceType, code, modifier))
    return withTypeModifier(code, modifier, value);
  throw invalidRequest(`Search parameter ${code} does not support :${modifier}`, name);
};

const checkPair = (resourceType: string, pair: Pair): Pair => {
  const [name, value] = pair;
  const allowed = Object.hasOwn(RESULT_PARAMETERS, name) ? RESULT_PARAMETERS[name] : undefined;
  if (!allowed) return checkSelection(resourceType, pair);
  if (!allowed(value)) throw invalidRequest(`Search parameter ${name} has a value it does not take`, name);
  return pair;
};

/** References to this very server are stored relative, so they are asked for relative. */
const relative = (value: string, baseUrl: string): string =>
  baseUrl === '' ? value : value.replaceAll(`${baseUrl}/`, '');

/**
 * The query of a search, checked before Medplum's parser, which drops what it does not know (modifiers, a _count
 * that is no number) and then answers with the wrong set in silence.
 *
 * @returns the query with type modifiers folded in and own absolute references made relative
 * @throws {OperationOutcomeError} 404 for an unknown resource type, 400 with the parameter's name otherwise
 */
export const checkQuery = (resourceType: string, query: Query, baseUrl: string): Record<string, string[]> => {
  if (!isKnownType(resourceType)) throw unknown();
  const checked = pairsOf(query).map((pair): Pair => {
    const [name, value] = checkPair(resourceType, pair);
    return [name, relative(value, baseUrl)];
  });
  return collectPairs(checked);
};

/** The criteria of a conditional create, update, patch or delete: at least one, and no result parameter. */
export const checkCriteria = (resourceType: string, query: Query): Record<string, string[]> => {
  const checked = checkQuery(resourceType, query, '');
  const names = Object.keys(checked);
  if (names.length === 0 || names.some((name) => Object.hasOwn(RESULT_PARAMETERS, name)))
    throw invalidRequest('A conditional interaction needs search criteria, and nothing else');
  return checked;
};
