import type { SimulatedPatient } from './patient.ts';
import type { Draw, Visit } from './schedule.ts';

/** What a hospital saw of a patient; days from surgery. */
export interface Observed {
  /** Event-free visits that took place. */
  readonly visits: readonly Visit[];
  readonly draws: readonly Draw[];
  /** The event, when it happened under observation. */
  readonly eventDay?: number;
  /** Of death, with or without recurrence before it. */
  readonly deathDay?: number;
}

/**
 * The patient under observation. An event is seen when it comes before the data cut and before the patient is
 * lost; otherwise the last event-free visit censors. Draws stop at the event or the last visit.
 */
export function observe(patient: SimulatedPatient): Observed {
  const { eventDay, lostAfterDay, dataCutDay, event } = patient;
  const seen = eventDay <= Math.min(lostAfterDay, dataCutDay);
  const lastDay = Math.min(lostAfterDay, dataCutDay, eventDay - 1);
  const visits = patient.visits.filter((visit) => visit.day <= lastDay);
  const lastDrawDay = Math.min(
    seen ? eventDay - 1 : (visits.at(-1)?.day ?? -1),
    patient.collection.lastDrawDay,
  );
  const draws = patient.draws.filter((draw) => draw.day <= lastDrawDay);
  const deathDay = event.kind === 'death' ? eventDay : patient.deathAfterRecurrenceDay;
  return {
    visits,
    draws,
    ...(seen ? { eventDay } : {}),
    ...(seen && deathDay <= dataCutDay ? { deathDay } : {}),
  };
}
