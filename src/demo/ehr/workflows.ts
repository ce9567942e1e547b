import type { Appointment, CodeableConcept, Encounter, ServiceRequest } from 'fhir/r4.js';
import type { HookCall } from './hook-client.ts';
import type { Story } from './layout.ts';

/** What was filled in. */
export interface Filled {
  readonly what: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** The choice as it stood in the form; English where nothing was shown. */
  readonly text?: string;
}

export const WORKFLOW_NAMES = ['visit', 'book', 'order'] as const;
export type WorkflowName = (typeof WORKFLOW_NAMES)[number];

/** Something that is done in a chart and has a hook of its own. */
export interface Workflow {
  readonly hook: HookCall['hook'];
  /** To choose from; none where there is nothing to fill in. */
  readonly choices: readonly { readonly what: string; readonly label: Story }[];
  readonly contextOf: (patientId: string, filled: Filled) => HookCall['context'];
  /** What is written to the FHIR server once it was decided on; `today` as YYYY-MM-DD. */
  readonly keptOf?: (patientId: string, filled: Filled, today: string) => Appointment | ServiceRequest;
}

const concept = (system: string, code: string, text: string): CodeableConcept => ({
  coding: [{ system, code }],
  text,
});

const LOINC = 'http://loinc.org';
const SNOMED = 'http://snomed.info/sct';
const APPOINTMENT_TYPE = 'http://terminology.hl7.org/CodeSystem/v2-0276';

type AppointmentKind = Pick<Appointment, 'appointmentType' | 'serviceType'>;

const KINDS: Readonly<Record<string, AppointmentKind>> = {
  visit: { appointmentType: concept(APPOINTMENT_TYPE, 'FOLLOWUP', 'Thoracic surgery follow-up') },
  eye: { serviceType: [concept(SNOMED, '394594003', 'Ophthalmology')] },
};

const ORDERS: Readonly<Record<string, CodeableConcept>> = {
  'contrast-ct': concept(LOINC, '24628-0', 'CT Chest W contrast IV'),
  ct: concept(LOINC, '24627-2', 'CT Chest'),
  knee: concept(LOINC, '24802-1', 'MR Knee'),
};

/** The visit that a patient is at. */
export const visitOf = (patientId: string): Encounter & { id: string } => ({
  resourceType: 'Encounter',
  id: `${patientId}-visit`,
  status: 'in-progress',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  subject: { reference: `Patient/${patientId}` },
});

/** Each draft has an id of its own, another than what is kept: else the one would pass for the other. */
const idOf = (patientId: string, kind: string, { what, date }: Filled): string =>
  `${patientId}-${kind}-${what}-${date}`;

const inWordsOf = ({ text }: Filled, code: CodeableConcept): CodeableConcept => ({
  ...code,
  ...(text !== undefined && { text }),
});

const kindOf = (filled: Filled): AppointmentKind => {
  const { appointmentType, serviceType } = KINDS[filled.what] ?? KINDS['visit'] ?? {};
  return {
    ...(appointmentType !== undefined && { appointmentType: inWordsOf(filled, appointmentType) }),
    ...(serviceType !== undefined && { serviceType: serviceType.map((each) => inWordsOf(filled, each)) }),
  };
};

const appointmentOf = (patientId: string, filled: Filled): Appointment => ({
  resourceType: 'Appointment',
  id: idOf(patientId, 'booking', filled),
  status: 'proposed',
  ...kindOf(filled),
  start: `${filled.date}T09:00:00Z`,
  end: `${filled.date}T09:20:00Z`,
  participant: [{ actor: { reference: `Patient/${patientId}` }, status: 'needs-action' }],
});

const bookedOf = (patientId: string, filled: Filled): Appointment => ({
  ...appointmentOf(patientId, filled),
  id: idOf(patientId, 'booked', filled),
  status: 'booked',
  participant: [{ actor: { reference: `Patient/${patientId}` }, status: 'accepted' }],
});

const orderOf = (patientId: string, filled: Filled): ServiceRequest & { id: string } => ({
  resourceType: 'ServiceRequest',
  id: idOf(patientId, 'draft', filled),
  status: 'draft',
  intent: 'order',
  code: inWordsOf(filled, ORDERS[filled.what] ?? ORDERS['contrast-ct'] ?? {}),
  subject: { reference: `Patient/${patientId}` },
  occurrenceDateTime: filled.date,
});

const signedOf = (patientId: string, filled: Filled, today: string): ServiceRequest => ({
  ...orderOf(patientId, filled),
  id: idOf(patientId, 'order', filled),
  status: 'active',
  authoredOn: today,
});

const collection = (resource: Appointment | ServiceRequest) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: [{ resource }],
});

export const WORKFLOWS: Readonly<Record<WorkflowName, Workflow>> = {
  visit: {
    hook: 'encounter-start',
    choices: [],
    contextOf: (patientId) => ({ patientId, encounterId: visitOf(patientId).id }),
  },
  book: {
    hook: 'appointment-book',
    choices: [
      { what: 'visit', label: { en: 'Follow-up visit, thoracic surgery', zh: '胸外科随访门诊' } },
      { what: 'eye', label: { en: 'Ophthalmology', zh: '眼科' } },
    ],
    contextOf: (patientId, filled) => ({
      patientId,
      appointments: collection(appointmentOf(patientId, filled)),
    }),
    keptOf: bookedOf,
  },
  order: {
    hook: 'order-select',
    choices: [
      { what: 'contrast-ct', label: { en: 'CT chest with contrast', zh: '胸部增强CT' } },
      { what: 'ct', label: { en: 'CT chest', zh: '胸部CT' } },
      { what: 'knee', label: { en: 'MR knee', zh: '膝关节磁共振' } },
    ],
    contextOf: (patientId, filled) => {
      const order = orderOf(patientId, filled);
      return { patientId, selections: [`ServiceRequest/${order.id}`], draftOrders: collection(order) };
    },
    keptOf: signedOf,
  },
};
