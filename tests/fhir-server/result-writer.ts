/** The service's own writer, as the suite wants it: what it sent is kept, so that it can be held against what is there. */
import { createHash, randomUUID } from 'node:crypto';
import { createLocalExclusively } from '../../src/assessment/index.ts';
import {
  createFhirClient,
  createResultWriter,
  createWriteIds,
  staticToken,
  writeAuditEvent,
  type FhirClient,
  type ResultWriter,
} from '../../src/chart/index.ts';
import type { Assessment } from '../../src/domain/index.ts';
import { anAssessment } from '../contract/records-for-tests.ts';
import { NEVER } from '../unit/support/reading.ts';
import type { WriteResult } from './results.ts';
import type { Resource, Scope } from './scope.ts';

/** The service's client of the server under test. */
export const clientOf = ({ server: { baseUrl, bearerToken } }: Scope): FhirClient =>
  createFhirClient({
    baseUrl,
    tokens: staticToken(bearerToken),
    concurrency: 4,
    retries: 2,
    maxPages: 10,
  });

export interface WriterBench {
  /** What was sent and taken, by `Type/id`, the last of each. */
  readonly sent: ReadonlyMap<string, Resource>;
  /** How often something was sent. */
  readonly count: () => number;
  write(assessment: Assessment): ReturnType<ResultWriter['write']>;
  /** The same event each time. */
  audit(patientId: string): Promise<void>;
}

/** @param name another name, other ids: of this run alone, the Device's too */
export const createWriterBench = (scope: Scope, name = ''): WriterBench => {
  const client = clientOf(scope);
  const sent = new Map<string, Resource>();
  let count = 0;
  const recording: FhirClient = {
    ...client,
    put: async (resource, options) => {
      count++;
      const written = await client.put(resource, options);
      sent.set(`${resource.resourceType}/${resource.id}`, resource);
      scope.remember(resource.resourceType, resource.id);
      return written;
    },
  };
  const writer = createResultWriter({
    client: recording,
    ids: createWriteIds(createHash('sha256').update(`${scope.identifierSystem}${name}`).digest()),
    diagnosticReport: true,
    exclusively: createLocalExclusively(),
  });
  const auditId = randomUUID();
  return {
    sent,
    count: () => count,
    write: (assessment) => writer.write(assessment, NEVER),
    audit: (patientId) =>
      writeAuditEvent(
        recording,
        { id: auditId, patientId, what: 'write-back', when: '2026-06-01T02:00:00.000Z' },
        NEVER,
      ),
  };
};

/** A result of that patient, which rests on that evidence (`Type/id/_history/version`). */
export const assessmentOf = (
  patientId: string,
  evidence: readonly string[],
  over: Partial<Assessment> = {},
): Assessment =>
  anAssessment({
    patientId,
    evidence: evidence.map((each) => {
      const [reference = '', version = ''] = each.split('/_history/');
      return { reference, version };
    }),
    ...over,
  });

const benches = new WeakMap<Scope, WriterBench>();

export const writeResultByWriter: WriteResult = async (scope, { patientId, evidence }) => {
  const bench = benches.get(scope) ?? createWriterBench(scope);
  benches.set(scope, bench);
  await bench.write(assessmentOf(patientId, evidence));
  await bench.audit(patientId);
  return [...bench.sent.values()];
};
