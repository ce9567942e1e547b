import type { ResultWriter } from '../../chart/index.ts';
import { asCdsError, type Assessment } from '../../domain/index.ts';
import type { Log, Metrics } from '../../platform/index.ts';
import type { Outbox, ResultStore, TaskHandlers, TaskQueue, Unwritten } from '../ports.ts';
import type { AuditTrail } from './audit-trail.ts';
import { createOwnReading, type OwnReadingDependencies } from './own-reading.ts';

export interface WriteBackHandlerDependencies extends OwnReadingDependencies {
  readonly store: Pick<ResultStore, 'assessment' | 'putAssessment'>;
  readonly outbox: Pick<Outbox, 'remove'>;
  /** By tenant; one whose site does not want it has none. */
  readonly writers: ReadonlyMap<string, ResultWriter>;
  readonly audit: Pick<AuditTrail, 'record'>;
  /** Where a patient is looked at again whose result was overtaken. */
  readonly tasks: Pick<TaskQueue, 'add'>;
  /** Milliseconds for one attempt, all its requests; and as many to read the chart before. */
  readonly limitMs: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A server may find by search only later what it has given the EHR already. */
const LOOK_AGAIN_MS = 60_000;

/** What is to be written, or how it ended without. */
type Writable = Assessment | 'gone' | 'superseded' | 'no-longer-eligible';

/**
 * Writes one stored result to the FHIR server and takes it off the record. Nothing is written that rests on a chart
 * which only a hook's request has shown: such a result is first judged by our own reading. What can heal is thrown, so
 * that the queue tries again; what cannot (a refusal) is logged and counted. In both cases the record stays, and the
 * next sweep or start takes it up: a site that corrects its scopes gets what it missed.
 */
export function createWriteBackHandler(
  dependencies: WriteBackHandlerDependencies,
): TaskHandlers['write-back'] {
  const { store, outbox, writers, audit, tasks, limitMs, log, metrics } = dependencies;
  const judge = createOwnReading(dependencies);
  const within = (outer: AbortSignal): AbortSignal => AbortSignal.any([outer, AbortSignal.timeout(limitMs)]);

  const storedOf = ({ tenant, patientId, fingerprint }: Unwritten): Promise<Assessment | undefined> =>
    store.assessment(tenant, patientId, fingerprint);

  /** Not by the assessor: that would queue the writing of what is being written. */
  const correct = async (assessment: Assessment): Promise<Assessment> => {
    await store.putAssessment(assessment);
    metrics.writeBacks.inc({ outcome: 'corrected' });
    log.warn({ tenant: assessment.tenant }, 'a result did not say what our own reading of the chart says');
    return assessment;
  };

  const writable = async (task: Unwritten, outer: AbortSignal): Promise<Writable> => {
    const stored = await storedOf(task);
    // Erased, or outlived: there is nothing to write any more.
    if (stored === undefined) return 'gone';
    // What the record itself says, and not the task: whoever overwrote it has changed that too.
    if (stored.readBy === 'worker') return stored;
    const judged = await judge(stored, within(outer));
    if (judged.kind === 'holds') return judged.corrected ? correct(judged.assessment) : judged.assessment;
    // What there is now has its own result, or gets it; only then is this one off the record.
    const { tenant, patientId } = task;
    if (judged.kind === 'superseded')
      await tasks.add({ kind: 'assess', tenant, patientId }, { delayMs: LOOK_AGAIN_MS });
    return judged.kind;
  };

  const write = async (writer: ResultWriter, task: Unwritten, outer: AbortSignal): Promise<string> => {
    const assessment = await writable(task, outer);
    if (typeof assessment === 'string') return assessment;
    const outcome = await writer.write(assessment, within(outer));
    if (outcome === 'written') audit.record(task.tenant, task.patientId, 'write-back');
    return outcome;
  };

  return async (task, outer) => {
    const { tenant } = task;
    const writer = writers.get(tenant);
    // Switched off since; switched on again, a sweep finds the record.
    if (writer === undefined) return;
    try {
      const outcome = await write(writer, task, outer);
      await outbox.remove(task);
      metrics.writeBacks.inc({ outcome });
      log.debug({ tenant, outcome }, 'writing back ended');
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
