/**
 * The one place where our FHIR types (@types/fhir) and Medplum's own meet. Both describe R4; they differ in what
 * they leave optional, so values cross by assertion here and nowhere else.
 */
import type {
  matchesSearchRequest,
  OperationOutcomeError,
  TypedValue as MedplumTypedValue,
} from '@medplum/core';
import type { FhirRepository, FhirRequest, FhirResponse } from '@medplum/fhir-router';
import type { FhirResource, OperationOutcome } from 'fhir/r4.js';

/** Medplum's union of all resources. */
export type MedplumResource = Parameters<typeof matchesSearchRequest>[0];
/** What Medplum's search gives for a resource type. */
export type Found<T extends MedplumResource> = ReturnType<typeof FhirRepository.prototype.search<T>>;
/** What Medplum's history gives for a resource type. */
export type History<T extends MedplumResource> = ReturnType<typeof FhirRepository.prototype.readHistory<T>>;
export type MedplumReference<T extends MedplumResource> = Parameters<
  typeof FhirRepository.prototype.readReference<T>
>[0];

/** A value out of a resource with the name of its FHIR type; unlike Medplum's own, not `any`. */
export interface TypedValue {
  readonly type: string;
  readonly value: unknown;
}

export const toMedplum = (resource: FhirResource): MedplumResource => resource as unknown as MedplumResource;

export const toFhir = (resource: MedplumResource): FhirResource => resource as unknown as FhirResource;

export const toTyped = (values: readonly MedplumTypedValue[]): readonly TypedValue[] => values;

export const toMedplumOutcome = (outcome: OperationOutcome): OperationOutcomeError['outcome'] =>
  outcome as unknown as OperationOutcomeError['outcome'];

/** A route's answer: the outcome, and the resource where there is one. */
export const answer = (outcome: OperationOutcomeError['outcome'], resource: FhirResource): FhirResponse => [
  outcome,
  toMedplum(resource),
];

/** The address of the server as the client wrote it; rides in the request's config, which batch entries inherit. */
export const withBaseUrl = (baseUrl: string): NonNullable<FhirRequest['config']> =>
  ({ baseUrl }) as NonNullable<FhirRequest['config']>;

export const baseUrlOf = (request: Pick<FhirRequest, 'config'>): string =>
  (request.config as { baseUrl?: string } | undefined)?.baseUrl ?? '';
