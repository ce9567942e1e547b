/**
 * Where HAPI 8.8 with its defaults does otherwise than R4 or the embedded server lead one to expect, each with what
 * the product does about it (docs/real-servers.md). Pinned, so that a HAPI that changes says so.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { createScope, matchesOf, said, versionOf, type Resource } from './scope.ts';
import type { Answer, FhirServerUnderTest } from './server.ts';

export function describeHapiDifferences(server: FhirServerUnderTest): void {
  const scope = createScope(server);
  const patient = (name: string): Resource => ({ resourceType: 'Patient', id: scope.id(name) });
  const condition = (name: string, reference: string): Resource => ({
    resourceType: 'Condition',
    id: scope.id(name),
    subject: { reference },
  });
  const put = (resource: Resource): Promise<Answer> =>
    server.request('PUT', `${resource.resourceType}/${resource.id}`, { body: resource });

  describe('where HAPI differs', () => {
    afterAll(async () => {
      expect(await scope.cleanUp()).toEqual([]);
    });

    it('a search seen in the last minute is answered from memory, unless it says no-cache', async () => {
      await scope.put(patient('cached'));
      const search = (cacheControl: string): Promise<Answer> =>
        server.request('GET', `Condition?patient=${scope.id('cached')}`, {
          headers: { 'cache-control': cacheControl },
        });
      expect(matchesOf(await search('max-age=0'))).toEqual([]);
      await scope.put(condition('unseen', `Patient/${scope.id('cached')}`));
      expect(matchesOf(await search('max-age=0')), 'from memory').toEqual([]);
      expect(matchesOf(await search('no-cache'))).toHaveLength(1);
    });

    it('a next link is at the base URL itself, not below it', async () => {
      await scope.put(patient('paged'));
      for (const name of ['page-1', 'page-2'])
        await scope.put(condition(name, `Patient/${scope.id('paged')}`));
      const { body } = await server.request('GET', `Condition?patient=${scope.id('paged')}&_count=1`);
      const next = (body.link as any[]).find(({ relation }) => relation === 'next').url as string;
      expect(next.startsWith(`${server.baseUrl}?_getpages=`)).toBe(true);
    });

    it('drops the versions of references', async () => {
      await scope.put(patient('referred'));
      await scope.put(condition('evidence', `Patient/${scope.id('referred')}`));
      const evidence = `Condition/${scope.id('evidence')}`;
      const { body } = await scope.put({
        resourceType: 'Provenance',
        id: scope.id('provenance'),
        target: [{ reference: `Patient/${scope.id('referred')}` }],
        recorded: '2026-06-01T00:00:00Z',
        agent: [{ who: { display: 'contract suite' } }],
        entity: [{ role: 'source', what: { reference: `${evidence}/_history/1` } }],
      });
      expect(body.entity[0].what.reference).toBe(evidence);
    });

    it('the same content again is no new version', async () => {
      const first = await scope.put(patient('same'));
      expect(versionOf(await scope.put(patient('same')))).toBe(versionOf(first));
    });

    it('a version conflict is 409, not 412', async () => {
      await scope.put(patient('conflict'));
      const { status } = await server.request('PUT', `Patient/${scope.id('conflict')}`, {
        body: { ...patient('conflict'), gender: 'male' },
        headers: { 'if-match': 'W/"7"' },
      });
      expect(status).toBe(409);
    });

    it('takes no id of digits alone from a client', async () => {
      const answer = await put({ resourceType: 'Patient', id: '4711' });
      expect(answer.status).toBe(400);
      expect(said(answer)).toContain('HAPI-0960');
    });

    it('takes no reference to what is not there, nor one that names its own base URL', async () => {
      const dangling = await put(condition('dangling', `Patient/${scope.id('nobody')}`));
      expect(dangling.status).toBe(400);
      expect(said(dangling)).toContain('HAPI-1094');
      await scope.put(patient('absolute'));
      const absolute = await put(condition('absolute', `${server.baseUrl}/Patient/${scope.id('absolute')}`));
      expect(absolute.status).toBe(400);
      expect(said(absolute)).toContain('HAPI-0507');
    });

    it('checks the references of Provenance.entity, and none of RiskAssessment.basis', async () => {
      await scope.put(patient('based'));
      const gone = { reference: `Observation/${scope.id('never-there')}` };
      const subject = { reference: `Patient/${scope.id('based')}` };
      const risk = {
        resourceType: 'RiskAssessment',
        id: scope.id('based'),
        status: 'final',
        subject,
      } as const;
      expect((await put({ ...risk, basis: [gone] })).status).toBe(201);
      scope.remember('RiskAssessment', risk.id);
      const answer = await put({
        resourceType: 'Provenance',
        id: scope.id('based'),
        target: [{ reference: `RiskAssessment/${risk.id}` }],
        recorded: '2026-06-01T00:00:00Z',
        agent: [{ who: { display: 'contract suite' } }],
        entity: [{ role: 'source', what: gone }],
      });
      expect(answer.status).toBe(400);
      expect(said(answer)).toContain('HAPI-1094');
    });

    it('deletes nothing that is referred to', async () => {
      await scope.put(patient('needed'));
      await scope.put(condition('needs', `Patient/${scope.id('needed')}`));
      expect((await server.request('DELETE', `Patient/${scope.id('needed')}`)).status).toBe(409);
    });

    it('cannot store a RiskAssessment with a probabilityRange in percent, as R4 wants it (hapi-fhir#1036)', async () => {
      await scope.put(patient('range'));
      const percent = (value: number) => ({
        value,
        unit: '%',
        system: 'http://unitsofmeasure.org',
        code: '%',
      });
      const answer = await put({
        resourceType: 'RiskAssessment',
        id: scope.id('range'),
        status: 'final',
        subject: { reference: `Patient/${scope.id('range')}` },
        prediction: [{ probabilityRange: { low: percent(5), high: percent(13) } }],
      });
      expect(answer.status).toBe(500);
      expect(said(answer)).toContain('% is not compatible with day');
    });

    it('stores the same interval as an extension of the prediction, which is how we write it', async () => {
      await scope.put(patient('interval'));
      const prediction = [
        {
          extension: [
            {
              url: 'urn:recurrence-cds:contract:interval',
              extension: [
                { url: 'low', valueDecimal: 0.05 },
                { url: 'high', valueDecimal: 0.13 },
              ],
            },
          ],
          probabilityDecimal: 0.081,
        },
      ];
      await scope.put({
        resourceType: 'RiskAssessment',
        id: scope.id('interval'),
        status: 'final',
        subject: { reference: `Patient/${scope.id('interval')}` },
        prediction,
      });
      const { body } = await server.request('GET', `RiskAssessment/${scope.id('interval')}`);
      expect(body.prediction).toEqual(prediction);
    });
  });
}
