import type { AuditEvent, Coding } from 'fhir/r4.js';
import { profile, SERVICE } from './codes.ts';

/** What was done with a chart: read by a hook's request or a worker, or a result written into it. */
export const AUDITED_ACTIONS = ['hook-read', 'worker-read', 'write-back'] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

export interface AuditedAccess {
  /** A UUID: names the event, so that it can be sent twice and recorded once. */
  readonly id: string;
  readonly patientId: string;
  readonly what: AuditedAction;
  /** ISO instant. */
  readonly when: string;
}

const interaction = (code: string): Coding => ({ system: 'http://hl7.org/fhir/restful-interaction', code });

/** A reading is a batch of searches ("execute"), a writing an update. */
const ACTIONS: Readonly<Record<AuditedAction, { action: 'E' | 'U'; subtype: Coding; text: string }>> = {
  'hook-read': { action: 'E', subtype: interaction('search-type'), text: "read for a hook's request" },
  'worker-read': { action: 'E', subtype: interaction('search-type'), text: 'read for an assessment' },
  'write-back': { action: 'U', subtype: interaction('update'), text: 'result of an assessment written' },
};

/**
 * One access of this service to one patient's chart: who, whose, when, and why; no query, no value.
 *
 * @see http://hl7.org/fhir/R4/auditevent.html
 */
export function auditEventOf({
  id,
  patientId,
  what,
  when,
}: AuditedAccess): AuditEvent & { readonly id: string } {
  const { action, subtype, text } = ACTIONS[what];
  return {
    resourceType: 'AuditEvent',
    id,
    meta: { profile: [profile('recurrence-audit-event')] },
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [subtype],
    action,
    recorded: when,
    outcome: '0',
    purposeOfEvent: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }] },
    ],
    agent: [
      {
        type: {
          coding: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110153' }],
          text: 'Source Role ID',
        },
        who: { identifier: SERVICE, display: SERVICE.value },
        requestor: true,
      },
    ],
    source: { observer: { identifier: SERVICE, display: SERVICE.value } },
    entity: [
      {
        what: { reference: `Patient/${patientId}` },
        type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1' },
        role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1' },
        description: text,
      },
    ],
  };
}
