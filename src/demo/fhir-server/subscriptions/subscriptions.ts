import { normalizeOperationOutcome } from '@medplum/core';
import type { Subscription } from 'fhir/r4.js';
import type { Lock } from '../lock.ts';
import type { DemoRepository } from '../repository.ts';
import type { Change } from '../store.ts';
import { readSubscription, type Definition } from './definition.ts';
import { deliver, type Message } from './delivery.ts';
import { backport, restHook, type Event, type Status } from './notifications.ts';

/** Who is told of what is written. */
export interface Subscriptions {
  /** What was written by one request; returns at once, the telling goes on behind it. */
  changed(changes: readonly Change[], baseUrl: string): void;
  /** Breaks off what is on its way. */
  close(): Promise<void>;
}

/** A Subscription that is active, or about to be. */
interface Registration {
  readonly definition: Definition;
  readonly baseUrl: string;
  active: boolean;
  events: number;
  lastSent: number;
  /** One message after another, so that events come in their order. */
  last: Promise<unknown>;
  heartbeat?: NodeJS.Timeout;
}

type StoredSubscription = Subscription & { readonly id: string };

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));

const asSubscription = ({ resource }: Change): StoredSubscription | undefined =>
  resource?.resourceType === 'Subscription' ? resource : undefined;

/**
 * R4 Subscriptions (rest-hook) and those of the R5 backport: `requested` becomes `active`, or `error` with the
 * reason; a backport one only once its endpoint took the handshake.
 *
 * @see http://hl7.org/fhir/R4/subscription.html
 * @see http://hl7.org/fhir/uv/subscriptions-backport
 */
export function createSubscriptions(repository: DemoRepository, exclusively: Lock): Subscriptions {
  const registrations = new Map<string, Registration>();
  const closing = new AbortController();

  /** Writes a status, unless the Subscription was written anew meanwhile. */
  const setStatus = (of: StoredSubscription, status: Subscription['status'], error?: string): Promise<void> =>
    exclusively(() => {
      const current = repository.current('Subscription', of.id);
      if (current?.resourceType === 'Subscription' && current.meta?.versionId === of.meta?.versionId) {
        const { error: _before, ...rest } = current;
        repository.put({ ...rest, status, ...(error !== undefined && { error }) });
        repository.store.takeChanges();
      }
      return Promise.resolve();
    });

  const send = (to: Registration, message: Message): Promise<boolean> => {
    const sent = to.last.then(() => {
      to.lastSent = Date.now();
      return deliver(message, closing.signal);
    });
    to.last = sent;
    return sent;
  };

  const say = (to: Registration, of: Pick<Status, 'type' | 'status' | 'events'>): Promise<boolean> => {
    const { definition, baseUrl, events } = to;
    if (definition.style.name !== 'backport') return Promise.resolve(true);
    return send(to, backport(definition, definition.style, { ...of, baseUrl, eventsSinceStart: events }));
  };

  const beat = (to: Registration): void => {
    const { style } = to.definition;
    if (style.name !== 'backport' || style.heartbeatSeconds === undefined) return;
    const periodMs = style.heartbeatSeconds * 1000;
    to.heartbeat = setInterval(() => {
      if (Date.now() - to.lastSent >= periodMs)
        void say(to, { type: 'heartbeat', status: 'active', events: [] });
    }, periodMs).unref();
  };

  const drop = (id: string): void => {
    clearInterval(registrations.get(id)?.heartbeat);
    registrations.delete(id);
  };

  const activate = async (subscription: StoredSubscription, to: Registration): Promise<void> => {
    const taken = await say(to, { type: 'handshake', status: 'requested', events: [] });
    if (registrations.get(subscription.id) !== to) return; // written anew meanwhile
    if (!taken) {
      drop(subscription.id);
      await setStatus(subscription, 'error', 'The endpoint did not take the handshake');
      return;
    }
    to.active = true;
    beat(to);
    await setStatus(subscription, 'active');
  };

  const register = (subscription: StoredSubscription, baseUrl: string): void => {
    drop(subscription.id);
    if (subscription.status !== 'requested' && subscription.status !== 'active') return;
    try {
      const definition = readSubscription(subscription);
      const to: Registration = {
        definition,
        baseUrl,
        active: false,
        events: 0,
        lastSent: 0,
        last: Promise.resolve(),
      };
      registrations.set(subscription.id, to);
      void activate(subscription, to);
    } catch (error) {
      const text = normalizeOperationOutcome(error).issue[0]?.details?.text;
      void setStatus(subscription, 'error', text ?? 'Not understood');
    }
  };

  const notify = (to: Registration, changes: readonly Change[]): void => {
    const { definition } = to;
    const { style } = definition;
    if (style.name === 'r4') {
      for (const change of changes) void send(to, restHook(definition, style, change));
      return;
    }
    for (const together of chunks(changes, style.maxCount)) {
      const at = new Date().toISOString();
      const events = together.map((change): Event => ({ number: ++to.events, at, change }));
      void say(to, { type: 'event-notification', status: 'active', events });
    }
  };

  return {
    changed: (changes, baseUrl) => {
      for (const to of registrations.values()) {
        const matching = to.active ? changes.filter((change) => to.definition.matches(change)) : [];
        if (matching.length > 0) notify(to, matching);
      }
      for (const change of changes.filter(({ type }) => type === 'Subscription')) {
        const subscription = asSubscription(change);
        if (subscription === undefined) drop(change.id);
        else register(subscription, baseUrl);
      }
    },
    close: async () => {
      closing.abort();
      const going = [...registrations.values()].map(({ last }) => last);
      for (const id of [...registrations.keys()]) drop(id);
      await Promise.all(going);
    },
  };
}
