import { patientIdOf, type ChartQuery, type FhirClient } from '../../chart/index.ts';
import { asCdsError } from '../../domain/index.ts';
import type { Clock, Log, Metrics } from '../../platform/index.ts';
import type { TaskHandlers, TaskQueue } from '../ports.ts';
import { searchesOf } from './searches.ts';
import { clientOf, isLasting, spread } from './sites.ts';

export interface CatchUpDependencies {
  readonly clients: ReadonlyMap<string, FhirClient>;
  readonly queries: readonly ChartQuery[];
  readonly tasks: Pick<TaskQueue, 'add'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** How far back the first search of a process looks: longer than a service is down. */
const FIRST_LOOK_BACK_MS = 24 * 3_600_000;
/** Two clocks, and a resource that becomes searchable after its lastUpdated. */
const OVERLAP_MS = 5 * 60_000;
const LIMIT_MS = 120_000;
const PAGE = 200;

/**
 * Finds the patients of whom something is new, where a notification did not say whose, or did not come: searches by
 * `_lastUpdated` since the last time, a little overlapping. The mark is this process's own; a new one looks back a
 * day. What is found twice costs a look and no second assessment.
 */
export function createCatchUpHandler(dependencies: CatchUpDependencies): TaskHandlers['catch-up'] {
  const { clients, tasks, clock, log, metrics } = dependencies;
  const searches = searchesOf(dependencies.queries);
  const marks = new Map<string, number>();

  const patientsOf = async (
    client: FhirClient,
    tenant: string,
    [type, codes]: readonly [string, readonly string[]],
    since: string,
    signal: AbortSignal,
  ): Promise<string[]> => {
    const parameters = {
      _lastUpdated: `ge${since}`,
      _count: PAGE,
      ...(codes.length > 0 && { code: codes.join(',') }),
    };
    try {
      const found = await client.search(type, parameters, { signal });
      return found.flatMap((resource) => patientIdOf(resource, client.baseUrl) ?? []);
    } catch (thrown) {
      const error = asCdsError(thrown);
      if (!isLasting(error)) throw error;
      // One type that cannot be searched must not hide what the others tell.
      metrics.triggers.inc({ door: 'catch-up', outcome: error.code });
      log.warn({ error, tenant, type }, 'new data of a type could not be searched for');
      return [];
    }
  };

  return async ({ tenant }, outer) => {
    const client = clientOf(clients, tenant);
    const signal = AbortSignal.any([outer, AbortSignal.timeout(LIMIT_MS)]);
    const started = clock.now().getTime();
    const since = new Date((marks.get(tenant) ?? started - FIRST_LOOK_BACK_MS) - OVERLAP_MS).toISOString();
    const found = await Promise.all(
      [...searches].map((search) => patientsOf(client, tenant, search, since, signal)),
    );
    const patients = [...new Set(found.flat())];
    for (const [index, patientId] of patients.entries())
      await tasks.add({ kind: 'assess', tenant, patientId }, spread(index));
    marks.set(tenant, started);
    metrics.triggers.inc({ door: 'catch-up', outcome: 'assess' }, patients.length);
    log.info({ tenant, patients: patients.length }, 'searched for new data');
  };
}
