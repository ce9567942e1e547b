import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle, BundleEntry, Condition, FhirResource, Observation, OperationOutcome } from 'fhir/r4.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFhirServer } from '../../../src/demo/index.ts';
import { describeWithData } from '../../setup/requires.ts';
import { idsOf, startFhirServer } from './fhir-client.ts';
import type { TestServer } from './fhir-client.ts';

interface Example {
  readonly name: string;
  readonly resource: FhirResource;
}

const readAll = (...path: string[]): Example[] =>
  readdirSync(join(...path))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({
      name,
      resource: JSON.parse(readFileSync(join(...path, name), 'utf8')) as FhirResource,
    }));

/** Loads each on its own; the names of those refused, with the elements at fault. */
const refusedOf = async (
  load: (resources: FhirResource[]) => Promise<void>,
  examples: Example[],
): Promise<string[]> => {
  const refused: string[] = [];
  for (const { name, resource } of examples)
    await load([resource]).catch((error: unknown) => refused.push(`${name}: ${(error as Error).message}`));
  return refused;
};

describeWithData('resources that nobody here wrote', (folder) => {
  const fhir = join(folder, 'fhir');
  let server: TestServer;
  beforeAll(async () => {
    server = await startFhirServer();
  });
  afterAll(() => server.close());

  it.each([
    ['mcode-4.0.0', 147],
    ['genomics-reporting-3.0.0', 186],
  ])('%s: every example is accepted (%i)', async (name, count) => {
    const examples = readAll(fhir, name, 'examples');
    expect(examples).toHaveLength(count);
    expect(await refusedOf(server.load, examples)).toEqual([]);
  });

  it('us-core-6.1.0: 182 of 183 examples are accepted', async () => {
    const examples = readAll(fhir, 'us-core-6.1.0', 'examples');
    expect(examples).toHaveLength(183);
    const refused = await refusedOf(server.load, examples);
    // Its narrative has a status and no div: not valid R4 (Narrative.div is 1..1).
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatch(/^diagnosticreport-cbc\.json: .*DiagnosticReport\.text\.div$/);
  });

  it('every mCODE and Genomics Reporting example meets the profiles it claims, all 93 of them given', async () => {
    const definitions = ['mcode-4.0.0', 'genomics-reporting-3.0.0'].flatMap((name) =>
      readAll(fhir, name, 'definitions'),
    );
    const profiles = definitions
      .map(({ resource }) => resource)
      .filter((resource) => resource.resourceType === 'StructureDefinition');
    expect(profiles).toHaveLength(93);
    const profiled = createFhirServer({ profiles });
    const examples = ['mcode-4.0.0', 'genomics-reporting-3.0.0'].flatMap((name) =>
      readAll(fhir, name, 'examples'),
    );
    expect(await refusedOf(profiled.load, examples)).toEqual([]);
    const nsclc = examples.find(({ name }) => name === 'Condition-primary-cancer-condition-nsclc.json');
    const incomplete: Partial<Condition> = { ...(nsclc!.resource as Condition) };
    delete incomplete.code;
    await expect(profiled.load([incomplete as Condition])).rejects.toThrow('Condition.code');
  });

  it.each([
    ['Austin_Franecki', 705, 188],
    ['Fletcher_Hyatt', 1111, 351],
  ])(
    'the Synthea bundle of %s loads by POST (%i entries), references resolved',
    async (name, entries, observations) => {
      const bundle = readAll(fhir, 'synthea-lung').find((each) => each.name.startsWith(name))!.resource;
      const answer = await server.send<Bundle | OperationOutcome>('POST', '', bundle);
      expect(answer.status).toBe(200);
      const written = (answer.body as Bundle).entry ?? [];
      expect(written).toHaveLength(entries);
      expect(written.every(({ response }) => response?.status === '201')).toBe(true);
      expect(JSON.stringify(written)).not.toContain('urn:uuid:');
      const patient =
        written.find(({ resource }) => resource?.resourceType === 'Patient')?.resource?.id ?? '';
      const page = await server.get(`Observation?patient=${patient}&_count=1000&_sort=-date`);
      expect([page.body.total, idsOf(page).length]).toEqual([observations, observations]);
      expect((await server.get(`Patient/${patient}/$everything`)).body.total).toBe(entries);
      const codes = [...new Set(page.body.entry?.map(({ resource }) => codeOf(resource)))].join(',');
      expect(
        (await server.get(`Observation?patient=${patient}&code=${encodeURIComponent(codes)}`)).body.total,
      ).toBe(observations);
    },
  );
});

const codeOf = (resource: BundleEntry['resource']): string => {
  const coding = (resource as Observation).code.coding?.[0];
  return `${coding?.system ?? ''}|${coding?.code ?? ''}`;
};
