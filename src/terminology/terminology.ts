import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeSystem, ConceptMap, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js';
import { CdsError } from '../domain/index.ts';

/** The least of a FHIR Coding that a look-up needs. */
export interface Coded {
  readonly system?: string | undefined;
  readonly code?: string | undefined;
}

/**
 * Membership of codes in the ValueSets of fhir-profiles/, and the ConceptMaps beside them. Sites extend a set
 * by a ValueSet of the same id in a folder of their own: includes are joined.
 */
export interface Terminology {
  /** Is any of the codings in the ValueSet with this id? */
  includes(valueSetId: string, codings: readonly Coded[] | undefined): boolean;
  /** `system|code` tokens of every enumerated code, for searches; a set with only filters has none. */
  tokens(valueSetId: string): readonly string[];
  /** The first coding's target by the ConceptMap with this id. */
  translate(conceptMapId: string, codings: readonly Coded[] | undefined): string | undefined;
  /** All source tokens of a ConceptMap, for searches. */
  sourceTokens(conceptMapId: string): readonly string[];
  /** A numeric property of a CodeSystem's concept. */
  numberProperty(codeSystemId: string, code: string, property: string): number | undefined;
  /** All codes of a CodeSystem, in order. */
  codes(codeSystemId: string): readonly string[];
  /** Changes whenever any loaded resource does; part of every fingerprint. */
  readonly version: string;
}

interface Membership {
  readonly codes: Set<string>;
  /** `system|prefix`: is-a in a hierarchy that is spelled in the code itself. */
  readonly prefixes: { system: string; prefix: string }[];
}

const token = (system: string, code: string): string => `${system}|${code}`;

/** In these systems a descendant's code begins with its ancestor's: is-a needs no terminology server. */
const PREFIX_HIERARCHIES = /whocc\.no\/atc|sid\/icd-10/;

const addInclude = (members: Membership, include: ValueSetComposeInclude, id: string): void => {
  const system = include.system ?? '';
  for (const concept of include.concept ?? []) members.codes.add(token(system, concept.code));
  for (const filter of include.filter ?? []) {
    if (!PREFIX_HIERARCHIES.test(system) || !['is-a', 'descendent-of'].includes(filter.op))
      throw new CdsError(
        'CONFIG_INVALID',
        `ValueSet ${id}: only is-a filters on ATC and ICD-10 can be expanded here`,
      );
    members.prefixes.push({ system, prefix: filter.value });
  }
};

type Conformance = ValueSet | ConceptMap | CodeSystem;

interface Loaded {
  readonly valueSets: Map<string, Membership>;
  readonly maps: Map<string, Map<string, string>>;
  readonly systems: Map<string, CodeSystem>;
  readonly versions: string[];
}

const readResources = (directory: string): Conformance[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      try {
        return JSON.parse(readFileSync(path.join(directory, name), 'utf8')) as Conformance;
      } catch (cause) {
        throw new CdsError('CONFIG_INVALID', `${name} is not JSON`, { cause });
      }
    });

const conceptMapOf = (map: ConceptMap): Map<string, string> => {
  const targets = new Map<string, string>();
  for (const group of map.group ?? [])
    for (const element of group.element) {
      const target = element.target?.[0]?.code;
      if (element.code !== undefined && target !== undefined)
        targets.set(token(group.source ?? '', element.code), target);
    }
  return targets;
};

const need = <T>(map: ReadonlyMap<string, T>, id: string, kind: string): T => {
  const found = map.get(id);
  if (found === undefined) throw new CdsError('CONFIG_INVALID', `${kind} ${id} is not among the profiles`);
  return found;
};

const addValueSet = (loaded: Loaded, id: string, valueSet: ValueSet): void => {
  const members = loaded.valueSets.get(id) ?? { codes: new Set(), prefixes: [] };
  for (const include of valueSet.compose?.include ?? []) addInclude(members, include, id);
  loaded.valueSets.set(id, members);
};

const addResource = (loaded: Loaded, resource: Conformance): void => {
  const id = resource.id ?? '';
  loaded.versions.push(`${resource.resourceType}/${id}@${resource.version ?? '?'}`);
  if (resource.resourceType === 'ValueSet') addValueSet(loaded, id, resource);
  else if (resource.resourceType === 'ConceptMap')
    loaded.maps.set(id, new Map([...(loaded.maps.get(id) ?? []), ...conceptMapOf(resource)]));
  else loaded.systems.set(id, resource);
};

/**
 * Reads every ValueSet, ConceptMap and CodeSystem under the directories.
 *
 * @param directories fhir-profiles/ first, then a site's own
 * @throws {CdsError} CONFIG_INVALID
 */
export function loadTerminology(directories: readonly string[]): Terminology {
  const loaded: Loaded = { valueSets: new Map(), maps: new Map(), systems: new Map(), versions: [] };
  for (const resource of directories.flatMap(readResources)) addResource(loaded, resource);
  return createTerminology(loaded);
}

const createTerminology = ({ valueSets, maps, systems, versions }: Loaded): Terminology => ({
  version: versions.join(' '),
  includes: (id, codings) => {
    const { codes, prefixes } = need(valueSets, id, 'ValueSet');
    return (codings ?? []).some(
      ({ system = '', code }) =>
        code !== undefined &&
        (codes.has(token(system, code)) ||
          prefixes.some((rule) => rule.system === system && code.startsWith(rule.prefix))),
    );
  },
  tokens: (id) => [...need(valueSets, id, 'ValueSet').codes],
  translate: (id, codings) => {
    const map = need(maps, id, 'ConceptMap');
    for (const { system = '', code } of codings ?? []) {
      const target = code === undefined ? undefined : map.get(token(system, code));
      if (target !== undefined) return target;
    }
    return undefined;
  },
  sourceTokens: (id) => [...need(maps, id, 'ConceptMap').keys()],
  numberProperty: (id, code, property) =>
    need(systems, id, 'CodeSystem')
      .concept?.find((concept) => concept.code === code)
      ?.property?.find((candidate) => candidate.code === property)?.valueDecimal,
  codes: (id) => (need(systems, id, 'CodeSystem').concept ?? []).map((concept) => concept.code),
});
