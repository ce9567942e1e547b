import { CdsError } from '../domain/index.ts';
import type { Language } from './language.ts';

/** The units of time that texts speak of; UCUM codes as FHIR timings use them. */
export const TIME_UNITS = ['d', 'wk', 'mo', 'a'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

const INTL_UNIT = { d: 'day', wk: 'week', mo: 'month', a: 'year' } as const;

/** English dates are day month year with the month's name: 03/04/2026 reads differently on two shores. */
const DATE_LOCALE = { en: 'en-GB', 'zh-CN': 'zh-CN' } as const;
const DATE_STYLE = { en: 'medium', 'zh-CN': 'long' } as const;

/** What completes a partial date for parsing; the part that was not there is not shown. */
const FIRST_DAY = '0000-01-01T00:00:00Z';

/** Numbers, shares, dates and durations as a reader of the language writes them. */
export interface Formats {
  /** At most `decimals` decimals (default 1). */
  readonly number: (value: number, decimals?: number) => string;
  /** With its sign unless zero, `decimals` decimals (default 1). */
  readonly signed: (value: number, decimals?: 0 | 1) => string;
  /** A probability (0..1) as per cent, see {@link createFormats}. */
  readonly percent: (probability: number) => string;
  /** A FHIR date, as precise as it is: YYYY, YYYY-MM or YYYY-MM-DD (of an instant, the date it is written with). */
  readonly date: (isoDate: string) => string;
  /** An ISO instant as day and time of day in a time zone: "24 Nov 2026, 10:15". */
  readonly instant: (isoInstant: string, timeZone: string) => string;
  /** "6 months", "6个月". */
  readonly duration: (value: number, unit: TimeUnit) => string;
}

const finite = (value: number): number => {
  if (!Number.isFinite(value)) throw new CdsError('INTERNAL', 'A number to be shown is not finite.');
  return value;
};

/**
 * Formats through Intl. Intl objects are built once: building one costs more than a thousand uses.
 *
 * Percentages, by the AMA Manual of Style (no space before the sign; GB/T 15835 agrees for Chinese): whole per cent
 * from 10 % up, since the interval is far wider than a decimal; one decimal below 10 %, where whole numbers would
 * hide a doubling; "<1%" and ">99%" at the ends: a risk is never shown as none or as certain.
 */
export const createFormats = (language: Language): Formats => {
  const numbers = [0, 1, 2, 3].map(
    (decimals) => new Intl.NumberFormat(language, { maximumFractionDigits: decimals }),
  );
  const oneDecimal = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const signed = [0, 1].map(
    (decimals) =>
      new Intl.NumberFormat(language, {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
        signDisplay: 'exceptZero',
      }),
  );
  const wholePercent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const smallPercent = new Intl.NumberFormat(language, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const locale = DATE_LOCALE[language];
  // By the length of the date's text.
  const dates = new Map([
    [4, new Intl.DateTimeFormat(locale, { year: 'numeric', timeZone: 'UTC' })],
    [7, new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', timeZone: 'UTC' })],
    [10, new Intl.DateTimeFormat(locale, { dateStyle: DATE_STYLE[language], timeZone: 'UTC' })],
  ]);
  /** By time zone: of the tenants, a few. */
  const instants = new Map<string, Intl.DateTimeFormat>();
  const durations = new Map(
    TIME_UNITS.map((unit) => [
      unit,
      new Intl.NumberFormat(language, { style: 'unit', unit: INTL_UNIT[unit], unitDisplay: 'long' }),
    ]),
  );
  return {
    number: (value, decimals = 1) => (numbers[decimals] ?? oneDecimal).format(finite(value)),
    signed: (value, decimals = 1) => (signed[decimals] ?? oneDecimal).format(finite(value)),
    percent: (probability) => {
      if (finite(probability) < 0.01) return `<${wholePercent.format(0.01)}`;
      if (probability > 0.99) return `>${wholePercent.format(0.99)}`;
      return (probability < 0.0995 ? smallPercent : wholePercent).format(probability);
    },
    date: (isoDate) => {
      const day = isoDate.slice(0, 10);
      const format = dates.get(day.length);
      const time = Date.parse(`${day}${FIRST_DAY.slice(day.length)}`);
      if (format === undefined || Number.isNaN(time)) {
        throw new CdsError('INTERNAL', 'A date to be shown is none.');
      }
      return format.format(time);
    },
    instant: (isoInstant, timeZone) => {
      const time = Date.parse(isoInstant);
      if (Number.isNaN(time)) throw new CdsError('INTERNAL', 'An instant to be shown is none.');
      const format =
        instants.get(timeZone) ??
        new Intl.DateTimeFormat(locale, { dateStyle: DATE_STYLE[language], timeStyle: 'short', timeZone });
      instants.set(timeZone, format);
      return format.format(time);
    },
    duration: (value, unit) => (durations.get(unit) ?? oneDecimal).format(finite(value)),
  };
};
