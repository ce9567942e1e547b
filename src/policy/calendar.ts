import { addDays, daysBetween } from '../domain/index.ts';
import type { Interval } from './types.ts';

const addMonths = (date: string, months: number): string => {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, lastDay))).toISOString().slice(0, 10);
};

/**
 * The calendar date an interval after `date`: calendar months and years, as a clinic books them, not months of
 * 30.4375 days; 31 August and 6 months is the last of February.
 *
 * @param date YYYY-MM-DD
 */
export const addInterval = (date: string, { value, unit }: Interval): string => {
  switch (unit) {
    case 'd':
      return addDays(date, value);
    case 'wk':
      return addDays(date, 7 * value);
    case 'mo':
      return addMonths(date, value);
    case 'a':
      return addMonths(date, 12 * value);
  }
};

/**
 * The dates between which an appointment still keeps to the interval: a sixth of it to each side (two weeks around
 * three months, one month around six). The guidelines give no tolerance; a sixth never reaches the next due date's
 * window and never the landmark.
 */
export const windowAround = (
  dueDate: string,
  landmarkDate: string,
): { readonly windowStart: string; readonly windowEnd: string } => {
  const sixth = Math.floor(daysBetween(landmarkDate, dueDate) / 6);
  return { windowStart: addDays(dueDate, -sixth), windowEnd: addDays(dueDate, sixth) };
};
