/** Orders as an EHR drafts them, and the request of order-select that carries them. */
import type { Appointment, CodeableConcept, FhirResource, ImagingStudy, ServiceRequest } from 'fhir/r4.js';

export const ORDER_SELECT = '/cds-services/recurrence-risk-order-select';
export const POLICY = 'https://recurrence-cds.org/fhir/PlanDefinition/recurrence-follow-up';
const CODES = 'https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds';

export const CHEST_CT: CodeableConcept = {
  coding: [{ system: 'http://loinc.org', code: '24628-0', display: 'CT Chest W contrast IV' }],
};
export const CTDNA: CodeableConcept = {
  coding: [{ system: CODES, code: 'ctdna-test', display: 'Circulating tumour DNA test of blood' }],
};

export type Order = Omit<ServiceRequest, 'id'> & { id: string };

export const order = (id: string, patientId: string, change: Partial<Order> = {}): Order => ({
  resourceType: 'ServiceRequest',
  id,
  status: 'draft',
  intent: 'order',
  code: CHEST_CT,
  subject: { reference: `Patient/${patientId}` },
  ...change,
});

/** Of the chart: signed. */
export const standing = (id: string, patientId: string, change: Partial<Order> = {}): Order =>
  order(id, patientId, { status: 'active', ...change });

export const ctAppointment = (id: string, patientId: string, start: string): Appointment => ({
  resourceType: 'Appointment',
  id,
  status: 'booked',
  serviceType: [CHEST_CT],
  start,
  end: start,
  participant: [{ actor: { reference: `Patient/${patientId}` }, status: 'accepted' }],
});

export const ctDone = (id: string, patientId: string, started: string): ImagingStudy => ({
  resourceType: 'ImagingStudy',
  id,
  status: 'available',
  subject: { reference: `Patient/${patientId}` },
  started,
  modality: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: 'CT' }],
  procedureCode: [{ coding: [{ system: 'http://loinc.org', code: '24627-2' }] }],
});

export const bundle = (...resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
});

export const namesOf = (...orders: readonly FhirResource[]): string[] =>
  orders.map(({ resourceType, id }) => `${resourceType}/${id ?? ''}`);

/** @param orders the drafts; all are selected unless `change.context` says otherwise */
export const orderSelect = (
  patientId: string,
  orders: readonly FhirResource[],
  { context = {}, ...change }: Record<string, unknown> & { context?: object } = {},
) => ({
  hook: 'order-select',
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  context: {
    userId: 'Practitioner/surgeon-1',
    patientId,
    selections: namesOf(...orders),
    draftOrders: bundle(...orders),
    ...context,
  },
  ...change,
});
