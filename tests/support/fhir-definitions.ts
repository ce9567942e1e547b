/** All that the conformance tests hold resources against: R4, mCODE, Genomics Reporting and our own profiles. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FhirResource, StructureDefinition } from 'fhir/r4.js';
import { GUIDES, guideDefinitions, r4Definitions } from '../../scripts/profiles-definitions.ts';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';

export const PROFILES_FOLDER = path.join(PACKAGE_ROOT, 'fhir-profiles');

/** Every resource of a folder of fhir-profiles/, by file name. */
export const readFolder = (folder: string): Map<string, FhirResource & { readonly id: string }> =>
  new Map(
    readdirSync(path.join(PROFILES_FOLDER, folder))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => [
        name,
        JSON.parse(readFileSync(path.join(PROFILES_FOLDER, folder, name), 'utf8')) as FhirResource & {
          id: string;
        },
      ]),
  );

export const ownProfiles = (): StructureDefinition[] =>
  [...readFolder('profiles').values()] as StructureDefinition[];

export const allDefinitions = (): FhirResource[] => [
  ...r4Definitions().resources,
  ...GUIDES.flatMap((name) => guideDefinitions(name).resources),
  ...['profiles', 'valuesets', 'codesystems'].flatMap((folder) => [...readFolder(folder).values()]),
];
