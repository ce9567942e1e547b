/** The service's own writer, as the suite wants it: what it sent is kept, so that it can be held against what is there. */
import { createHash, randomUUID } from 'node:crypto';
import {
  createFhirClient,
  createResultWriter,
  createWriteIds,
  staticToken,
  writeAuditEvent,
  type Exclusively,
  type FhirClient,
} from '../../src/chart/index.ts';
import { anAssessment } from '../contract/records-for-tests.ts';
import { NEVER } from '../unit/support/reading.ts';
import type { WriteResult } from './results.ts';
import type { Resource, Scope } from './scope.ts';

/** Work of one name one after another, as the service has it. */
const inTurn = (): Exclusively => {
  const last = new Map<string, Promise<unknown>>();
  return (name, _signal, work) => {
    const run = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(
      name,
      run.catch(() => undefined),
    );
    return run;
  };
};

const createBench = (scope: Scope) => {
  const { baseUrl, bearerToken } = scope.server;
  const client = createFhirClient({
    baseUrl,
    tokens: staticToken(bearerToken),
    concurrency: 4,
    retries: 2,
    maxPages: 10,
  });
  const sent = new Map<string, Resource>();
  const recording: FhirClient = {
    ...client,
    put: (resource, options) => {
      sent.set(`${resource.resourceType}/${resource.id}`, resource);
      return client.put(resource, options);
    },
  };
  const writer = createResultWriter({
    client: recording,
    // Ids of this run alone, the Device's too.
    ids: createWriteIds(createHash('sha256').update(scope.identifierSystem).digest()),
    diagnosticReport: true,
    exclusively: inTurn(),
  });
  return { sent, writer, recording, auditId: randomUUID() };
};

const benches = new WeakMap<Scope, ReturnType<typeof createBench>>();

export const writeResultByWriter: WriteResult = async (scope, { patientId, evidence }) => {
  const bench = benches.get(scope) ?? createBench(scope);
  benches.set(scope, bench);
  const versioned = evidence.map((each) => {
    const [reference = '', version = ''] = each.split('/_history/');
    return { reference, version };
  });
  await bench.writer.write(anAssessment({ patientId, evidence: versioned }), NEVER);
  const access = {
    id: bench.auditId,
    patientId,
    what: 'write-back',
    when: '2026-06-01T02:00:00.000Z',
  } as const;
  await writeAuditEvent(bench.recording, access, NEVER);
  for (const { resourceType, id } of bench.sent.values()) scope.remember(resourceType, id);
  return [...bench.sent.values()];
};
