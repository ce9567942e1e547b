import { describe, expect, it } from 'vitest';
import {
  CHART_QUERY_KEYS,
  createFhirClient,
  createFhirSource,
  parseChart,
  staticToken,
  type Chart,
} from '../../src/chart/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { NEVER, queries } from '../unit/support/reading.ts';
import type { Resource, Scope } from './scope.ts';

const TIME_ZONE = 'Asia/Shanghai';
/** One whose panels have members, one without genomic reports, one that recurred. */
const CASES = ['demo-low-19-months', 'demo-partial-6-months', 'demo-recurred'];

/** Under the patient's id of this run: all ids of a chart begin with it, and references end with them. */
const renamed = (resource: Resource, from: string, to: string): Resource =>
  JSON.parse(JSON.stringify(resource), (key, value: unknown) =>
    (key === 'id' || key === 'reference') && typeof value === 'string' ? value.replace(from, to) : value,
  ) as Resource;

const references = (resource: Resource): string[] => {
  const found: string[] = [];
  JSON.stringify(resource, (key, value: unknown) => {
    if (key === 'reference') found.push(value as string);
    return value;
  });
  return found;
};

/** What is referred to before what refers to it: a server with referential integrity wants it so. */
const inOrder = (resources: readonly Resource[]): Resource[] => {
  const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;
  const waiting = new Map(resources.map((resource) => [nameOf(resource), resource]));
  const ordered: Resource[] = [];
  const place = (resource: Resource): void => {
    if (!waiting.delete(nameOf(resource))) return;
    for (const reference of references(resource)) {
      const target = waiting.get(reference);
      if (target !== undefined) place(target);
    }
    ordered.push(resource);
  };
  for (const resource of resources) place(resource);
  return ordered;
};

/** The facts alone: in an order of their own, and without the versions, which are the server's. */
const factsOf = (chart: Chart): unknown => {
  const plain = JSON.parse(JSON.stringify(chart), (key, value: unknown) =>
    key === 'version' ? undefined : value,
  ) as Record<string, unknown>;
  for (const value of Object.values(plain))
    if (Array.isArray(value))
      value.sort((a, b) => (String(a.source.reference) < String(b.source.reference) ? -1 : 1));
  return plain;
};

/** The product's own reader on whole charts: what it finds is what was written. */
export function describeCharts(scope: Scope): void {
  const { server } = scope;
  const client = createFhirClient({
    baseUrl: server.baseUrl,
    tokens: staticToken(server.bearerToken),
    concurrency: 8,
    retries: 2,
    maxPages: 50,
  });
  const source = createFhirSource({ client, queries, timeoutMs: 30_000 });
  const read = (patientId: string) => source.read(patientId, CHART_QUERY_KEYS, NEVER);

  // Short: with what is added to it an id must stay within 64 characters.
  const patientIdOf = (id: string): string => scope.id(`chart${String(CASES.indexOf(id))}`);

  describe('whole charts', () => {
    const cases = simulateDemoPatients('2026-06-01').filter(({ id }) => CASES.includes(id));

    it.each(cases)(
      '$id: facts read are the facts written',
      async ({ id, resources }) => {
        const written = inOrder(resources.map((resource) => renamed(resource, id, patientIdOf(id))));
        await scope.putAll(written);
        const chart = parseChart(await read(patientIdOf(id)), TIME_ZONE);
        const expected = parseChart({ conditions: written }, TIME_ZONE);
        // every one of them, so that two empty charts are not equal
        expect(expected.conditions.length + expected.observations.length).toBeGreaterThan(3);
        expect(factsOf(chart)).toEqual(factsOf(expected));
      },
      60_000,
    );

    it('what is written is in what is read next', async () => {
      const id = scope.id('next');
      const patientId = patientIdOf('demo-recurred');
      const conditions = async (): Promise<string[]> =>
        parseChart(await read(patientId), TIME_ZONE).conditions.map(({ source: { reference } }) => reference);
      const before = await conditions();
      expect(before.length).toBeGreaterThan(0);
      await scope.put({ resourceType: 'Condition', id, subject: { reference: `Patient/${patientId}` } });
      expect(await conditions()).toHaveLength(before.length + 1);
      await server.request('DELETE', `Condition/${id}`);
      expect((await conditions()).sort()).toEqual(before.sort());
    });

    it('a changed Observation changes its own version in what is read next, and no other', async () => {
      const patientId = patientIdOf('demo-recurred');
      const versions = async (): Promise<Map<string, string>> => {
        const chart = parseChart(await read(patientId), TIME_ZONE);
        return new Map(
          [...chart.conditions, ...chart.observations].map(({ source: { reference, version } }) => [
            reference,
            version,
          ]),
        );
      };
      const before = await versions();
      const reference = [...before.keys()].find((each) => each.startsWith('Observation/')) ?? '';
      const { body } = await server.request('GET', reference);
      await scope.put({ ...(body as Resource), note: [{ text: 'changed' }] } as unknown as Resource);
      const after = await versions();
      expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
      const changed = [...after].filter(([name, version]) => before.get(name) !== version);
      expect(changed.map(([name]) => name)).toEqual([reference]);
    });
  });
}
