import { beforeAll, describe, expect, it } from 'vitest';
import {
  idsOf,
  itWith,
  searchAll,
  withoutReferredVersions,
  withoutServersPart,
  type Resource,
  type Scope,
} from './scope.ts';
import { interaction, searchParameter } from './server.ts';

/** What a result is about: a patient and the resources it rests on, all of them on the server. */
export interface ResultSubject {
  readonly patientId: string;
  /** `Type/id/_history/version`. */
  readonly evidence: readonly string[];
}

/**
 * Writes one result to the server under test, as the product does.
 *
 * @returns the resources as they were sent, the RiskAssessment among them
 */
export type WriteResult = (scope: Scope, subject: ResultSubject) => Promise<readonly Resource[]>;

const CODES = 'https://recurrence-cds.example/fhir/CodeSystem/contract';

const comparable = (resource: unknown): unknown => withoutReferredVersions(withoutServersPart(resource));

/** What comes back from a written result, and that writing it again is no second one. */
export function describeResults(scope: Scope, write: WriteResult): void {
  const { server } = scope;
  const patientId = scope.id('assessed');

  describe('results', () => {
    let subject: ResultSubject;
    beforeAll(async () => {
      await scope.put({ resourceType: 'Patient', id: patientId });
      const observation: Resource = {
        resourceType: 'Observation',
        id: scope.id('evidence'),
        status: 'final',
        code: { coding: [{ system: CODES, code: 'evidence' }] },
        subject: { reference: `Patient/${patientId}` },
      };
      const { body } = await scope.put(observation);
      subject = {
        patientId,
        evidence: [`Observation/${observation.id}/_history/${String(body.meta.versionId)}`],
      };
    });

    it('a result is read back as it was written, each resource of it', async () => {
      const written = await write(scope, subject);
      expect(written.some(({ resourceType }) => resourceType === 'RiskAssessment')).toBe(true);
      for (const resource of written) {
        scope.remember(resource.resourceType, resource.id);
        const answer = await server.request('GET', `${resource.resourceType}/${resource.id}`);
        expect(answer.status, resource.resourceType).toBe(200);
        expect(comparable(answer.body)).toEqual(comparable(resource));
      }
    });

    it('the version assessed can be read after a newer one came', async () => {
      const [reference = ''] = subject.evidence;
      const assessed = await server.request('GET', reference);
      expect(assessed.status).toBe(200);
      await scope.put({ ...(assessed.body as Resource), status: 'amended' } as Resource);
      const again = await server.request('GET', reference);
      expect(again.body).toEqual(assessed.body);
    });

    itWith(
      server,
      ['patient', 'identifier', 'method'].map((name) => searchParameter('RiskAssessment', name)),
      'a RiskAssessment is found by patient, by identifier and by method',
      async () => {
        const risk: any = (await write(scope, subject)).find(
          (each) => each.resourceType === 'RiskAssessment',
        );
        const method = risk.method.coding[0];
        const identifier = risk.identifier[0];
        for (const query of [
          { patient: patientId },
          { identifier: `${String(identifier.system)}|${String(identifier.value)}` },
          { patient: patientId, method: `${String(method.system)}|${String(method.code)}` },
        ]) {
          const found = await searchAll(server, `RiskAssessment?${new URLSearchParams(query).toString()}`);
          expect(idsOf(found)).toEqual([risk.id]);
        }
      },
    );

    itWith(
      server,
      [interaction('Provenance', 'search-type'), searchParameter('Provenance', 'target')],
      'the Provenance of a RiskAssessment is found by its target',
      async () => {
        const written = await write(scope, subject);
        const risk = written.find(({ resourceType }) => resourceType === 'RiskAssessment');
        const provenance = written.find(({ resourceType }) => resourceType === 'Provenance');
        const found = await searchAll(server, `Provenance?target=RiskAssessment/${risk?.id ?? ''}`);
        expect(idsOf(found)).toEqual([provenance?.id]);
      },
    );

    it('the same result written four times at once, and again, is one result', async () => {
      // A server may answer one of the four with a conflict; what counts is what is there afterwards.
      await Promise.allSettled(Array.from({ length: 4 }, () => write(scope, subject)));
      await write(scope, subject);
      expect(await searchAll(server, `RiskAssessment?patient=${patientId}`)).toHaveLength(1);
    });
  });
}
