import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry, Parameters, ParametersParameter } from 'fhir/r4.js';
import type { Change } from '../store.ts';
import type { Definition } from './definition.ts';
import type { Message } from './delivery.ts';

const PROFILES = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
const FHIR_JSON = 'application/fhir+json';

type Backport = Extract<Definition['style'], { readonly name: 'backport' }>;
type R4 = Extract<Definition['style'], { readonly name: 'r4' }>;

/** A change with its number in the subscription. */
export interface Event {
  readonly number: number;
  readonly at: string;
  readonly change: Change;
}

/**
 * An R4 rest-hook as HAPI sends it: the resource is PUT below the endpoint, also when it is new; without a payload,
 * an empty POST to the endpoint.
 */
export const restHook = ({ endpoint, headers }: Definition, { payload }: R4, change: Change): Message => {
  const { type, id, resource } = change;
  if (payload === undefined || payload === '') return { method: 'POST', url: endpoint, headers };
  const url = `${endpoint}/${type}/${id}`;
  return resource === undefined
    ? { method: 'DELETE', url, headers }
    : {
        method: 'PUT',
        url,
        headers: { ...headers, 'content-type': payload },
        body: JSON.stringify(resource),
      };
};

const eventParameter = (event: Event, style: Backport, baseUrl: string): ParametersParameter => ({
  name: 'notification-event',
  part: [
    { name: 'event-number', valueString: String(event.number) },
    { name: 'timestamp', valueInstant: event.at },
    ...(style.content === 'empty'
      ? []
      : [
          {
            name: 'focus',
            valueReference: { reference: `${baseUrl}/${event.change.type}/${event.change.id}` },
          },
        ]),
  ],
});

const eventEntry = ({ change }: Event, { content }: Backport, baseUrl: string): BundleEntry => {
  const { method, type, id, resource } = change;
  return {
    fullUrl: `${baseUrl}/${type}/${id}`,
    ...(content === 'full-resource' && resource !== undefined && { resource }),
    request: { method, url: method === 'POST' ? type : `${type}/${id}` },
    response: { status: method === 'POST' ? '201' : method === 'PUT' ? '200' : '204' },
  };
};

export interface Status {
  readonly type: 'handshake' | 'heartbeat' | 'event-notification';
  readonly status: 'requested' | 'active';
  readonly eventsSinceStart: number;
  readonly events: readonly Event[];
  readonly baseUrl: string;
}

/**
 * A notification Bundle of the R5 backport in R4.
 *
 * @see http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition-backport-subscription-notification-r4.html
 */
export const backport = (definition: Definition, style: Backport, of: Status): Message => {
  const { baseUrl, events } = of;
  const id = randomUUID();
  const subscription = `${baseUrl}/Subscription/${definition.id}`;
  const status: Parameters = {
    resourceType: 'Parameters',
    id,
    meta: { profile: [`${PROFILES}/backport-subscription-status-r4`] },
    parameter: [
      { name: 'subscription', valueReference: { reference: subscription } },
      ...(style.content === 'empty' ? [] : [{ name: 'topic', valueCanonical: style.topic }]),
      { name: 'status', valueCode: of.status },
      { name: 'type', valueCode: of.type },
      { name: 'events-since-subscription-start', valueString: String(of.eventsSinceStart) },
      ...events.map((event) => eventParameter(event, style, baseUrl)),
    ],
  };
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'history',
    timestamp: new Date().toISOString(),
    meta: { profile: [`${PROFILES}/backport-subscription-notification-r4`] },
    entry: [
      {
        fullUrl: `urn:uuid:${id}`,
        resource: status,
        request: { method: 'GET', url: `${subscription}/$status` },
        response: { status: '200' },
      },
      ...(style.content === 'empty' ? [] : events.map((event) => eventEntry(event, style, baseUrl))),
    ],
  };
  return {
    method: 'POST',
    url: definition.endpoint,
    headers: { ...definition.headers, 'content-type': FHIR_JSON },
    body: JSON.stringify(bundle),
  };
};
