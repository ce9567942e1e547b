import type { AppointmentFact, CarePlanFact, EncounterFact, ServiceRequestFact } from '../care-facts.ts';
import {
  calendarDay,
  codings,
  evidenceOf,
  list,
  localReference,
  record,
  text,
  type Json,
} from '../resource-reader.ts';
import { codingOf, codingsOfAll, compact, references, type Parser } from './common.ts';
import { occurrenceOf } from './occurrence.ts';

export const encounterFact: Parser<EncounterFact> = (resource, zone) => {
  const period = record(resource['period']);
  return compact<EncounterFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    encounterClass: codingOf(resource['class'])[0]?.code,
    startedOn: calendarDay(period?.['start'], zone),
    endedOn: calendarDay(period?.['end'], zone),
  });
};

/** Everybody who takes part, that is a patient of this server. */
const patientsOf = (appointment: Json): string[] =>
  list(appointment['participant']).flatMap((item) => {
    const actor = localReference(record(item)?.['actor']);
    return actor?.startsWith('Patient/') === true ? [actor] : [];
  });

/** The first day of those that are asked for. */
const requestedOn = (appointment: Json, zone: string): string | undefined =>
  list(appointment['requestedPeriod'])
    .flatMap((period) => calendarDay(record(period)?.['start'], zone) ?? [])
    .sort()[0];

/** Members, lists of CodeableConcepts, by which an Appointment says what it is for. */
const KIND_MEMBERS = ['serviceType', 'serviceCategory', 'specialty', 'reasonCode'];

const isInWords = (concept: unknown): boolean =>
  text(record(concept)?.['text']) !== undefined && codings(concept).length === 0;

export const appointmentFact: Parser<AppointmentFact> = (resource, zone) => {
  const startsOn = calendarDay(resource['start'], zone);
  return compact<AppointmentFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    startsOn,
    startsAt: startsOn === undefined ? undefined : text(resource['start']),
    requestedOn: startsOn === undefined ? requestedOn(resource, zone) : undefined,
    serviceTypes: [...codingsOfAll(resource['serviceType']), ...codingsOfAll(resource['serviceCategory'])],
    appointmentTypes: codings(resource['appointmentType']),
    specialties: codingsOfAll(resource['specialty']),
    reasons: codingsOfAll(resource['reasonCode']),
    saidInWords: KIND_MEMBERS.some((member) => list(resource[member]).some(isInWords)),
    basedOn: references(resource['basedOn']),
    patients: patientsOf(resource),
  });
};

export const serviceRequestFact: Parser<ServiceRequestFact> = (resource, zone) =>
  compact<ServiceRequestFact>({
    source: evidenceOf(resource),
    codings: codings(resource['code']),
    status: text(resource['status']),
    intent: text(resource['intent']),
    dueOn:
      calendarDay(resource['occurrenceDateTime'], zone) ??
      calendarDay(record(resource['occurrencePeriod'])?.['start'], zone),
    wanted: occurrenceOf(resource, zone),
    authoredOn: calendarDay(resource['authoredOn'], zone),
    instantiates: list(resource['instantiatesCanonical']).flatMap((canonical) => text(canonical) ?? []),
    basedOn: references(resource['basedOn']),
    replaces: references(resource['replaces']),
    doNotPerform: resource['doNotPerform'] === true ? true : undefined,
  });

export const carePlanFact: Parser<CarePlanFact> = (resource, zone) => {
  const period = record(resource['period']);
  return compact<CarePlanFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    intent: text(resource['intent']),
    startsOn: calendarDay(period?.['start'], zone),
    endsOn: calendarDay(period?.['end'], zone),
    activities: list(resource['activity']).flatMap((item) => {
      const reference = localReference(record(item)?.['reference']);
      return reference === undefined ? [] : [reference];
    }),
  });
};
