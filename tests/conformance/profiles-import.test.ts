import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FhirResource, ValueSet } from 'fhir/r4.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TERMINOLOGY_FOLDERS, type TerminologyResource, toFsh } from '../../scripts/import-terminology.ts';
import { r4Definitions } from '../../scripts/profiles-definitions.ts';
import { compile } from '../../scripts/profiles-sushi.ts';
import { PROFILES_FOLDER, readFolder } from '../support/fhir-definitions.ts';

describe('vocabulary that was made as JSON', { timeout: 120_000 }, () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(path.join(tmpdir(), 'import-'));
    mkdirSync(path.join(project, 'input/fsh'), { recursive: true });
    cpSync(path.join(PROFILES_FOLDER, 'sushi-config.yaml'), path.join(project, 'sushi-config.yaml'));
  });
  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  /** JSON to FSH and back. */
  const roundTrip = async (resources: readonly FhirResource[]): Promise<Map<string, unknown>> => {
    for (const [index, resource] of resources.entries())
      writeFileSync(path.join(project, `input/fsh/${index}.fsh`), toFsh(resource as TerminologyResource));
    const { built, complaints } = await compile(project, [r4Definitions()]);
    expect(complaints).toEqual([]);
    return new Map(
      built.map(({ resource }) => [
        `${resource.resourceType}-${resource.id}`,
        JSON.parse(JSON.stringify(resource)),
      ]),
    );
  };

  it('comes back from FSH as it was: every resource of the vocabulary', async () => {
    const resources = TERMINOLOGY_FOLDERS.flatMap((folder) => [...readFolder(folder).values()]);
    const back = await roundTrip(resources);
    expect(back.size).toBe(resources.length);
    for (const resource of resources)
      expect(back.get(`${resource.resourceType}-${resource.id}`)).toEqual(resource);
  });

  it('keeps quotes, backslashes, line ends, blanks in codes, URIs as codes, other versions and urls, and excludes', async () => {
    const strange: ValueSet & { id: string } = {
      resourceType: 'ValueSet',
      id: 'strange',
      url: 'https://hospital.example/fhir/ValueSet/strange',
      version: '2026.2',
      name: 'Strange',
      title: 'The "strange" one',
      status: 'active',
      experimental: true,
      description: 'A \\ and\na second line, 肺',
      compose: {
        include: [
          { system: 'urn:oid:1.2.3.4', concept: [{ code: 'A B', display: 'with "quotes"' }, { code: 'C' }] },
          {
            system: 'urn:ietf:rfc:3986',
            concept: [{ code: 'https://clinicaltrials.gov/study/NCT07291921' }],
          },
          {
            system: 'http://www.whocc.no/atc',
            filter: [{ property: 'concept', op: 'is-a', value: 'L01XA' }],
          },
        ],
        exclude: [
          { system: 'http://www.whocc.no/atc', concept: [{ code: 'L01XA01', display: 'cisplatin' }] },
        ],
      },
    };
    expect((await roundTrip([strange])).get('ValueSet-strange')).toEqual(strange);
  });
});
