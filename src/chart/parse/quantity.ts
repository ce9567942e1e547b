import { SYSTEMS, type Coded } from '../../terminology/index.ts';
import type { QuantityValue } from '../facts.ts';
import { record, text, type Json } from '../resource-reader.ts';
import { compact } from './common.ts';

const COMPARATORS: ReadonlySet<unknown> = new Set(['<', '<=', '>', '>=']);

/** A code of another system than UCUM is the laboratory's own; the text says what it stands for. */
const unitOf = (quantity: Json): string | undefined => {
  const [code, unit] = [text(quantity['code']), text(quantity['unit'])];
  const system = text(quantity['system']);
  return system === undefined || system === SYSTEMS.ucum ? (code ?? unit) : (unit ?? code);
};

export const quantityOf = (value: unknown): QuantityValue | undefined => {
  const quantity = record(value);
  const amount = quantity?.['value'];
  if (quantity === undefined || typeof amount !== 'number' || !Number.isFinite(amount)) return undefined;
  const comparator = quantity['comparator'];
  return compact<QuantityValue>({
    value: amount,
    unit: unitOf(quantity),
    comparator: COMPARATORS.has(comparator)
      ? (comparator as NonNullable<QuantityValue['comparator']>)
      : undefined,
  });
};

/** Off the instrument's scale, as HL7 v2 says it: beside the value, which is the end of the scale. */
const offScale = (interpretation: readonly Coded[] | undefined): '<' | '>' | undefined => {
  const found = interpretation?.find(
    ({ system, code }) => system === SYSTEMS.observationInterpretation && (code === '<' || code === '>'),
  );
  return found?.code as '<' | '>' | undefined;
};

/** A value that is off the instrument's scale is the scale's end, also where no comparator says so. */
export const measuredQuantity = (
  value: unknown,
  interpretation: readonly Coded[] | undefined,
): QuantityValue | undefined => {
  const quantity = quantityOf(value);
  const comparator = quantity?.comparator ?? offScale(interpretation);
  return quantity === undefined || comparator === undefined ? quantity : { ...quantity, comparator };
};
