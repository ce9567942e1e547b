/**
 * Validation of resources against the profiles they claim, without a server: Medplum's validator for base R4, and
 * for profiles a walk along the snapshot, which sees what Medplum does not (required bindings, cardinality inside
 * slices, slices by profile or value set, targets of references, constraints inside slices).
 */
import type { FhirResource, OperationOutcomeIssue, StructureDefinition } from 'fhir/r4.js';
import { loadDefinitions } from '../../src/demo/fhir-server/definitions.ts';
import { createValidator } from '../../src/demo/fhir-server/validation.ts';
import { isObject } from './elements.ts';
import { type Issue, walkProfile } from './profile-walk.ts';
import { createValueSets } from './value-sets.ts';

export type { Issue } from './profile-walk.ts';

export interface FhirValidator {
  /**
   * Issues against base R4 and every profile in meta.profile; a profile that is not known is an error.
   *
   * @param around what references may lead to; a reference to nothing of it is judged by its type only
   */
  validate(resource: FhirResource, around?: readonly FhirResource[]): Issue[];
  /** As if it claimed the profile. @throws {Error} for a profile that is not known */
  validateAs(profile: string, resource: FhirResource, around?: readonly FhirResource[]): Issue[];
  readonly knows: (profile: string) => boolean;
}

const R4 = 'http://hl7.org/fhir/StructureDefinition/';
const LITERAL = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

interface OutcomeError {
  readonly outcome: { readonly issue: readonly OperationOutcomeIssue[] };
}

/** True where one is, false where none is; undefined where that cannot be told. */
const anyOf = (answers: readonly (boolean | undefined)[]): boolean | undefined => {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
};

const literalOf = (reference: unknown): { type: string; id: string } | undefined => {
  const literal = isObject(reference) ? reference['reference'] : undefined;
  if (typeof literal !== 'string') return undefined;
  const [, type, id] = LITERAL.exec(literal) ?? [];
  return type === undefined || id === undefined ? undefined : { type, id };
};

const baseIssues = (resource: FhirResource): Issue[] => {
  loadDefinitions();
  // Claims are the walk's to judge.
  const { meta, ...rest } = resource;
  const { profile: _claimed, ...kept } = meta ?? {};
  try {
    createValidator(new Map(), true)({ ...rest, meta: kept });
    return [];
  } catch (error) {
    return (error as OutcomeError).outcome.issue.map(({ expression, details, diagnostics }) => {
      const at = expression?.[0] ?? resource.resourceType;
      const message = details?.text ?? diagnostics ?? 'invalid';
      return { severity: 'error', element: at.replaceAll(/\[\d+\]/g, ''), at, message };
    });
  }
};

const profilesOf = (resource: FhirResource | undefined): string[] =>
  (resource?.meta?.profile ?? []).map((canonical) => canonical.split('|')[0] ?? canonical);

/** @param definitions StructureDefinitions with snapshots, ValueSets and CodeSystems; others are passed over */
export function createFhirValidator(definitions: readonly FhirResource[]): FhirValidator {
  const profiles = new Map<string, StructureDefinition>();
  for (const each of definitions)
    if (each.resourceType === 'StructureDefinition') profiles.set(each.url, each);
  const valueSets = createValueSets(definitions);

  /** The profile, or one that it rests on. */
  const isKindOf = (profile: string, wanted: string): boolean => {
    for (let url: string | undefined = profile; url !== undefined; url = profiles.get(url)?.baseDefinition)
      if (url === wanted) return true;
    return false;
  };
  /** The resource type that a profile is of; undefined where it is not known. */
  const typeOf = (url: string): string | undefined =>
    url.startsWith(R4) ? url.slice(R4.length) : profiles.get(url)?.type;

  const conforms = (target: FhirResource, wanted: string): boolean | undefined => {
    if (wanted === `${R4}Resource` || wanted === `${R4}${target.resourceType}`) return true;
    if (profilesOf(target).some((profile) => isKindOf(profile, wanted))) return true;
    return profiles.has(wanted) ? false : undefined;
  };

  /** By the type alone: that the type fits does not tell that the profile does. */
  const typeFits = (type: string, wanted: readonly string[]): boolean | undefined => {
    const types = wanted.map(typeOf);
    if (types.includes('Resource') || types.includes(undefined)) return undefined;
    if (!types.includes(type)) return false;
    return wanted.includes(`${R4}${type}`) ? true : undefined;
  };

  const refersTo =
    (around: readonly FhirResource[]) =>
    (reference: unknown, wanted: readonly string[]): boolean | undefined => {
      const literal = literalOf(reference);
      if (literal === undefined) return undefined;
      const { type, id } = literal;
      const target = around.find((each) => each.resourceType === type && each.id === id);
      if (target === undefined) return typeFits(type, wanted);
      return anyOf(wanted.map((profile) => conforms(target, profile)));
    };

  const against = (url: string, resource: FhirResource, around: readonly FhirResource[]): Issue[] => {
    const profile = profiles.get(url);
    if (profile === undefined) throw new Error(`the profile ${url} is not known`);
    return walkProfile(resource, profile, {
      profile: (canonical) => profiles.get(canonical.split('|')[0] ?? canonical),
      inValueSet: (valueSet, value) => valueSets.includes(valueSet, value),
      refersTo: refersTo(around),
    });
  };

  return {
    knows: (profile) => profiles.has(profile),
    validate: (resource, around = []) => [
      ...baseIssues(resource),
      ...profilesOf(resource).flatMap((url): Issue[] => {
        if (profiles.has(url)) return against(url, resource, around);
        const at = `${resource.resourceType}.meta.profile`;
        return [{ severity: 'error', element: at, at, message: `the profile ${url} is not known` }];
      }),
    ],
    validateAs: (url, resource, around = []) => [...baseIssues(resource), ...against(url, resource, around)],
  };
}
