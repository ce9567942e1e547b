import { DAYS_PER_MONTH } from '../domain/index.ts';
import type { Random } from '../numerics/index.ts';
import { FOLLOW_UP } from './constants.ts';
import { integerBetween } from './shares.ts';

/** A follow-up visit; days from surgery. */
export interface Visit {
  readonly nominalMonths: number;
  readonly day: number;
}

/** A blood draw, split for all modalities that read blood. */
export interface Draw {
  /** `baseline`, `postoperative`, or the visit it is drawn for: `m3`. Part of resource ids. */
  readonly label: string;
  readonly day: number;
  /** The visit it is drawn for. */
  readonly forMonths?: number;
}

const jitter = (random: Random, days: number): number => random.integer(2 * days + 1) - days;

export const planVisits = (random: Random): Visit[] =>
  FOLLOW_UP.visitMonths.map((nominalMonths) => {
    const days = nominalMonths === 1 ? FOLLOW_UP.firstVisitJitterDays : FOLLOW_UP.visitJitterDays;
    return { nominalMonths, day: Math.round(nominalMonths * DAYS_PER_MONTH) + jitter(random, days) };
  });

/** Baseline and postoperative draws, and one some days before each visit, so that its result is there at it. */
export function planDraws(random: Random, visits: readonly Visit[]): Draw[] {
  const { baselineBeforeSurgeryDays: before, drawBeforeVisitDays: lead } = FOLLOW_UP;
  return [
    { label: 'baseline', day: -integerBetween(random, before) },
    { label: 'postoperative', day: FOLLOW_UP.postoperativeDay + jitter(random, 1) },
    ...visits.map((visit) => ({
      label: `m${visit.nominalMonths}`,
      day: visit.day - integerBetween(random, lead),
      forMonths: visit.nominalMonths,
    })),
  ];
}
