import { normalizeOperationOutcome, validateResource } from '@medplum/core';
import type { FhirResource, OperationOutcomeIssue, StructureDefinition } from 'fhir/r4.js';
import { isKnownType } from './definitions.ts';
import { toMedplum } from './medplum.ts';
import { invalidRequest, unprocessable } from './outcomes.ts';

export type Validate = (resource: FhirResource) => void;

/** Attachments of laboratory files ride in resources, up to the body limit. */
const BASE64_MAX_BYTES = 32 * 1024 * 1024;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

const check = (resource: FhirResource, profile?: StructureDefinition): void => {
  type Options = NonNullable<Parameters<typeof validateResource>[1]>;
  try {
    validateResource(toMedplum(resource), {
      base64BinaryMaxBytes: BASE64_MAX_BYTES,
      ...(profile && { profile: profile as unknown as NonNullable<Options['profile']> }),
    });
  } catch (error) {
    throw unprocessable(normalizeOperationOutcome(error).issue as OperationOutcomeIssue[]);
  }
};

/**
 * Validation on write: base R4, and each profile in meta.profile that was given to the server (others pass).
 *
 * Weaker than HL7's validator: required bindings and cardinality inside slices are not checked.
 *
 * @throws {OperationOutcomeError} 400 without a known resourceType or with a bad id; 422 with the issues otherwise
 */
export const createValidator =
  (profiles: ReadonlyMap<string, StructureDefinition>, validate: boolean): Validate =>
  (resource) => {
    if (!isKnownType(resource.resourceType))
      throw invalidRequest('Not a resource of FHIR R4', 'resourceType');
    if (resource.id !== undefined && !ID.test(resource.id))
      throw invalidRequest('Not a valid id', `${resource.resourceType}.id`);
    if (!validate) return;
    check(resource);
    for (const canonical of resource.meta?.profile ?? []) {
      const profile = profiles.get(canonical.split('|')[0] ?? canonical);
      if (profile) check(resource, profile);
    }
  };
