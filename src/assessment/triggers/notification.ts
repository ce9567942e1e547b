import {
  list,
  localReference,
  ownReference,
  patientIdOf,
  record,
  text,
  type Json,
} from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';

/** A resource that changed, by what a notification says of it. One of the two at least. */
export interface Change {
  /** `Type/id` at the site's server. */
  readonly reference?: string;
  readonly patientId?: string;
}

/** Subscription and count of a backport notification; R4 rest-hooks say neither. */
interface Told {
  readonly subscription?: string;
  /** All events since the subscription started, delivered or not. */
  readonly eventsSinceStart?: number;
}

/**
 * What a notification says. `unspecified`: something changed, and not what. Content is not kept: whatever a
 * notification carries, the chart is read anew.
 */
export type Notification =
  | (Told & { readonly kind: 'handshake' | 'heartbeat' | 'query' })
  | (Told & {
      readonly kind: 'event';
      readonly eventNumbers: readonly number[];
      readonly changes: readonly Change[];
      /** How many changes are of another server. */
      readonly foreign: number;
      readonly unspecified: boolean;
    });

/** What came over HTTP. */
export interface Received {
  readonly body: unknown;
  /** `Type/id`, where it was sent below the endpoint, as R4 rest-hooks with a payload are. */
  readonly address?: string;
}

const invalid = (what: string): CdsError => new CdsError('SUBSCRIPTION_INVALID', what);

/** More than this in one notification is searched for instead. */
const MAX_CHANGES = 500;

/** An id of dots alone would be a way up in an address. */
const REFERENCE = /^[A-Z][A-Za-z]{1,63}\/(?!\.\.?$)[A-Za-z0-9.-]{1,64}$/;

type Seen = Change | 'foreign' | undefined;

/** A resource of a payload: whose it says it is. One that names a patient of another server is foreign. */
const ofResource = (resource: Json, baseUrl: string): Seen => {
  const reference = `${text(resource['resourceType']) ?? ''}/${text(resource['id']) ?? ''}`;
  const named = patientIdOf(resource, baseUrl);
  const patientId = named !== undefined && REFERENCE.test(`Patient/${named}`) ? named : undefined;
  const elsewhere = [resource['subject'], resource['patient']].some(
    (each) => localReference(each) !== undefined && ownReference(each, baseUrl) === undefined,
  );
  if (patientId === undefined && elsewhere) return 'foreign';
  const own = REFERENCE.test(reference) ? { reference } : {};
  const change = { ...own, ...(patientId !== undefined && { patientId }) };
  return Object.keys(change).length === 0 ? undefined : change;
};

const changeOf = (reference: string): Change => ({
  reference,
  ...(reference.startsWith('Patient/') && { patientId: reference.slice('Patient/'.length) }),
});

const ofReference = (value: unknown, baseUrl: string): Seen => {
  if (localReference(value) === undefined) return undefined;
  const reference = ownReference(value, baseUrl);
  return reference === undefined ? 'foreign' : changeOf(reference);
};

/** An entry after the first: its own address, and whose the resource in it is. */
const ofEntry = (entry: Json, baseUrl: string): Seen => {
  const fullUrl = text(entry['fullUrl']);
  const url = text(record(entry['request'])?.['url']);
  const named = [fullUrl?.startsWith('urn:') === true ? undefined : fullUrl, url]
    .map((written) => ofReference({ reference: written }, baseUrl))
    .find((seen) => seen !== undefined);
  if (named === 'foreign') return named;
  const resource = record(entry['resource']);
  const held = resource === undefined ? undefined : ofResource(resource, baseUrl);
  if (held === undefined || held === 'foreign') return held ?? named;
  return { ...held, ...named };
};

/** Parameters in R4, a SubscriptionStatus in R4B and from some R4 servers: the same members by other names. */
interface Status extends Told {
  readonly type: string | undefined;
  readonly events: readonly { number: number | undefined; focus: unknown; context: readonly unknown[] }[];
}

const count = (value: unknown): number | undefined => {
  const written = typeof value === 'number' ? value : Number(text(value) ?? NaN);
  return Number.isSafeInteger(written) && written >= 0 ? written : undefined;
};

const idOf = (reference: unknown): string | undefined => {
  const local = localReference(reference);
  return local?.startsWith('Subscription/') === true ? local.slice('Subscription/'.length) : undefined;
};

const told = (subscription: unknown, since: unknown): Told => {
  const [id, eventsSinceStart] = [idOf(subscription), count(since)];
  return {
    ...(id !== undefined && { subscription: id }),
    ...(eventsSinceStart !== undefined && { eventsSinceStart }),
  };
};

const fromParameters = (resource: Json): Status => {
  const parameters = list(resource['parameter']).map((each) => record(each) ?? {});
  const named = (all: readonly Json[], name: string): readonly Json[] =>
    all.filter((each) => each['name'] === name);
  const [first] = named(parameters, 'subscription');
  const [since] = named(parameters, 'events-since-subscription-start');
  return {
    ...told(first?.['valueReference'], since?.['valueString']),
    type: text(named(parameters, 'type')[0]?.['valueCode']),
    events: named(parameters, 'notification-event').map((event) => {
      const parts = list(event['part']).map((each) => record(each) ?? {});
      return {
        number: count(named(parts, 'event-number')[0]?.['valueString']),
        focus: named(parts, 'focus')[0]?.['valueReference'],
        context: named(parts, 'additional-context').map((each) => each['valueReference']),
      };
    }),
  };
};

