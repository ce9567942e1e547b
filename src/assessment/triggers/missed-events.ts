import type { Notification } from './notification.ts';

/**
 * Which events of a backport subscription have come: each has a number, so that a gap tells of one that was lost.
 * Remembered in this process only: after a restart, and where several processes share the door, a gap is seen where
 * there is none. That costs a search and loses nothing.
 */
export interface MissedEvents {
  /** Were events lost before this notification? */
  before(tenant: string, notification: Notification): boolean;
  /** It has been dealt with. */
  seen(tenant: string, notification: Notification): void;
}

/** Of as many subscriptions the last number is kept; a site has one a resource type. */
const KEPT = 1000;

const numbersOf = (notification: Notification): readonly number[] =>
  notification.kind === 'event' ? notification.eventNumbers : [];

/** The first number that was surely to come after what had come before. */
const firstOf = (notification: Notification): number | undefined => {
  const numbers = numbersOf(notification);
  if (numbers.length > 0) return Math.min(...numbers);
  // A heartbeat's count is of events before it; an event without a number is the last of its count.
  const { eventsSinceStart: since } = notification;
  return since === undefined ? undefined : notification.kind === 'event' ? since : since + 1;
};

export function createMissedEvents(): MissedEvents {
  const last = new Map<string, number>();
  const keyOf = (tenant: string, { subscription }: Notification): string => `${tenant} ${subscription ?? ''}`;
  return {
    before: (tenant, notification) => {
      if (notification.kind === 'handshake' || notification.kind === 'query') return false;
      const first = firstOf(notification);
      return first !== undefined && first > (last.get(keyOf(tenant, notification)) ?? 0) + 1;
    },
    seen: (tenant, notification) => {
      const key = keyOf(tenant, notification);
      const told = [...numbersOf(notification), notification.eventsSinceStart ?? 0];
      // A handshake begins anew: the server may count from zero again.
      const before = notification.kind === 'handshake' ? 0 : (last.get(key) ?? 0);
      last.delete(key);
      last.set(key, Math.max(before, ...told));
      const [oldest] = last.keys();
      if (last.size > KEPT && oldest !== undefined) last.delete(oldest);
    },
  };
}
