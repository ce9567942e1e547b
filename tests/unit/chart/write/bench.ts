/** The embedded FHIR server with the evidence of `anAssessment` in it, and a writer whose requests are counted. */
import type { FhirResource } from 'fhir/r4.js';
import { createLocalExclusively } from '../../../../src/assessment/index.ts';
import { createWriteIds } from '../../../../src/chart/write/ids.ts';
import { createResultWriter } from '../../../../src/chart/write/result-writer.ts';
import type { FhirClient } from '../../../../src/chart/index.ts';
import { CdsError, type Assessment } from '../../../../src/domain/index.ts';
import { anAssessment } from '../../../contract/records-for-tests.ts';
import { plainFhirClient } from '../../../support/plain-fhir-client.ts';
import { startFhirServer } from '../../demo/fhir-client.ts';

export const NEVER = new AbortController().signal;
export const ids = createWriteIds(Buffer.alloc(32, 3));

type Stored = FhirResource & { readonly id: string; readonly meta?: { readonly versionId?: string } };
type Call = 'read' | 'search' | 'put' | 'putBy' | 'create' | 'raw';

const WRITTEN_TYPES = ['Device', 'RiskAssessment', 'DiagnosticReport', 'Provenance'] as const;

export async function startWriteBench() {
  const server = await startFhirServer();
  const client = plainFhirClient(server.base);
  const calls: Call[] = [];
  /** Called before a request is made; what it throws is what the request came to. */
  let before: (call: Call, resource: FhirResource | undefined) => void | Promise<void> = () => undefined;
  /** The same after the server has answered. */
  let after: typeof before = before;
  const through = async <T>(call: Call, resource: FhirResource | undefined, make: () => Promise<T>) => {
    calls.push(call);
    await before(call, resource);
    const answer = await make();
    await after(call, resource);
    return answer;
  };
  const watched: FhirClient = {
    ...client,
    read: (...args) => through('read', undefined, () => client.read(...args)),
    search: (...args) => through('search', undefined, () => client.search(...args)),
    put: (...args) => through('put', args[0], () => client.put(...args)),
    putBy: (...args) => through('putBy', args[0], () => client.putBy(...args)),
    create: (...args) => through('create', args[0], () => client.create(...args)),
    raw: (...args) => through('raw', undefined, () => client.raw(...args)),
  };
  const writer = (
    change: { diagnosticReport?: boolean; exclusively?: ReturnType<typeof createLocalExclusively> } = {},
  ) =>
    createResultWriter({
      client: watched,
      ids,
      diagnosticReport: true,
      exclusively: createLocalExclusively(),
      ...change,
    });
  return {
    server,
    client: watched,
    calls,
    writer,
    writes: () => calls.filter((call) => ['put', 'putBy', 'create'].includes(call)).length,
    onBefore: (hook: typeof before) => {
      before = hook;
    },
    onAfter: (hook: typeof before) => {
      after = hook;
    },
    calm: () => {
      before = after = () => undefined;
      calls.length = 0;
    },
    /** All that was written, by type, oldest first. */
    all: async () => {
      const found = await Promise.all(
        WRITTEN_TYPES.map((type) => client.search(type, { _count: 100 }, { signal: NEVER })),
      );
      return found.flat() as unknown as Stored[];
    },
    read: async <T>(type: string, id: string) =>
      (await client.read(type, id, { signal: NEVER })) as unknown as T,
  };
}
export type WriteBench = Awaited<ReturnType<typeof startWriteBench>>;

/** Refuses ids of ours for new resources, as servers do that give all ids themselves. */
export const refuseOurIds =
  (bench: WriteBench, status: 'says' | 'does') =>
  async (call: Call, resource: FhirResource | undefined): Promise<void> => {
    if (call === 'raw' && status === 'does') throw new CdsError('FHIR_REFUSED');
    if (call !== 'put' || resource?.id === undefined) return;
    const { status: there } = await bench.server.get(`${resource.resourceType}/${resource.id}`);
    if (there === 404) throw new CdsError('FHIR_WRITE_REFUSED');
  };

/** A result of the same day on newer evidence. */
export const newer = (over: Partial<Assessment> = {}): Assessment =>
  anAssessment({
    fingerprint: 'aa'.repeat(32),
    computedAt: '2026-03-01T15:00:00.000Z',
    risk: {
      status: 'estimated',
      subset: ['metabolomics', 'cfdna'],
      horizons: [{ horizonMonths: 12, status: 'estimated', risk: 0.274, lower: 0.2, upper: 0.35 }],
      stratum: 'high',
      modalityLogHazard: {},
    },
    ...over,
  });
