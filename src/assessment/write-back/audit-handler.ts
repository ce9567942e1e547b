import { writeAuditEvent, type FhirClient } from '../../chart/index.ts';
import { asCdsError } from '../../domain/index.ts';
import type { Clock, Log, Metrics } from '../../platform/index.ts';
import type { TaskHandlers, TaskQueue } from '../ports.ts';

export interface AuditHandlerDependencies {
  /** Each tenant's FHIR server, by tenant id. */
  readonly clients: ReadonlyMap<string, FhirClient>;
  readonly tasks: Pick<TaskQueue, 'add'>;
  readonly limitMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** How long after the access its record is given up. */
const GIVEN_UP_AFTER_MS = 24 * 3_600_000;
const SHORTEST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 3_600_000;

/** As long again as the event is old, so that the waits double. */
const waitOf = (ageMs: number): number => Math.min(Math.max(ageMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);

/**
 * Records one access at the site's FHIR server. While that is away the event is queued again, for a day; a queue's
 * few attempts would lose it in a short maintenance.
 */
export function createAuditHandler(dependencies: AuditHandlerDependencies): TaskHandlers['audit'] {
  const { clients, tasks, limitMs, clock, log, metrics } = dependencies;

  return async (task, outer) => {
    const { tenant, id, patientId, what, when } = task;
    const client = clients.get(tenant);
    if (client === undefined) return; // a tenant no more
    try {
      const signal = AbortSignal.any([outer, AbortSignal.timeout(limitMs)]);
      await writeAuditEvent(client, { id, patientId, what, when }, signal);
      metrics.auditEvents.inc({ outcome: 'written' });
    } catch (thrown) {
      const error = asCdsError(thrown);
      const ageMs = clock.now().getTime() - Date.parse(when);
      if (error.kind.retryable && ageMs < GIVEN_UP_AFTER_MS) {
        await tasks.add(task, { delayMs: waitOf(ageMs) });
        metrics.auditEvents.inc({ outcome: 'put-off' });
        return;
      }
      metrics.auditEvents.inc({ outcome: 'lost' });
      log.error({ error, tenant }, 'audit event given up');
    }
  };
}
