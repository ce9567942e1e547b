import { toPeriod } from '@medplum/core';
import type { Period } from 'fhir/r4.js';
import type { TypedValue } from './medplum.ts';
import { invalidRequest } from './outcomes.ts';

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';
const PREFIXES: ReadonlySet<string> = new Set(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']);
export const isPrefix = (operator: string): operator is Prefix => PREFIXES.has(operator);

type Match = (value: TypedValue) => boolean;
interface Interval {
  readonly low: number;
  readonly high: number;
}

const inside = (value: Interval, asked: Interval): boolean =>
  value.low >= asked.low && value.high <= asked.high;
const above = (value: Interval, asked: Interval): boolean => value.high > asked.high;
const below = (value: Interval, asked: Interval): boolean => value.low < asked.low;

/**
 * Whether a value's interval stands to the asked one as the prefix says; both ends included.
 *
 * @see http://hl7.org/fhir/R4/search.html#prefix
 */
const RELATIONS: Readonly<Record<Prefix, (value: Interval, asked: Interval) => boolean>> = {
  eq: inside,
  ne: (value, asked) => !inside(value, asked),
  gt: above,
  ge: (value, asked) => above(value, asked) || inside(value, asked),
  lt: below,
  le: (value, asked) => below(value, asked) || inside(value, asked),
  sa: (value, asked) => value.low > asked.high,
  eb: (value, asked) => value.high < asked.low,
  ap: (value, asked) => value.low <= asked.high && value.high >= asked.low,
};

const millis = (period: Partial<Period>): Interval => ({
  low: period.start === undefined ? -Infinity : Date.parse(period.start),
  high: period.end === undefined ? Infinity : Date.parse(period.end),
});

/** A date, dateTime, instant or Period as milliseconds, time zones resolved; undefined for anything else. */
export const dateInterval = (value: unknown): Interval | undefined => {
  const period = toPeriod(value) as Partial<Period> | undefined;
  return period && millis(period);
};

/** `asked`: a FHIR date of any precision; 2024-03 stands for the whole month. */
export const matchDate = (prefix: Prefix, asked: string): Match => {
  const interval = dateInterval(asked);
  if (!interval) throw invalidRequest('Not a date, in a search parameter of type date');
  return ({ value }) => {
    const own = dateInterval(value);
    return own !== undefined && RELATIONS[prefix](own, interval);
  };
};

const NUMBER = /^[+-]?\d+(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/** The number and half a unit of its last written digit: 5.40 stands for 5.395 to 5.405. */
const parseNumber = (text: string): { number: number; halfUnit: number } => {
  const match = NUMBER.exec(text);
  if (!match) throw invalidRequest('Not a number, in a search parameter of type number or quantity');
  return { number: Number(text), halfUnit: 0.5 * 10 ** (Number(match[2] ?? 0) - (match[1]?.length ?? 0)) };
};

const askedInterval = (prefix: Prefix, text: string): Interval => {
  const { number, halfUnit } = parseNumber(text);
  const exact = ['gt', 'lt', 'ge', 'le', 'sa', 'eb'].includes(prefix);
  const margin = exact ? 0 : prefix === 'ap' ? Math.max(Math.abs(number) * 0.1, halfUnit) : halfUnit;
  return { low: number - margin, high: number + margin };
};

interface QuantityLike {
  readonly value?: number;
  readonly system?: string;
  readonly code?: string;
  readonly unit?: string;
  readonly low?: QuantityLike;
  readonly high?: QuantityLike;
}

const rangeInterval = ({ low, high }: QuantityLike): Interval | undefined =>
  low === undefined && high === undefined
    ? undefined
    : { low: low?.value ?? -Infinity, high: high?.value ?? Infinity };

/** A number, Quantity or Range as an interval; undefined for anything else. */
export const numberInterval = (value: unknown): Interval | undefined => {
  if (typeof value === 'number') return { low: value, high: value };
  if (typeof value !== 'object' || value === null) return undefined;
  const quantity: QuantityLike = value;
  return quantity.value === undefined
    ? rangeInterval(quantity)
    : { low: quantity.value, high: quantity.value };
};

export const matchNumber = (prefix: Prefix, asked: string): Match => {
  const interval = askedInterval(prefix, asked);
  return ({ value }) => {
    const own = numberInterval(value);
    return own !== undefined && RELATIONS[prefix](own, interval);
  };
};

/** `number`, `number|system|code` or `number||code`; units are compared as written, never converted. */
export const matchQuantity = (prefix: Prefix, asked: string): Match => {
  const [text = '', system = '', code = ''] = asked.split('|');
  const number = matchNumber(prefix, text);
  const unitMatches = (quantity: QuantityLike): boolean => {
    if (system !== '' && quantity.system !== system) return false;
    return code === '' || quantity.code === code || (system === '' && quantity.unit === code);
  };
  return (typed) => {
    if (!number(typed)) return false;
    const value = (typed.value ?? {}) as QuantityLike;
    return unitMatches(value.low ?? value.high ?? value);
  };
};
