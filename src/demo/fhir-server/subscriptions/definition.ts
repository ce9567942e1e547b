import { parseSearchRequest } from '@medplum/core';
import type { Element, Extension, FhirResource, Subscription } from 'fhir/r4.js';
import { compileCriterion } from '../filters.ts';
import { invalidRequest } from '../outcomes.ts';
import { checkQuery, collectPairs } from '../query.ts';
import type { Search } from '../search.ts';
import type { Change } from '../store.ts';

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
/** HAPI's own: R4 says nothing of deletions. */
const SEND_DELETES = 'http://hapifhir.io/fhir/StructureDefinition/subscription-send-delete-messages';
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** How much of what changed a backport notification carries. */
export type Content = 'empty' | 'id-only' | 'full-resource';

/** A Subscription resource, understood. */
export interface Definition {
  readonly id: string;
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Is it told of this change? A deletion is judged by what was deleted. */
  readonly matches: (change: Change) => boolean;
  readonly style:
    | { readonly name: 'r4'; readonly payload: string | undefined; readonly sendDeletes: boolean }
    | {
        readonly name: 'backport';
        readonly topic: string;
        readonly content: Content;
        readonly heartbeatSeconds: number | undefined;
        /** Events in one notification. */
        readonly maxCount: number;
      };
}

const extensionsOf = (element: Pick<Element, 'extension'> | undefined, name: string): Extension[] =>
  (element?.extension ?? []).filter(({ url }) => url === name || url === `${BACKPORT}/${name}`);

/** `Type?name=value`, as a test of stored resources. */
const matcherOf = (criteria: string): ((resource: FhirResource) => boolean) => {
  const [type = '', query = ''] = criteria.split('?', 2);
  const checked = checkQuery(type, collectPairs(new URLSearchParams(query)), '');
  const { filters = [] } = parseSearchRequest(type, checked) as Search;
  const tests = filters.map((criterion) => compileCriterion(type, criterion));
  return (resource) => resource.resourceType === type && tests.every((test) => test(resource));
};

const headersOf = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );

const CONTENTS: readonly string[] = ['empty', 'id-only', 'full-resource'];
const isContent = (value: string | undefined): value is Content =>
  value !== undefined && CONTENTS.includes(value);

const isBackport = ({ meta, channel }: Subscription): boolean =>
  (meta?.profile ?? []).some((url) => url.startsWith(`${BACKPORT}/backport-subscription`)) ||
  extensionsOf(channel._payload, 'backport-payload-content').length > 0;

const styleOf = (subscription: Subscription): Definition['style'] => {
  const { channel, criteria } = subscription;
  if (!isBackport(subscription))
    return {
      name: 'r4',
      payload: channel.payload,
      sendDeletes: extensionsOf(channel, SEND_DELETES).some(({ valueBoolean }) => valueBoolean === true),
    };
  const content = extensionsOf(channel._payload, 'backport-payload-content')[0]?.valueCode;
  const heartbeat = extensionsOf(channel, 'backport-heartbeat-period')[0]?.valueUnsignedInt;
  return {
    name: 'backport',
    topic: criteria,
    content: isContent(content) ? content : 'id-only',
    heartbeatSeconds: heartbeat,
    maxCount: extensionsOf(channel, 'backport-max-count')[0]?.valuePositiveInt ?? 1,
  };
};

/** An R4 Subscription's criteria; of a backport one the filters, since every topic is taken here for any change. */
const criteriaOf = (subscription: Subscription): readonly string[] =>
  isBackport(subscription)
    ? extensionsOf(subscription._criteria, 'backport-filter-criteria').flatMap(
        ({ valueString }) => valueString ?? [],
      )
    : [subscription.criteria];

const endpointOf = ({ channel }: Subscription): string => {
  const { type, endpoint = '' } = channel;
  if (type !== 'rest-hook') throw invalidRequest('Only rest-hook is supported', 'Subscription.channel.type');
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !LOOPBACK_NAMES.has(url.hostname))
    throw invalidRequest('The endpoint is not on loopback', 'Subscription.channel.endpoint');
  return endpoint.replace(/\/+$/, '');
};

/** @throws {OperationOutcomeError} what is wrong with it, without its values */
export const readSubscription = (subscription: Subscription & { id: string }): Definition => {
  const tests = criteriaOf(subscription).map(matcherOf);
  if (tests.length === 0) throw invalidRequest('No criteria', 'Subscription.criteria');
  const style = styleOf(subscription);
  return {
    id: subscription.id,
    endpoint: endpointOf(subscription),
    headers: headersOf(subscription.channel.header ?? []),
    style,
    matches: ({ method, resource, previous }) => {
      const subject = resource ?? previous;
      if (subject === undefined || (method === 'DELETE' && style.name === 'r4' && !style.sendDeletes))
        return false;
      return tests.some((test) => test(subject));
    },
  };
};
