/** A month in this product, everywhere (the statistical contract's definition). */
export const DAYS_PER_MONTH = 30.4375;

/** The horizons a risk is given for. */
export const HORIZON_MONTHS = [6, 12, 24] as const;
export type HorizonMonths = (typeof HORIZON_MONTHS)[number];

const MS_PER_DAY = 86_400_000;

/**
 * Whole days from one calendar date to another (negative when `to` is earlier).
 *
 * @param from,to YYYY-MM-DD
 */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / MS_PER_DAY);

/** The calendar date `days` after `date` (YYYY-MM-DD). */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * MS_PER_DAY).toISOString().slice(0, 10);

/** The landmark: the date a prediction is made for. Nothing later may enter it. */
export interface Landmark {
  /** YYYY-MM-DD in the site's time zone. */
  readonly date: string;
  /** Time zero: the resection, YYYY-MM-DD. */
  readonly surgeryDate: string;
  /** Last dose of neoadjuvant therapy, where the chart has it. */
  readonly lastNeoadjuvantDose?: string;
}

/** Months (of 30.4375 days) from surgery to the landmark. */
export const monthsSinceSurgery = (landmark: Landmark): number =>
  daysBetween(landmark.surgeryDate, landmark.date) / DAYS_PER_MONTH;
