import type { ModalityFlag } from '../../domain/index.ts';
import { isPlausible, type amountOf, type Amount, type PlausibleRange } from './amount.ts';
import type { Fault } from './blood.ts';

/** What is read of one draw, by analyte or marker. */
export interface Reading<Name extends string> {
  readonly amounts: Map<Name, Amount>;
  /** The first thing wrong with it. */
  fault?: Fault;
}

/** Conversions of one amount from two units differ by rounding. */
const RELATIVE_TOLERANCE = 1e-9;

const agree = (one: Amount, other: Amount): boolean =>
  one.kind === other.kind &&
  Math.abs(one.reported - other.reported) <= RELATIVE_TOLERANCE * Math.max(one.reported, other.reported);

/** Adds a result to what is read of its draw; said twice it must be the same, for no order tells which one holds. */
export function addAmount<Name extends string>(
  reading: Reading<Name>,
  name: Name,
  amount: ReturnType<typeof amountOf>,
  range: PlausibleRange,
): void {
  if (typeof amount === 'string') {
    reading.fault ??= { reason: amount, detail: name };
    return;
  }
  if (!isPlausible(amount, range)) reading.fault ??= { reason: 'value-implausible', detail: name };
  const known = reading.amounts.get(name);
  if (known !== undefined && !agree(known, amount))
    reading.fault ??= { reason: 'conflicting-values', detail: name };
  reading.amounts.set(name, amount);
}

/** What is worth telling of the amounts that were not measured exactly. */
export const censoringFlags = (amounts: ReadonlyMap<string, Amount>): readonly ModalityFlag[] => {
  const kinds = new Set([...amounts.values()].map(({ kind }) => kind));
  return (['below-detection', 'above-range'] as const).filter((kind) => kinds.has(kind));
};
