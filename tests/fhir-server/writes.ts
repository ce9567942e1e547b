import type { Patient } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { itWith, matchesOf, said, searchAll, versionOf, withoutServersPart, type Scope } from './scope.ts';
import { interaction, type Answer } from './server.ts';

/** An OperationOutcome with at least one issue: what tells a FHIR server's refusal from a proxy's. */
const expectOutcome = ({ body }: Answer): void => {
  expect(body).toMatchObject({ resourceType: 'OperationOutcome' });
  expect(body.issue.length).toBeGreaterThan(0);
};

/** Reading, writing and versions of single resources: what write-back and the fingerprint rest on. */
export function describeWrites(scope: Scope): void {
  const { server } = scope;
  const patient = (name: string, change: Omit<Partial<Patient>, 'id'> = {}): Patient & { id: string } => ({
    resourceType: 'Patient',
    id: scope.id(name),
    identifier: [{ system: scope.identifierSystem, value: name }],
    ...change,
  });
  const read = (id: string): Promise<Answer> => server.request('GET', `Patient/${id}`);

  describe('reading and writing', () => {
    it('PUT under an id of ours creates, and what is read is what was written', async () => {
      const resource = patient('created', {
        name: [{ family: '例', given: ['建国', 'Zoë'] }],
        birthDate: '1960-02-29',
        address: [{ text: 'line one\nline two & <three>' }],
      });
      const answer = await scope.put(resource);
      expect(answer.status).toBe(201);
      expect(versionOf(answer)).toBeDefined();
      const found = await read(resource.id);
      expect(found.status).toBe(200);
      expect(withoutServersPart(found.body)).toEqual(resource);
      expect(found.body.meta.versionId).toBe(versionOf(answer));
      expect(Date.parse(found.body.meta.lastUpdated)).not.toBeNaN();
    });

    it('a changed resource is a new version, later than the one before', async () => {
      const first = await scope.put(patient('changed', { gender: 'female' }));
      const second = await scope.put(patient('changed', { gender: 'male' }));
      expect(second.status).toBe(200);
      expect(versionOf(second)).not.toBe(versionOf(first));
      const now = await read(scope.id('changed'));
      expect(now.body).toMatchObject({ gender: 'male', meta: { versionId: versionOf(second) } });
      expect(Date.parse(now.body.meta.lastUpdated)).toBeGreaterThanOrEqual(
        Date.parse(first.body.meta.lastUpdated),
      );
    });

    it('the same resource written again changes nothing but, on some servers, its version', async () => {
      const resource = patient('again', { gender: 'other' });
      await scope.put(resource);
      const again = await scope.put(resource);
      expect(again.status).toBe(200);
      expect(versionOf(again)).toBeDefined();
      expect(withoutServersPart((await read(resource.id)).body)).toEqual(resource);
    });

    it('the version of what was written is told without its body, too', async () => {
      const answer = await scope.put(patient('minimal'), { prefer: 'return=minimal' });
      expect(versionOf(answer)).toBe((await read(scope.id('minimal'))).body.meta.versionId);
    });

    it('If-Match lets the version through that it names, and no other', async () => {
      const version = versionOf(await scope.put(patient('matched', { gender: 'unknown' }))) ?? '';
      const second = await scope.put(patient('matched', { gender: 'male' }), {
        'if-match': `W/"${version}"`,
      });
      expect(second.status).toBe(200);
      const late = await server.request('PUT', `Patient/${scope.id('matched')}`, {
        body: patient('matched', { gender: 'female' }),
        headers: { 'if-match': `W/"${version}"` },
      });
      expect([409, 412]).toContain(late.status);
      expectOutcome(late);
      expect((await read(scope.id('matched'))).body.gender).toBe('male');
    });

    it('PUT by identifier makes one, then replaces it, and refuses where there are two', async () => {
      const named = (gender: Patient['gender']) => ({
        resourceType: 'Patient',
        identifier: [{ system: scope.identifierSystem, value: 'by-identifier' }],
        gender,
      });
      const search = new URLSearchParams({
        identifier: `${scope.identifierSystem}|by-identifier`,
      }).toString();
      const first = await server.request('PUT', `Patient?${search}`, { body: named('male') });
      expect(first.status, said(first)).toBe(201);
      const id = first.body.id as string;
      scope.remember('Patient', id);
      const second = await server.request('PUT', `Patient?${search}`, { body: named('female') });
      expect(second.status).toBe(200);
      expect(second.body.id).toBe(id);
      expect(matchesOf(await server.request('GET', `Patient?${search}`))).toMatchObject([
        { id, gender: 'female' },
      ]);
      await scope.put({
        ...patient('twin'),
        identifier: [{ system: scope.identifierSystem, value: 'by-identifier' }],
      });
      const ambiguous = await server.request('PUT', `Patient?${search}`, { body: named('other') });
      expect(ambiguous.status).toBe(412);
      expectOutcome(ambiguous);
    });

    it('what was never there is 404, what is deleted 410 (or 404), each with an OperationOutcome', async () => {
      const unknown = await read(scope.id('nobody'));
      expect(unknown.status).toBe(404);
      expectOutcome(unknown);
      await scope.put(patient('gone'));
      const deleted = await server.request('DELETE', `Patient/${scope.id('gone')}`);
      expect([200, 202, 204]).toContain(deleted.status);
      const after = await read(scope.id('gone'));
      expect([404, 410]).toContain(after.status);
      expectOutcome(after);
    });

    it('what is deleted can be written again, as a further version', async () => {
      const before = versionOf(await scope.put(patient('revived')));
      await server.request('DELETE', `Patient/${scope.id('revived')}`);
      const after = versionOf(await scope.put(patient('revived', { gender: 'male' })));
      expect(after).not.toBe(before);
      expect((await read(scope.id('revived'))).body.gender).toBe('male');
    });

    itWith(
      server,
      [interaction('Patient', 'vread'), interaction('Patient', 'history-instance')],
      'every version can be read, and _history has them, the latest first',
      async () => {
        const versions = [];
        for (const gender of ['male', 'female', 'other'] as const)
          versions.push(versionOf(await scope.put(patient('history', { gender }))));
        const id = scope.id('history');
        const first = await server.request('GET', `Patient/${id}/_history/${versions[0] ?? ''}`);
        expect(first.body).toMatchObject({ gender: 'male', meta: { versionId: versions[0] } });
        const history = await searchAll(server, `Patient/${id}/_history`);
        expect(history.map((each) => each.meta.versionId)).toEqual([...versions].reverse());
      },
    );

    it('refuses a resource that is no FHIR, and keeps what was there', async () => {
      await scope.put(patient('kept', { birthDate: '1961-01-01' }));
      const answer = await server.request('PUT', `Patient/${scope.id('kept')}`, {
        body: patient('kept', { birthDate: '1961-13-45' }),
      });
      expect([400, 422]).toContain(answer.status);
      expectOutcome(answer);
      expect((await read(scope.id('kept'))).body.birthDate).toBe('1961-01-01');
    });

    it('numbers, large files and links between resources come back as they went', async () => {
      await scope.put(patient('precise'));
      const subject = { reference: `Patient/${scope.id('precise')}` };
      const code = { coding: [{ system: 'urn:recurrence-cds:contract', code: 'precise' }] };
      for (const [index, value] of [0.02, 1e-7, 123456.7891, 0, -3].entries()) {
        const id = scope.id(`precise-${String(index)}`);
        await scope.put({
          resourceType: 'Observation',
          id,
          status: 'final',
          code,
          subject,
          valueQuantity: { value, unit: '1', system: 'http://unitsofmeasure.org', code: '1' },
        });
        const { body } = await server.request('GET', `Observation/${id}`);
        expect(body.valueQuantity.value).toBe(value);
        expect(body.subject).toEqual(subject);
      }
      const file = Buffer.alloc(600_000, 'recurrence').toString('base64');
      await scope.put({
        resourceType: 'DocumentReference',
        id: scope.id('file'),
        status: 'current',
        subject,
        content: [{ attachment: { contentType: 'text/plain', data: file } }],
      });
      const { body } = await server.request('GET', `DocumentReference/${scope.id('file')}`);
      expect(body.content[0].attachment.data === file).toBe(true);
    });
  });
}
