import { codingsOf, list, ownReference, record, type FhirClient, type Json } from '../../chart/index.ts';
import { addDays, asCdsError } from '../../domain/index.ts';
import { calendarDate, type Clock, type Log, type Metrics } from '../../platform/index.ts';
import type { AssessorDependencies } from '../assessor.ts';
import type { TaskHandlers, TaskQueue } from '../ports.ts';
import { clientOf, isLasting, spread, startOfDay } from './sites.ts';

/** A tenant that is swept. */
export interface SweptSite {
  readonly timeZone: string;
  /** The last day that is looked at: 0 is today, 1 tomorrow. */
  readonly daysAhead: number;
}

export interface SweepDependencies {
  readonly clients: ReadonlyMap<string, FhirClient>;
  readonly sites: ReadonlyMap<string, SweptSite>;
  /** The ValueSet `follow-up-appointment`, where a site has filled it. */
  readonly terminology: Pick<AssessorDependencies['terminology'], 'includes' | 'tokens'>;
  readonly tasks: Pick<TaskQueue, 'add'>;
  /** Takes up results that were stored and not written back. */
  readonly resume?: (tenant: string, signal: AbortSignal) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export const FOLLOW_UP_APPOINTMENT = 'follow-up-appointment';

/** Appointments that will take place, or are taking place. */
const COMING: readonly string[] = ['pending', 'booked', 'arrived', 'checked-in'];
const LIMIT_MS = 120_000;
const PAGE = 200;

const patientsOf = (appointment: Json, baseUrl: string): string[] =>
  list(appointment['participant']).flatMap((participant) => {
    const reference = ownReference(record(participant)?.['actor'], baseUrl);
    return reference?.startsWith('Patient/') === true ? [reference.slice('Patient/'.length)] : [];
  });

/** What kind of appointment it says it is, by any of its three ways. */
const kindsOf = (appointment: Json): ReturnType<typeof codingsOf> =>
  [
    ...list(appointment['serviceType']),
    ...list(appointment['specialty']),
    appointment['appointmentType'],
  ].flatMap(codingsOf);

/**
 * Has everybody looked at who has a follow-up appointment from today up to `daysAhead`, so that the result is there
 * when the chart is opened; and takes up what was left undone. A site whose server has no Appointments still gets
 * the latter.
 */
export function createSweepHandler(dependencies: SweepDependencies): TaskHandlers['sweep'] {
  const { clients, sites, terminology, tasks, clock, log, metrics } = dependencies;
  const countUp = (outcome: string, by = 1): void => {
    metrics.triggers.inc({ door: 'sweep', outcome }, by);
  };

  const isFollowUp = (appointment: Json): boolean =>
    COMING.includes(String(appointment['status'])) &&
    (terminology.tokens(FOLLOW_UP_APPOINTMENT).length === 0 ||
      terminology.includes(FOLLOW_UP_APPOINTMENT, kindsOf(appointment)));

  const coming = async (client: FhirClient, site: SweptSite, signal: AbortSignal): Promise<string[]> => {
    const today = calendarDate(clock.now(), site.timeZone);
    const day = (days: number): string => startOfDay(addDays(today, days), site.timeZone).toISOString();
    const parameters = {
      date: [`ge${day(0)}`, `lt${day(site.daysAhead + 1)}`],
      status: COMING.join(','),
      _count: PAGE,
    };
    const appointments = await client.search('Appointment', parameters, { signal });
    const followUps = appointments.filter(isFollowUp);
    return [...new Set(followUps.flatMap((appointment) => patientsOf(appointment, client.baseUrl)))];
  };

  const assessAll = async (tenant: string, site: SweptSite, signal: AbortSignal): Promise<void> => {
    const patients = await coming(clientOf(clients, tenant), site, signal);
    for (const [index, patientId] of patients.entries())
      await tasks.add({ kind: 'assess', tenant, patientId }, spread(index));
    countUp('assess', patients.length);
    log.info({ tenant, patients: patients.length }, 'swept over the coming appointments');
  };

  return async ({ tenant }, outer) => {
    const signal = AbortSignal.any([outer, AbortSignal.timeout(LIMIT_MS)]);
    // Planned long ago, the schedule may outlive its tenant, or the setting.
    if (!clients.has(tenant)) return;
    await dependencies.resume?.(tenant, signal);
    const site = sites.get(tenant);
    if (site === undefined) return;
    try {
      await assessAll(tenant, site, signal);
    } catch (thrown) {
      const error = asCdsError(thrown);
      if (!isLasting(error) || !error.code.startsWith('FHIR_')) throw error;
      countUp(error.code);
      log.warn({ error, tenant }, 'appointments could not be searched for');
    }
  };
}
