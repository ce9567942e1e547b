import { list, patientIdOf, readBounded, record, type FhirClient, type Json } from '../../chart/index.ts';
import type { Log, Metrics } from '../../platform/index.ts';
import type { TaskHandlers, TaskQueue } from '../ports.ts';
import { clientOf } from './sites.ts';

export interface FindPatientDependencies {
  readonly clients: ReadonlyMap<string, FhirClient>;
  readonly tasks: Pick<TaskQueue, 'add'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

const LIMIT_MS = 30_000;
/** Of a history: more than one, since the newest version of a deleted resource is the deletion itself. */
const VERSIONS = 5;

const bundleOf = async (response: Response): Promise<unknown> => {
  if (!response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  const written = await readBounded(response);
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return undefined;
  }
};

/** Whose a deleted resource was, by its history; a server may keep none. */
const formerPatient = async (
  client: FhirClient,
  reference: string,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const response = await client.raw(
    `${reference}/_history?_count=${String(VERSIONS)}`,
    { headers: { accept: 'application/fhir+json' } },
    { signal },
  );
  return list(record(await bundleOf(response))?.['entry'])
    .map((entry): Json | undefined => record(record(entry)?.['resource']))
    .map((resource) => patientIdOf(resource, client.baseUrl))
    .find((patientId) => patientId !== undefined);
};

/** Finds whose a changed resource is, which id-only notifications don't say, and has that patient looked at. */
export function createFindPatientHandler(
  dependencies: FindPatientDependencies,
): TaskHandlers['find-patient'] {
  const { clients, tasks, log, metrics } = dependencies;
  return async ({ tenant, reference }, outer) => {
    const client = clientOf(clients, tenant);
    const signal = AbortSignal.any([outer, AbortSignal.timeout(LIMIT_MS)]);
    const [type = '', id = ''] = reference.split('/');
    const resource = await client.read(type, id, { signal });
    const patientId =
      resource === undefined
        ? await formerPatient(client, reference, signal)
        : patientIdOf(resource, client.baseUrl);
    const outcome = patientId !== undefined ? 'assess' : resource === undefined ? 'gone' : 'no-patient';
    if (patientId !== undefined) await tasks.add({ kind: 'assess', tenant, patientId });
    // Nobody knows whose it was: what else changed with it may tell.
    else if (resource === undefined) await tasks.add({ kind: 'catch-up', tenant });
    metrics.triggers.inc({ door: 'find-patient', outcome });
    log.debug({ tenant, outcome }, 'changed resource looked at');
  };
}
