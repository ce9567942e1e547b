import { randomUUID } from 'node:crypto';
import type { AuditedAction, ChartSource } from '../../chart/index.ts';
import type { Clock, Log, Metrics } from '../../platform/index.ts';
import type { Task, TaskQueue } from '../ports.ts';

type AuditTask = Extract<Task, { readonly kind: 'audit' }>;

/** Accesses to charts, on their way to the FHIR servers of the sites that want them recorded there. */
export interface AuditTrail {
  /** Returns at once and never throws: an access neither waits for its record nor fails with it. */
  record(tenant: string, patientId: string, what: AuditedAction): void;
  /** From now on events go to this queue; until then they are kept here. */
  start(tasks: Pick<TaskQueue, 'add'>): void;
  /** Tries once more to hand over what is left; what cannot be is counted as lost. */
  close(): Promise<void>;
}

export interface AuditTrailDependencies {
  /** The tenants that want it. */
  readonly tenants: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Events kept while the queue cannot be reached; the oldest go first. */
  readonly keep?: number;
  readonly againMs?: number;
}

const KEPT = 1000;
const AGAIN_MS = 5000;

export function createAuditTrail(dependencies: AuditTrailDependencies): AuditTrail {
  const { tenants, clock, log, metrics, keep = KEPT, againMs = AGAIN_MS } = dependencies;
  const waiting: AuditTask[] = [];
  let tasks: Pick<TaskQueue, 'add'> | undefined;
  let handingOver: Promise<void> = Promise.resolve();
  let busy = false;
  let timer: NodeJS.Timeout | undefined;

  const lose = (events: number): void => {
    if (events === 0) return;
    metrics.auditEvents.inc({ outcome: 'lost' }, events);
    log.error({ events }, 'audit events lost: the queue could not be reached');
  };

  const handOver = async (): Promise<void> => {
    busy = true;
    try {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        await tasks?.add(next);
        // While it was added the oldest may have had to go.
        const at = waiting.indexOf(next);
        if (at >= 0) waiting.splice(at, 1);
      }
    } catch {
      clearTimeout(timer);
      timer = setTimeout(flush, againMs).unref();
    } finally {
      busy = false;
    }
  };

  const flush = (): void => {
    if (!busy && tasks !== undefined) handingOver = handOver();
  };

  return {
    record: (tenant, patientId, what) => {
      if (!tenants.has(tenant)) return;
      const when = clock.now().toISOString();
      waiting.push({ kind: 'audit', tenant, patientId, id: randomUUID(), what, when });
      if (waiting.length > keep) {
        waiting.shift();
        lose(1);
      }
      flush();
    },
    start: (queue) => {
      tasks = queue;
      flush();
    },
    close: async () => {
      await handingOver;
      flush();
      await handingOver;
      clearTimeout(timer);
      lose(waiting.splice(0).length);
    },
  };
}

/** A chart source whose readings are on the audit trail. */
export const auditedSource = (source: ChartSource, record: (patientId: string) => void): ChartSource => ({
  read: async (patientId, keys, signal) => {
    const sets = await source.read(patientId, keys, signal);
    record(patientId);
    return sets;
  },
});
