import { hash, timingSafeEqual } from 'node:crypto';
import { CdsError } from '../../domain/index.ts';
import type { Clock, Log, Metrics } from '../../platform/index.ts';
import type { Task, TaskQueue } from '../ports.ts';
import { createMissedEvents } from './missed-events.ts';
import { parseNotification, type Change, type Notification, type Received } from './notification.ts';

/** A tenant whose door is open: one that has a secret, and background access. */
export interface NotifiedTenant {
  readonly fhirBaseUrl: string;
  readonly secret: string;
  /** Milliseconds in which several notifications of one patient are one assessment. */
  readonly quietMs: number;
}

export interface DoorDependencies {
  readonly tenants: ReadonlyMap<string, NotifiedTenant>;
  /** The resource types that charts are made of; changes of others are ignored. */
  readonly types: ReadonlySet<string>;
  readonly tasks: Pick<TaskQueue, 'add'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Where FHIR servers tell that something is new. */
export interface NotificationDoor {
  /**
   * Is it one of the tenant's own notifications? Asked before the body is read.
   *
   * @throws {CdsError} CDS_ROUTE_UNKNOWN where there is no such tenant, or its door is shut: which of the two is
   *   nobody's business; SUBSCRIPTION_UNAUTHENTICATED
   */
  admit(tenant: string, authorization: string | undefined): void;
  /**
   * Queues what a notification asks for; the chart is read later.
   *
   * @throws {CdsError} CDS_ROUTE_UNKNOWN, SUBSCRIPTION_INVALID, QUEUE_UNAVAILABLE
   */
  receive(tenant: string, received: Received): Promise<void>;
}

/** Compares hashes: equal lengths, and no early end that would tell how much of a guess is right. */
const isSame = (given: string, expected: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));

/** A gauge has a line for each subscription; nobody may make it longer than that. */
const SUBSCRIPTIONS_SHOWN = 200;

export function createNotificationDoor(dependencies: DoorDependencies): NotificationDoor {
  const { tenants, types, tasks, clock, log, metrics } = dependencies;
  const missed = createMissedEvents();
  const shown = new Set<string>();
  const countUp = (outcome: string, by = 1): void => {
    metrics.triggers.inc({ door: 'notification', outcome }, by);
  };

  const tenantOf = (id: string): NotifiedTenant => {
    const tenant = tenants.get(id);
    if (tenant === undefined) throw new CdsError('CDS_ROUTE_UNKNOWN');
    return tenant;
  };

  const showSeen = (tenant: string, subscription = '-'): void => {
    const line = `${tenant} ${subscription}`;
    if (!shown.has(line) && shown.size >= SUBSCRIPTIONS_SHOWN) return;
    shown.add(line);
    metrics.subscriptionSeen.set({ tenant, subscription }, clock.now().getTime() / 1000);
  };

  const matters = ({ reference }: Change): boolean =>
    reference === undefined || types.has(reference.slice(0, reference.indexOf('/')));

  const taskOf = (tenant: string, { patientId, reference = '' }: Change): Task =>
    patientId === undefined
      ? { kind: 'find-patient', tenant, reference }
      : { kind: 'assess', tenant, patientId };

  const tasksOf = (tenant: string, notification: Notification): Task[] => {
    const lost = missed.before(tenant, notification);
    const isEvent = notification.kind === 'event';
    const catchUp: Task[] =
      lost || (isEvent && notification.unspecified) ? [{ kind: 'catch-up', tenant }] : [];
    if (!isEvent) return catchUp;
    const changes = notification.changes.filter(matters);
    countUp('ignored', notification.changes.length - changes.length);
    countUp('foreign', notification.foreign);
    return [...catchUp, ...changes.map((change) => taskOf(tenant, change))];
  };

  return {
    admit: (id, authorization = '') => {
      const { secret } = tenantOf(id);
      if (isSame(authorization, `Bearer ${secret}`)) return;
      countUp('refused');
      throw new CdsError('SUBSCRIPTION_UNAUTHENTICATED');
    },
    receive: async (id, received) => {
      const { fhirBaseUrl, quietMs } = tenantOf(id);
      const notification = parseNotification(received, fhirBaseUrl);
      showSeen(id, notification.subscription);
      if (notification.kind !== 'event') countUp(notification.kind);
      const queued = tasksOf(id, notification);
      await Promise.all(queued.map((task) => tasks.add(task, { delayMs: quietMs })));
      // Only now: a notification that could not be queued is sent again, and must be found missing till then.
      missed.seen(id, notification);
      for (const { kind } of queued) countUp(kind);
      log.debug({ tenant: id, notification: notification.kind, tasks: queued.length }, 'notified');
    },
  };
}
