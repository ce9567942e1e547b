import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeSystem, CodeSystemConcept, ConceptMap, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js';
import { CdsError } from '../domain/index.ts';
import { CodeTable } from './code-table.ts';

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
  /** Does the ValueSet name codes of the system? Of another system it cannot tell what a code means. */
  speaks(valueSetId: string, system: string | undefined): boolean;
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
  readonly systems: Set<string>;
  readonly codes: CodeTable<true>;
  /** `system|code` of every enumerated code as the ValueSet writes it, in order. */
  readonly tokens: Set<string>;
  /** Is-a in a hierarchy that is spelled in the code itself: does the prefix belong to it as a code? */
  readonly prefixes: CodeTable<boolean>;
  longestPrefix: number;
}

/**
 * In these systems a descendant's code begins with its ancestor's: is-a needs no terminology server. The last two
 * are China's national tables of ICD-10 diagnoses and ICD-9-CM-3 procedures (2.16.156.10011 is the health ministry's).
 */
const PREFIX_HIERARCHIES: ReadonlySet<string> = new Set([
  'http://www.whocc.no/atc',
  'http://hl7.org/fhir/sid/icd-10',
  'http://hl7.org/fhir/sid/icd-10-cm',
  'urn:oid:2.16.156.10011.2.3.3.11',
  'urn:oid:2.16.156.10011.2.3.3.12',
]);

const ICD_SYSTEMS: ReadonlySet<string> = new Set(
  [...PREFIX_HIERARCHIES].filter((system) => system !== 'http://www.whocc.no/atc'),
);

/**
 * ICD is written with and without its point ("C34.1", "C341"), in capitals and small letters ("C34.100x003"): one code.
 * Codes of other systems are what they are, to the letter.
 */
const spelled = (system: string, code: string): string =>
  ICD_SYSTEMS.has(system) ? code.replaceAll('.', '').toUpperCase() : code;

const refuse = (id: string, what: string): never => {
  throw new CdsError('CONFIG_INVALID', `ValueSet ${id}: ${what} cannot be expanded here`);
};

const addFilter = (
  members: Membership,
  { system, op, value }: { readonly system: string; readonly op: string; readonly value: string },
  id: string,
): void => {
  if (!PREFIX_HIERARCHIES.has(system) || !['is-a', 'descendent-of'].includes(op))
    refuse(id, 'a filter other than is-a on ATC and ICD');
  // An empty prefix would be the whole system.
  if (value === '') refuse(id, 'a filter without a value');
  const prefix = spelled(system, value);
  const itself = op === 'is-a' || members.prefixes.get(system, prefix) === true;
  members.prefixes.set(system, prefix, itself);
  members.longestPrefix = Math.max(members.longestPrefix, prefix.length);
};

const addInclude = (members: Membership, include: ValueSetComposeInclude, id: string): void => {
  const { system = '', concept = [], filter = [], valueSet } = include;
  // A part that cannot be expanded here would leave patients out without a sign of it.
  if (valueSet !== undefined) refuse(id, 'an include of another ValueSet');
  if (concept.length + filter.length === 0) refuse(id, 'a whole code system');
  members.systems.add(system);
  for (const { code } of concept) {
    members.codes.set(system, spelled(system, code), true);
    members.tokens.add(`${system}|${code}`);
  }
  for (const { op, value } of filter) addFilter(members, { system, op, value }, id);
};

type Conformance = ValueSet | ConceptMap | CodeSystem;

/** A CodeSystem's concepts by code, in order. */
type Concepts = ReadonlyMap<string, CodeSystemConcept>;

interface Loaded {
  readonly valueSets: Map<string, Membership>;
  readonly maps: Map<string, CodeTable<string>>;
  readonly systems: Map<string, Concepts>;
  readonly versions: string[];
}

const filesIn = (directory: string): string[] => {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw new CdsError('CONFIG_INVALID', `terminology: ${path.basename(directory)} cannot be read`, {
      cause,
    });
  }
};

