import type { ResultWriter } from '../../chart/index.ts';
import { asCdsError } from '../../domain/index.ts';
import type { Log, Metrics } from '../../platform/index.ts';
import type { Outbox, ResultStore, TaskHandlers, Unwritten } from '../ports.ts';
import type { AuditTrail } from './audit-trail.ts';

export interface WriteBackHandlerDependencies {
  readonly store: Pick<ResultStore, 'assessment'>;
  readonly outbox: Pick<Outbox, 'remove'>;
  /** By tenant; one whose site does not want it has none. */
  readonly writers: ReadonlyMap<string, ResultWriter>;
  readonly audit: Pick<AuditTrail, 'record'>;
  /** Milliseconds for one attempt, all its requests. */
  readonly limitMs: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Writes one stored result to the FHIR server and takes it off the record. What can heal is thrown, so that the
 * queue tries again; what cannot (a refusal) is logged and counted. In both cases the record stays, and the next
 * sweep or start takes it up: a site that corrects its scopes gets what it missed.
 */
export function createWriteBackHandler(
  dependencies: WriteBackHandlerDependencies,
): TaskHandlers['write-back'] {
  const { store, outbox, writers, audit, limitMs, log, metrics } = dependencies;

  const write = async (
    writer: ResultWriter,
    { tenant, patientId, fingerprint }: Unwritten,
    signal: AbortSignal,
  ): Promise<string> => {
    const assessment = await store.assessment(tenant, patientId, fingerprint);
    // Erased, or outlived: there is nothing to write any more.
    if (assessment === undefined) return 'gone';
    const outcome = await writer.write(assessment, signal);
    if (outcome === 'written') audit.record(tenant, patientId, 'write-back');
    return outcome;
  };

  return async (task, outer) => {
    const { tenant } = task;
    const writer = writers.get(tenant);
    // Switched off since; switched on again, a sweep finds the record.
    if (writer === undefined) return;
    try {
      const outcome = await write(writer, task, AbortSignal.any([outer, AbortSignal.timeout(limitMs)]));
      await outbox.remove(task);
      metrics.writeBacks.inc({ outcome });
      log.debug({ tenant, outcome }, 'result written back');
    } catch (thrown) {
      const error = asCdsError(thrown);
      metrics.writeBacks.inc({ outcome: error.code });
      if (error.kind.retryable) throw error;
      log.error(
        { error, tenant },
        'result not written back; it stays stored, and the next sweep tries again',
      );
    }
  };
}
