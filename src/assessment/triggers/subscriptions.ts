import { hash } from 'node:crypto';
import type { Subscription } from 'fhir/r4.js';
import type { ChartQuery } from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';
import { searchesOf } from './searches.ts';

export const SUBSCRIPTION_STYLES = ['r4', 'backport'] as const;
export type SubscriptionStyle = (typeof SUBSCRIPTION_STYLES)[number];
export const SUBSCRIPTION_PAYLOADS = ['empty', 'id-only', 'full'] as const;
export type SubscriptionPayload = (typeof SUBSCRIPTION_PAYLOADS)[number];

export interface SubscriptionRequest {
  readonly tenant: string;
  /** Of this service as the FHIR server reaches it, without a trailing slash. */
  readonly serviceUrl: string;
  readonly secret: string;
  readonly style: SubscriptionStyle;
  readonly payload: SubscriptionPayload;
  /** Canonical of the server's SubscriptionTopic; of the backport only. */
  readonly topic?: string;
}

export type NamedSubscription = Subscription & { readonly id: string };

const PROFILE = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
const FHIR_JSON = 'application/fhir+json';
/** Seconds of silence after which a backport server says that it is still there. */
const HEARTBEAT_SECONDS = 600;
/** Seconds within which the endpoint has to answer. */
const TIMEOUT_SECONDS = 30;
/** Events in one notification, at most. */
const MAX_COUNT = 50;
const MAX_ID_LENGTH = 64;

const idOf = (tenant: string, type: string): string => {
  const id = `recurrence-cds-${tenant}-${type.toLowerCase()}`;
  return id.length <= MAX_ID_LENGTH ? id : `recurrence-cds-${hash('sha256', id, 'hex').slice(0, 40)}`;
};

/** What would end or change a parameter; the rest stays readable. */
const inQuery = (value: string): string => value.replace(/[%&#+ ]/g, encodeURIComponent);

const criteriaOf = (type: string, codes: readonly string[]): string =>
  `${type}?${codes.length === 0 ? '' : `code=${codes.map(inQuery).join(',')}`}`;

const headerOf = (secret: string): string[] => [`Authorization: Bearer ${secret}`];

const r4 = (of: SubscriptionRequest, endpoint: string, criteria: string): Omit<Subscription, 'reason'> => ({
  resourceType: 'Subscription',
  status: 'requested',
  criteria,
  channel: {
    type: 'rest-hook',
    endpoint,
    header: headerOf(of.secret),
    ...(of.payload === 'full' && { payload: FHIR_JSON }),
  },
});

const CONTENT: Readonly<Record<SubscriptionPayload, string>> = {
  empty: 'empty',
  'id-only': 'id-only',
  full: 'full-resource',
};

const backport = (
  { topic = '', payload, secret }: SubscriptionRequest,
  endpoint: string,
  filter: string,
): Omit<Subscription, 'reason'> => ({
  resourceType: 'Subscription',
  meta: { profile: [`${PROFILE}/backport-subscription`] },
  status: 'requested',
  criteria: topic,
  _criteria: { extension: [{ url: `${PROFILE}/backport-filter-criteria`, valueString: filter }] },
  channel: {
    extension: [
      { url: `${PROFILE}/backport-heartbeat-period`, valueUnsignedInt: HEARTBEAT_SECONDS },
      { url: `${PROFILE}/backport-timeout`, valueUnsignedInt: TIMEOUT_SECONDS },
      { url: `${PROFILE}/backport-max-count`, valuePositiveInt: MAX_COUNT },
    ],
    type: 'rest-hook',
    endpoint,
    payload: FHIR_JSON,
    _payload: {
      extension: [{ url: `${PROFILE}/backport-payload-content`, valueCode: CONTENT[payload] }],
    },
    header: headerOf(secret),
  },
});

const requirePossible = ({ style, payload, topic }: SubscriptionRequest): void => {
  if (style === 'r4' && payload === 'id-only')
    throw new CdsError('COMMAND_INVALID', '--payload id-only is of --style backport; R4 has full and empty.');
  if (style === 'backport' && topic === undefined)
    throw new CdsError(
      'COMMAND_INVALID',
      '--style backport needs --topic, a SubscriptionTopic of the server.',
    );
};

/**
 * The Subscriptions that a site's FHIR server needs to tell of everything that charts are made of: one a resource
 * type, with the codes of the queries where they have some. Their ids are always the same for a tenant.
 *
 * @throws {CdsError} COMMAND_INVALID for what the style does not have
 */
export function subscriptionsFor(
  of: SubscriptionRequest,
  queries: readonly ChartQuery[],
): readonly NamedSubscription[] {
  requirePossible(of);
  const endpoint = `${of.serviceUrl}/notifications/${of.tenant}`;
  return [...searchesOf(queries)].map(([type, codes]): NamedSubscription => {
    const criteria = criteriaOf(type, codes);
    const made =
      of.style === 'r4'
        ? r4(of, endpoint, criteria)
        : // All have the topic as their criteria: by the endpoint one is told from another.
          backport(of, `${endpoint}?type=${type}`, criteria);
    return { ...made, id: idOf(of.tenant, type), reason: 'Recurrence risk is assessed anew on new data' };
  });
}

/** The same for eyes: dry runs and logs must not tell the secret. */
export const withoutSecret = (subscription: NamedSubscription): NamedSubscription => ({
  ...subscription,
  channel: { ...subscription.channel, header: headerOf('<subscriptions.secret>') },
});
