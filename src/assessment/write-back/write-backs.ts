import { setImmediate as nextTurn } from 'node:timers/promises';
import { asCdsError, type Assessment } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import type { Outbox, TaskQueue, Unwritten } from '../ports.ts';

export interface WriteBacksDependencies {
  readonly outbox: Outbox;
  /** The tenants whose results are written back. */
  readonly tenants: ReadonlySet<string>;
  readonly log: Log;
}

/** The way of a result from the store to the FHIR server: on record first, then a task. */
export interface WriteBacks {
  /**
   * A result is about to be stored: puts it on record. The record comes first, so that a process that dies in between
   * leaves a record of nothing, and never a result that nobody knows is to be written.
   *
   * @throws {CdsError} STORE_UNAVAILABLE
   */
  record(assessment: Assessment): Promise<void>;
  /** It was stored: adds the task. Returns at once and never throws: no hook waits for what follows. */
  stored(assessment: Assessment): void;
  /**
   * From now on tasks are added here; what was left unwritten by earlier processes is taken up. Until then results
   * are on record only.
   */
  start(tasks: Pick<TaskQueue, 'add'>): void;
  /**
   * Adds a task for everything that a tenant has on record; how many that was.
   *
   * @throws {CdsError} STORE_UNAVAILABLE, QUEUE_UNAVAILABLE
   */
  resume(tenant: string): Promise<number>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export function createWriteBacks({ outbox, tenants, log }: WriteBacksDependencies): WriteBacks {
  const underWay = new Map<string, Promise<void>>();
  let tasks: Pick<TaskQueue, 'add'> | undefined;

  /** What fails here has been stored all the same: the assessment is not to suffer from it. */
  const orLog = async (work: () => Promise<unknown>, tenant: string, message: string): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log.warn({ error: asCdsError(error), tenant }, message);
    }
  };

  const add = async ({ tenant, patientId, fingerprint }: Unwritten): Promise<void> => {
    await tasks?.add({ kind: 'write-back', tenant, patientId, fingerprint });
  };

  const queue = async (assessment: Assessment): Promise<void> => {
    // In this process a task may begin at once: not before the answer that this turn is about to give.
    await nextTurn();
    await orLog(
      () => add(assessment),
      assessment.tenant,
      'writing back not queued; the next sweep takes it up',
    );
  };

  const resume: WriteBacks['resume'] = async (tenant) => {
    if (!tenants.has(tenant)) return 0;
    const unwritten = await outbox.list(tenant);
    for (const each of unwritten) await add(each);
    if (unwritten.length > 0) log.info({ tenant, results: unwritten.length }, 'writing back taken up again');
    return unwritten.length;
  };

  const track = (name: string, work: Promise<void>): void => {
    const done = work.finally(() => {
      if (underWay.get(name) === done) underWay.delete(name);
    });
    underWay.set(name, done);
  };

  return {
    record: async (assessment) => {
      if (tenants.has(assessment.tenant)) await outbox.put(assessment);
    },
    stored: (assessment) => {
      if (tenants.has(assessment.tenant)) track(assessment.fingerprint, queue(assessment));
    },
    start: (given) => {
      tasks = given;
      for (const tenant of tenants)
        track(
          `resume ${tenant}`,
          orLog(() => resume(tenant), tenant, 'writing back could not be taken up'),
        );
    },
    resume,
    idle: async () => {
      await Promise.all(underWay.values());
    },
  };
}
