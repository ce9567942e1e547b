/** ValueSets expanded without a terminology server, where that can be done. */
import type {
  CodeSystem,
  CodeSystemConcept,
  FhirResource,
  ValueSet,
  ValueSetComposeInclude,
} from 'fhir/r4.js';
import { isObject } from './elements.ts';

/** `system|code`, and `|code` for elements of type code. */
type Codes = ReadonlySet<string>;

export interface ValueSets {
  /** Is the value (code, Coding, CodeableConcept, Quantity) in the ValueSet; undefined where that cannot be told here. */
  includes(url: string, value: unknown): boolean | undefined;
}

const withoutVersion = (canonical: string): string => canonical.split('|')[0] ?? canonical;

const flat = (concepts: readonly CodeSystemConcept[] = []): string[] =>
  concepts.flatMap(({ code, concept }) => [code, ...flat(concept)]);

const tokensOf = (value: unknown): string[] => {
  if (typeof value === 'string') return [`|${value}`];
  if (!isObject(value)) return [];
  if (Array.isArray(value['coding'])) return value['coding'].flatMap(tokensOf);
  if (typeof value['code'] !== 'string') return [];
  return [`${typeof value['system'] === 'string' ? value['system'] : ''}|${value['code']}`];
};

export function createValueSets(resources: readonly FhirResource[]): ValueSets {
  const sets = new Map<string, ValueSet>();
  const systems = new Map<string, CodeSystem>();
  for (const resource of resources) {
    if (resource.resourceType === 'ValueSet') sets.set(resource.url ?? '', resource);
    if (resource.resourceType === 'CodeSystem') systems.set(resource.url ?? '', resource);
  }
  const expansions = new Map<string, Codes | undefined>();

  const codesOf = ({ system, concept, filter }: ValueSetComposeInclude): string[] | undefined => {
    if (filter !== undefined) return undefined;
    if (concept !== undefined) return concept.map(({ code }) => code);
    const whole = systems.get(system ?? '');
    return whole?.content === 'complete' ? flat(whole.concept) : undefined;
  };

  const included = (include: ValueSetComposeInclude): Codes | undefined => {
    const parts: (Codes | undefined)[] = (include.valueSet ?? []).map(expand);
    if (include.system !== undefined) {
      const codes = codesOf(include);
      parts.push(codes && new Set(codes.flatMap((code) => [`${include.system ?? ''}|${code}`, `|${code}`])));
    }
    const known = parts.filter((part) => part !== undefined);
    if (known.length < parts.length) return undefined;
    const [first = new Set<string>(), ...rest] = known;
    return new Set([...first].filter((code) => rest.every((other) => other.has(code))));
  };

  function expand(canonical: string): Codes | undefined {
    const url = withoutVersion(canonical);
    if (expansions.has(url)) return expansions.get(url);
    expansions.set(url, undefined); // what includes itself cannot be told
    const { include, exclude } = sets.get(url)?.compose ?? {};
    const parts = include?.map(included);
    const known = parts?.filter((part) => part !== undefined);
    const decided = exclude === undefined && known !== undefined && known.length === parts?.length;
    const codes = decided ? new Set(known.flatMap((part) => [...part])) : undefined;
    expansions.set(url, codes);
    return codes;
  }

  return {
    includes: (url, value) => {
      const codes = expand(url);
      const tokens = tokensOf(value);
      // A text without a code is for the cardinality of coding to judge.
      if (codes === undefined || tokens.length === 0) return undefined;
      return tokens.some((token) => codes.has(token));
    },
  };
}
