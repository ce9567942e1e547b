import type { FhirResource } from 'fhir/r4.js';
import { dateInterval, numberInterval } from './match-ordered.ts';
import { textsOf } from './match-text.ts';
import type { TypedValue } from './medplum.ts';
import { parameterType, referencesOf, searchValues } from './values.ts';
import type { ParameterType } from './values.ts';

interface SortRule {
  readonly code: string;
  readonly descending?: boolean;
}
type Key = string | number;

const tokenKeys = ({ type, value }: TypedValue): Key[] => {
  if (typeof value !== 'object' || value === null) return [String(value)];
  if (type === 'CodeableConcept') {
    const codes = (value as { coding?: { code?: string }[] }).coding?.flatMap(({ code }) => code ?? []) ?? [];
    return codes.length > 0 ? codes : textsOf(value);
  }
  const { code, value: identifier } = value as { code?: string; value?: string };
  return [code ?? identifier ?? []].flat();
};

const keysOf = (type: ParameterType, typed: TypedValue): Key[] => {
  switch (type) {
    case 'date': {
      const interval = dateInterval(typed.value);
      return interval ? [interval.low] : [];
    }
    case 'number':
    case 'quantity': {
      const interval = numberInterval(typed.value);
      return interval ? [interval.low] : [];
    }
    case 'token':
      return tokenKeys(typed);
    case 'string':
      return textsOf(typed.value).map((text) => text.toLowerCase());
    case 'reference':
    case 'uri':
      return referencesOf([typed]);
  }
};

const compare = (left: Key, right: Key): number => (left < right ? -1 : left > right ? 1 : 0);

/** With several values the smallest counts when ascending, the largest when descending. */
const keyOf = (
  resource: FhirResource,
  type: ParameterType,
  { code, descending }: SortRule,
): Key | undefined =>
  searchValues(resource, code)
    .flatMap((value) => keysOf(type, value))
    .sort((left, right) => (descending ? compare(right, left) : compare(left, right)))[0];

/**
 * Sorts by the parameters' real types, the first rule weighing most; resources without a value come last either way.
 *
 * @throws {OperationOutcomeError} 400 for a parameter that the type does not have
 */
export const sortResources = <T extends FhirResource>(
  resourceType: string,
  resources: readonly T[],
  rules: readonly SortRule[],
): readonly T[] => {
  if (rules.length === 0) return resources;
  const typed = rules.map((rule) => ({ rule, type: parameterType(resourceType, rule.code) }));
  const keyed = resources.map((resource) => ({
    resource,
    keys: typed.map(({ rule, type }) => keyOf(resource, type, rule)),
  }));
  keyed.sort((left, right) => {
    for (const [index, { descending }] of rules.entries()) {
      const [a, b] = [left.keys[index], right.keys[index]];
      if (a === b) continue;
      if (a === undefined) return 1;
      if (b === undefined) return -1;
      const order = compare(a, b);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
  return keyed.map(({ resource }) => resource);
};