const KINDS: ReadonlySet<unknown> = new Set(['ValueSet', 'ConceptMap', 'CodeSystem']);

/** The terminology of a folder, by name of file; other resources may lie beside it. */
const readResources = (directory: string): Conformance[] =>
  filesIn(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      try {
        const resource = JSON.parse(readFileSync(path.join(directory, name), 'utf8')) as Conformance;
        return KINDS.has(resource.resourceType) ? [resource] : [];
      } catch (cause) {
        throw new CdsError('CONFIG_INVALID', `${name} is not a JSON resource`, { cause });
      }
    });

const addConceptMap = ({ maps }: Loaded, id: string, map: ConceptMap): void => {
  const targets = maps.get(id) ?? new CodeTable<string>();
  for (const group of map.group ?? [])
    for (const { code, target } of group.element) {
      const [first] = target ?? [];
      if (code !== undefined && first?.code !== undefined) targets.set(group.source ?? '', code, first.code);
    }
  maps.set(id, targets);
};

const need = <T>(map: ReadonlyMap<string, T>, id: string, kind: string): T => {
  const found = map.get(id);
  if (found === undefined) throw new CdsError('CONFIG_INVALID', `${kind} ${id} is not among the profiles`);
  return found;
};

const addValueSet = (loaded: Loaded, id: string, valueSet: ValueSet): void => {
  const members = loaded.valueSets.get(id) ?? {
    systems: new Set(),
    codes: new CodeTable(),
    tokens: new Set(),
    prefixes: new CodeTable(),
    longestPrefix: 0,
  };
  if (valueSet.compose?.exclude !== undefined) refuse(id, 'exclude');
  for (const include of valueSet.compose?.include ?? []) addInclude(members, include, id);
  loaded.valueSets.set(id, members);
};

const addResource = (loaded: Loaded, resource: Conformance): void => {
  const id = resource.id ?? '';
  loaded.versions.push(`${resource.resourceType}/${id}@${resource.version ?? ''}`, JSON.stringify(resource));
  if (resource.resourceType === 'ValueSet') addValueSet(loaded, id, resource);
  else if (resource.resourceType === 'ConceptMap') addConceptMap(loaded, id, resource);
  else loaded.systems.set(id, new Map((resource.concept ?? []).map((each) => [each.code, each])));
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

/** Looked up prefix by prefix: a set may have hundreds of filters, and a code has few letters. */
const isBelow = ({ prefixes, longestPrefix }: Membership, system: string, code: string): boolean => {
  for (let length = Math.min(code.length, longestPrefix); length > 0; length--) {
    const itself = prefixes.get(system, code.slice(0, length));
    if (itself !== undefined && (itself || length < code.length)) return true;
  }
  return false;
};

const isMember = (members: Membership, { system = '', code }: Coded): boolean => {
  if (code === undefined) return false;
  const written = spelled(system, code);
  return members.codes.get(system, written) === true || isBelow(members, system, written);
};

const createTerminology = ({ valueSets, maps, systems, versions }: Loaded): Terminology => ({
  version: hash('sha256', versions.join(' '), 'hex').slice(0, 16),
  includes: (id, codings) => {
    const members = need(valueSets, id, 'ValueSet');
    return (codings ?? []).some((coding) => isMember(members, coding));
  },
  speaks: (id, system = '') => need(valueSets, id, 'ValueSet').systems.has(system),
  tokens: (id) => [...need(valueSets, id, 'ValueSet').tokens],
  translate: (id, codings) => {
    const map = need(maps, id, 'ConceptMap');
    for (const { system = '', code } of codings ?? []) {
      const target = code === undefined ? undefined : map.get(system, code);
      if (target !== undefined) return target;
    }
    return undefined;
  },
  sourceTokens: (id) => need(maps, id, 'ConceptMap').tokens(),
  numberProperty: (id, code, property) =>
    need(systems, id, 'CodeSystem')
      .get(code)
      ?.property?.find((candidate) => candidate.code === property)?.valueDecimal,
  codes: (id) => [...need(systems, id, 'CodeSystem').keys()],
});
