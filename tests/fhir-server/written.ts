/** What the service's writer leaves on the server: valid there, once, and the newest result of a day. */
import type { FhirResource, RiskAssessment } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Assessment } from '../../src/domain/index.ts';
import { allDefinitions } from '../support/fhir-definitions.ts';
import { createFhirValidator, type FhirValidator } from '../support/fhir-validator.ts';
import { assessmentOf, createWriterBench, type WriterBench } from './result-writer.ts';
import { said, searchAll, type Resource, type Scope } from './scope.ts';
import { interaction, lacking } from './server.ts';

const CANONICAL = 'https://recurrence-cds.org/fhir/StructureDefinition/';
/** Type and profile of all that is written for a result. */
const PROFILES = {
  Device: 'recurrence-model-device',
  RiskAssessment: 'recurrence-risk-assessment',
  DiagnosticReport: 'recurrence-risk-report',
  Provenance: 'recurrence-provenance',
  AuditEvent: 'recurrence-audit-event',
} as const;

/** A later result of the same day on other evidence. */
const NEWER = {
  fingerprint: 'aa'.repeat(32),
  computedAt: '2026-03-01T15:00:00.000Z',
  risk: {
    status: 'estimated',
    subset: ['metabolomics', 'cfdna'],
    horizons: [
      { horizonMonths: 6, status: 'estimated', risk: 0.11, lower: 0.06, upper: 0.17 },
      { horizonMonths: 12, status: 'estimated', risk: 0.274, lower: 0.2, upper: 0.36 },
      { horizonMonths: 24, status: 'estimated', risk: 0.43, lower: 0.31, upper: 0.56 },
    ],
    stratum: 'high',
    modalityLogHazard: {},
  },
} as const satisfies Partial<Assessment>;

export function describeWrittenResults(scope: Scope): void {
  const { server } = scope;
  const patientId = scope.id('written');
  let validator: FhirValidator;
  let bench: WriterBench;
  let evidence: string[];

  const observe = async (name: string): Promise<string> => {
    const { body } = await scope.put({
      resourceType: 'Observation',
      id: scope.id(name),
      status: 'final',
      code: { coding: [{ system: scope.identifierSystem, code: 'evidence' }] },
      subject: { reference: `Patient/${patientId}` },
    });
    return `Observation/${scope.id(name)}/_history/${String(body.meta.versionId)}`;
  };

  /** All that was written, as the server has it now. */
  const readAll = async (of: WriterBench): Promise<Resource[]> => {
    const found: Resource[] = [];
    for (const address of of.sent.keys()) {
      const answer = await server.request('GET', address);
      expect(answer.status, said(answer)).toBe(200);
      found.push(answer.body as Resource);
    }
    return found;
  };
  const versionsOf = (resources: readonly Resource[]) =>
    resources.map(({ resourceType, id, meta }) => `${resourceType}/${id} ${meta?.versionId ?? '?'}`).sort();
  const riskIn = (resources: readonly FhirResource[]): RiskAssessment =>
    resources.find((each): each is RiskAssessment => each.resourceType === 'RiskAssessment')!;

  const expectValid = (resources: readonly Resource[]): void => {
    for (const resource of resources) {
      const { resourceType } = resource;
      const id = PROFILES[resourceType as keyof typeof PROFILES];
      expect(resource.meta?.profile, resourceType).toEqual([`${CANONICAL}${id}`]);
      expect(validator.validate(resource, resources), resourceType).toEqual([]);
    }
  };

  describe('what the writer leaves', () => {
    beforeAll(async () => {
      validator = createFhirValidator(allDefinitions());
      bench = createWriterBench(scope, 'written');
      await scope.put({ resourceType: 'Patient', id: patientId });
      evidence = [await observe('written-evidence')];
      expect(await bench.write(assessmentOf(patientId, evidence))).toBe('written');
      await bench.audit(patientId);
    }, 60_000);

    it('is valid as the server gives it back, each resource against the profile it claims', async () => {
      const there = await readAll(bench);
      expect(there.map(({ resourceType }) => resourceType).sort()).toEqual(Object.keys(PROFILES).sort());
      expectValid(there);
      // and not because nothing is looked at
      const wrong = structuredClone(riskIn(there));
      wrong.prediction![0]!.probabilityDecimal = 0.9;
      expect(validator.validate(wrong, there).map(({ constraint }) => constraint)).toEqual(['rra-interval']);
    });

    it('has its intervals: of each risk that is given, on the same scale', async () => {
      const { prediction = [] } = riskIn(await readAll(bench));
      const numbers = prediction.map(({ probabilityDecimal, extension }) => [
        extension?.[0]?.extension?.map(({ valueDecimal }) => valueDecimal),
        probabilityDecimal,
      ]);
      expect(numbers).toEqual([
        [[0.05, 0.13, 0.9], 0.081],
        [[0.11, 0.24, 0.9], 0.173],
      ]);
    });

    it('stays as it is when the same is written again: nothing is sent, no version is new', async () => {
      const before = versionsOf(await readAll(bench));
      const count = bench.count();
      expect(await bench.write(assessmentOf(patientId, evidence))).toBe('unchanged');
      const anew = createWriterBench(scope, 'written');
      expect(await anew.write(assessmentOf(patientId, evidence))).toBe('unchanged');
      expect([bench.count(), anew.count()]).toEqual([count, 0]);
      expect(versionsOf(await readAll(bench))).toEqual(before);
    });

    it('is the next version after a newer result of that day, and an older one does not come back', async () => {
      const { id = '', meta } = riskIn(await readAll(bench));
      const more = [...evidence, await observe('newer-evidence')];
      expect(await bench.write(assessmentOf(patientId, more, NEWER))).toBe('written');
      const there = await readAll(bench);
      expect(riskIn(there).id).toBe(id);
      expect(riskIn(there).meta?.versionId).not.toBe(meta?.versionId);
      if (lacking(server, [interaction('RiskAssessment', 'history-instance')]).length === 0)
        expect(await searchAll(server, `RiskAssessment/${id}/_history`)).toHaveLength(2);
      expect(riskIn(there).prediction?.map(({ probabilityDecimal }) => probabilityDecimal)).toEqual([
        0.11, 0.274, 0.43,
      ]);
      // Each result has a Provenance of its own.
      expect(there.filter(({ resourceType }) => resourceType === 'Provenance')).toHaveLength(2);
      expectValid(there);
      expect(await bench.write(assessmentOf(patientId, evidence))).toBe('superseded');
      expect(versionsOf(await readAll(bench))).toEqual(versionsOf(there));
      expect(await searchAll(server, `RiskAssessment?patient=${patientId}`)).toHaveLength(1);
    });

    it('is there although evidence was deleted meanwhile, and valid', async () => {
      const gone = await observe('gone-evidence');
      await server.request('DELETE', `Observation/${scope.id('gone-evidence')}`);
      const other = createWriterBench(scope, 'gone');
      const rests = [await observe('kept-evidence'), gone];
      const result = assessmentOf(patientId, rests, { landmarkDate: '2026-03-02' });
      expect(await other.write(result)).toBe('written');
      const there = await readAll(other);
      expectValid(there);
      const before = versionsOf(there);
      expect(JSON.stringify(riskIn(there).basis)).toContain(scope.id('gone-evidence'));
      expect(await other.write(result)).toBe('unchanged');
      expect(versionsOf(await readAll(other))).toEqual(before);
    });
  });
}