const fromStatus = (resource: Json): Status => ({
  ...told(resource['subscription'], resource['eventsSinceSubscriptionStart']),
  type: text(resource['type']),
  events: list(resource['notificationEvent'])
    .map((each) => record(each) ?? {})
    .map((event) => ({
      number: count(event['eventNumber']),
      focus: event['focus'],
      context: list(event['additionalContext']),
    })),
});

const statusOf = (resource: Json | undefined): Status => {
  if (resource?.['resourceType'] === 'Parameters') return fromParameters(resource);
  if (resource?.['resourceType'] === 'SubscriptionStatus') return fromStatus(resource);
  throw invalid('The first entry is no subscription status.');
};

/** The patient that an event names as its context, where it names exactly one. */
const contextPatient = (context: readonly unknown[], baseUrl: string): { patientId?: string } => {
  const ids = context.flatMap((each) => {
    const reference = ownReference(each, baseUrl);
    return reference?.startsWith('Patient/') === true ? [reference.slice('Patient/'.length)] : [];
  });
  const [patientId] = ids;
  return patientId !== undefined && ids.length === 1 ? { patientId } : {};
};

/** Focus and entry of one resource as one change. */
const merge = (seen: readonly Seen[]): { changes: Change[]; foreign: number } => {
  const byReference = new Map<string, Change>();
  const bare: Change[] = [];
  for (const each of seen) {
    if (each === undefined || each === 'foreign') continue;
    if (each.reference === undefined) bare.push(each);
    else byReference.set(each.reference, { ...byReference.get(each.reference), ...each });
  }
  return {
    changes: [...byReference.values(), ...bare],
    foreign: seen.filter((each) => each === 'foreign').length,
  };
};

const eventOf = (status: Status, entries: readonly Json[], baseUrl: string): Notification => {
  const { type: _type, events, ...of } = status;
  const focuses = events.map(({ focus, context }): Seen => {
    const seen = ofReference(focus, baseUrl);
    return typeof seen === 'object' ? { ...seen, ...contextPatient(context, baseUrl) } : seen;
  });
  const { changes, foreign } = merge([...focuses, ...entries.map((entry) => ofEntry(entry, baseUrl))]);
  const tooMany = changes.length > MAX_CHANGES;
  return {
    ...of,
    kind: 'event',
    eventNumbers: events.flatMap(({ number }) => (number === undefined ? [] : [number])),
    changes: tooMany ? [] : changes,
    foreign,
    unspecified: tooMany || changes.length + foreign === 0,
  };
};

const KINDS: Readonly<Record<string, 'handshake' | 'heartbeat' | 'query' | 'event'>> = {
  handshake: 'handshake',
  heartbeat: 'heartbeat',
  'query-status': 'query',
  'query-event': 'event',
  'event-notification': 'event',
};

const fromBundle = (bundle: Json, baseUrl: string): Notification => {
  const [first, ...entries] = list(bundle['entry']).map((each) => record(each) ?? {});
  const status = statusOf(record(first?.['resource']));
  const kind = Object.hasOwn(KINDS, status.type ?? '') ? KINDS[status.type ?? ''] : undefined;
  if (kind === undefined) throw invalid('type: not a notification type.');
  if (kind === 'event') return eventOf(status, entries, baseUrl);
  const { type: _type, events: _events, ...of } = status;
  return { ...of, kind };
};

const restHook = (seen: Seen, unspecified = false): Notification => ({
  kind: 'event',
  eventNumbers: [],
  changes: typeof seen === 'object' ? [seen] : [],
  foreign: seen === 'foreign' ? 1 : 0,
  unspecified,
});

const isEmpty = (body: unknown): boolean =>
  body === undefined || (record(body) !== undefined && Object.keys(record(body) ?? {}).length === 0);

const fromResource = (resource: Json, baseUrl: string, address: string | undefined): Notification => {
  const seen = ofResource(resource, baseUrl);
  if (address !== undefined && typeof seen === 'object' && seen.reference !== address)
    throw invalid('The resource is not the one that the address names.');
  return restHook(seen);
};

/**
 * Reads a notification: an R4 rest-hook (nothing, or a resource) or an R5 backport Bundle.
 *
 * @param baseUrl the site's FHIR server's: what is of another server is counted and not followed
 * @throws {CdsError} SUBSCRIPTION_INVALID
 * @see http://hl7.org/fhir/R4/subscription.html#2.46.7.1
 * @see http://hl7.org/fhir/uv/subscriptions-backport/notifications.html
 */
export function parseNotification({ body, address }: Received, baseUrl: string): Notification {
  if (address !== undefined && !REFERENCE.test(address)) throw invalid('The address names no resource.');
  if (isEmpty(body)) return address === undefined ? restHook(undefined, true) : restHook(changeOf(address));
  const resource = record(body);
  const type = text(resource?.['resourceType']);
  if (resource === undefined || type === undefined) throw invalid('The body is no FHIR resource.');
  return type === 'Bundle' ? fromBundle(resource, baseUrl) : fromResource(resource, baseUrl, address);
}
