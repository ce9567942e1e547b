import type { AppointmentKind } from '../../cards/index.ts';
import { appointmentFact, patientIdOf, record, type AppointmentFact, type Json } from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';
import type { TenantConfig } from '../../platform/index.ts';
import type { HookDependencies } from '../common/index.ts';
import { kindsOf } from './kinds.ts';
import type { AppointmentBookContext } from './schema.ts';

/** An appointment that is being booked, and that a follow-up policy may have a say in. */
export interface Booked {
  readonly resource: Json;
  readonly fact: AppointmentFact;
  readonly kinds: readonly AppointmentKind[];
  /** YYYY-MM-DD at the site: of its start, or the first day it is asked for. */
  readonly day: string;
}

/** Those that will not take place, or have. One without a status, or in one that R4 does not know, is being booked. */
const OVER: ReadonlySet<unknown> = new Set([
  'cancelled',
  'noshow',
  'entered-in-error',
  'fulfilled',
  'arrived',
  'checked-in',
]);

/** Of the chart's, those that will take place. */
const COMING: ReadonlySet<unknown> = new Set(['pending', 'booked', 'arrived', 'checked-in']);

const appointmentsIn = ({ appointments }: AppointmentBookContext): readonly Json[] =>
  (appointments.entry ?? []).flatMap(({ resource }) => {
    const read = record(resource);
    return read?.['resourceType'] === 'Appointment' ? [read] : [];
  });

/**
 * The appointments of a request, with what each is for. Left out: those that are over, those without a day, those for
 * something else, and those in which no patient of any server takes part: whose they are is not known.
 *
 * @throws {CdsError} CDS_PATIENT_MISMATCH where one is of another patient, or of a patient of another server
 */
export const bookedOf = (
  context: AppointmentBookContext,
  { fhirBaseUrl, timeZone }: Pick<TenantConfig, 'fhirBaseUrl' | 'timeZone'>,
  codes: HookDependencies['codes'],
): readonly Booked[] =>
  appointmentsIn(context).flatMap((resource) => {
    const fact = appointmentFact(resource, timeZone);
    if (fact.patients.length === 0) return [];
    if (patientIdOf(resource, fhirBaseUrl) !== context.patientId)
      throw new CdsError('CDS_PATIENT_MISMATCH', 'An appointment is not of context.patientId.');
    const day = fact.startsOn ?? fact.requestedOn;
    const kinds = kindsOf(codes, fact);
    return day === undefined || kinds.length === 0 || OVER.has(fact.status)
      ? []
      : [{ resource, fact, kinds, day }];
  });

/** Has the EHR saved it as booked already? Then a slot is held, which a request for another date would give up. */
export const isHeld = (
  { fact }: Booked,
  appointments: readonly Pick<AppointmentFact, 'source' | 'status'>[],
): boolean =>
  appointments.some(({ source, status }) => source.reference === fact.source.reference && COMING.has(status));

/** Days on which the chart already has something of the kind, but for what is being booked now. */
export const otherDays = (
  appointments: readonly AppointmentFact[],
  booked: readonly Booked[],
  kind: AppointmentKind,
  codes: HookDependencies['codes'],
): readonly string[] => {
  const now = new Set(booked.map(({ fact }) => fact.source.reference));
  return appointments.flatMap((fact) =>
    fact.startsOn !== undefined &&
    COMING.has(fact.status) &&
    !now.has(fact.source.reference) &&
    kindsOf(codes, fact).includes(kind)
      ? [fact.startsOn]
      : [],
  );
};
