/** Notifications of the R5 backport as the guide's examples show them, small. */
export const BASE = 'https://fhir.hospital.example/r4';
export const SUBSCRIPTION = `${BASE}/Subscription/recurrence-cds-north-observation`;

export interface BackportEvent {
  readonly number?: number;
  readonly focus?: string;
  readonly context?: readonly string[];
}

export interface BackportOptions {
  readonly subscription?: string;
  readonly since?: number;
  readonly events?: readonly BackportEvent[];
  readonly entries?: readonly unknown[];
}

const reference = (name: string, to: string) => ({ name, valueReference: { reference: to } });

export const parameters = (type: string, options: BackportOptions = {}) => {
  const { subscription = SUBSCRIPTION, since, events = [] } = options;
  return {
    resourceType: 'Parameters',
    parameter: [
      reference('subscription', subscription),
      { name: 'topic', valueCanonical: 'https://fhir.hospital.example/SubscriptionTopic/chart' },
      { name: 'status', valueCode: type === 'handshake' ? 'requested' : 'active' },
      { name: 'type', valueCode: type },
      ...(since === undefined
        ? []
        : [{ name: 'events-since-subscription-start', valueString: String(since) }]),
      ...events.map(({ number, focus, context = [] }) => ({
        name: 'notification-event',
        part: [
          ...(number === undefined ? [] : [{ name: 'event-number', valueString: String(number) }]),
          { name: 'timestamp', valueInstant: '2026-11-23T09:00:00Z' },
          ...(focus === undefined ? [] : [reference('focus', focus)]),
          ...context.map((each) => reference('additional-context', each)),
        ],
      })),
    ],
  };
};

export const notification = (type: string, options: BackportOptions = {}) => ({
  resourceType: 'Bundle',
  type: 'history',
  entry: [
    { fullUrl: 'urn:uuid:292d3c72-edc1-4d8a-afaa-d85e19c7f563', resource: parameters(type, options) },
    ...(options.entries ?? []),
  ],
});
