import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the service counts; labels hold service ids, outcomes and codes, never anything of a patient. */
export interface Metrics {
  readonly registry: Registry;
  readonly hookRequests: Counter<'service' | 'outcome'>;
  readonly hookSeconds: Histogram<'service'>;
  readonly clientAuth: Counter<'outcome'>;
  readonly replaysUnchecked: Counter;
  readonly assessments: Counter;
  readonly writeBacks: Counter<'outcome'>;
  readonly auditEvents: Counter<'outcome'>;
  readonly triggers: Counter<'door' | 'outcome'>;
  readonly cardsIssued: Counter<'service' | 'topic'>;
  readonly cardFeedback: Counter<'service' | 'topic' | 'outcome' | 'reason'>;
  readonly suggestionsAccepted: Counter<'service' | 'item'>;
  readonly feedbackSpooled: Gauge;
  readonly feedbackDropped: Counter<'reason'>;
  readonly subscriptionSeen: Gauge<'tenant' | 'subscription'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    hookRequests: new Counter({
      name: 'recurrence_hook_requests_total',
      help: 'Hook requests by service and outcome (the kind of card, or the error code)',
      labelNames: ['service', 'outcome'],
      registers: [registry],
    }),
    hookSeconds: new Histogram({
      name: 'recurrence_hook_duration_seconds',
      help: 'Time from a parsed hook request to its answer',
      labelNames: ['service'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.45, 0.5, 1, 2.5],
      registers: [registry],
    }),
    clientAuth: new Counter({
      name: 'recurrence_client_auth_total',
      help: 'Callers by outcome: verified, anonymous (none was asked for), or why they were refused',
      labelNames: ['outcome'],
      registers: [registry],
    }),
    replaysUnchecked: new Counter({
      name: 'recurrence_replays_unchecked_total',
      help: 'Client tokens whose replay was looked for in one process only, since the store did not answer',
      registers: [registry],
    }),
    assessments: new Counter({
      name: 'recurrence_assessments_total',
      help: 'Assessments that jobs of this process computed',
      registers: [registry],
    }),
    writeBacks: new Counter({
      name: 'recurrence_write_backs_total',
      help: 'Attempts to write a result to the FHIR server, by outcome (what was done, or the error code)',
      labelNames: ['outcome'],
      registers: [registry],
    }),
    auditEvents: new Counter({
      name: 'recurrence_audit_events_total',
      help: 'AuditEvents by outcome: written, put off (tried again later), or lost',
      labelNames: ['outcome'],
      registers: [registry],
    }),
    triggers: new Counter({
      name: 'recurrence_triggers_total',
      help: 'What came of new data without a hook, by door (notification, find-patient, catch-up, sweep, assess)',
      labelNames: ['door', 'outcome'],
      registers: [registry],
    }),
    cardsIssued: new Counter({
      name: 'recurrence_cards_issued_total',
      help: 'Cards that hooks were answered with, by service and topic',
      labelNames: ['service', 'topic'],
      registers: [registry],
    }),
    cardFeedback: new Counter({
      name: 'recurrence_card_feedback_total',
      help: 'Feedback stored, by outcome; reason is the code of an override of ours, other, or none',
      labelNames: ['service', 'topic', 'outcome', 'reason'],
      registers: [registry],
    }),
    suggestionsAccepted: new Counter({
      name: 'recurrence_suggestions_accepted_total',
      help: 'Suggestions that feedback says were accepted, by what was suggested',
      labelNames: ['service', 'item'],
      registers: [registry],
    }),
    feedbackSpooled: new Gauge({
      name: 'recurrence_feedback_spooled',
      help: 'Feedback taken that waits for the store',
      registers: [registry],
    }),
    feedbackDropped: new Counter({
      name: 'recurrence_feedback_dropped_total',
      help: 'Feedback taken while the store was away that then could not be stored, by why',
      labelNames: ['reason'],
      registers: [registry],
    }),
    subscriptionSeen: new Gauge({
      name: 'recurrence_subscription_last_seen_timestamp_seconds',
      help: 'When the last authenticated notification came, heartbeats too; subscription is its id, - for R4 rest-hooks',
      labelNames: ['tenant', 'subscription'],
      registers: [registry],
    }),
  };
}
