import { CdsError } from '../../domain/index.ts';
import { createUnitConverter, type UnitConverter } from '../../terminology/index.ts';
import type { ContrastFacts, Fact, UnknownReason } from '../clinical-facts.ts';
import type { ObservationFact, QuantityValue } from '../facts.ts';
import {
  byReference,
  latestFact,
  resultsIn,
  silenceOf,
  sourcesOf,
  statement,
  type Reading,
} from './common.ts';

const CREATININE_MOLAR_MASS = 113.12; // g/mol, C4H7N3O
/** Significant digits of a converted amount: two spellings of one result have to be one value. */
const DIGITS = 6;

/** Laboratories write "per 1.73 m2" in these ways; a rate without it is of this body and not comparable. */
const PER_BODY_SURFACE = /^([A-Za-z/]{1,16})\/(?:\{?1[.,]73[ _]?(?:m2|m\^2|m²|sq ?m)\}?|1[.,]73\.m2)$/i;

/** Factors are kept in it, as they depend on nothing else. */
const units: UnitConverter = createUnitConverter();

const factorOf = (from: string, to: string, molarMass?: number): number | undefined => {
  try {
    return units.factor(from, to, molarMass);
  } catch (error) {
    if (error instanceof CdsError) return undefined;
    throw error;
  }
};

interface Amount {
  readonly valueSet: string;
  /** On which side a limit is the safe reading: of a filtration rate what it is at least. */
  readonly limits: ReadonlySet<QuantityValue['comparator']>;
  readonly factor: (unit: string) => number | undefined;
}

const EGFR: Amount = {
  valueSet: 'egfr',
  limits: new Set(['>', '>=']),
  factor: (unit) => {
    const rate = PER_BODY_SURFACE.exec(unit)?.[1];
    return rate === undefined ? undefined : factorOf(rate, 'mL/min');
  },
};

const CREATININE: Amount = {
  valueSet: 'creatinine',
  limits: new Set(['<', '<=']),
  factor: (unit) => factorOf(unit, 'umol/L', CREATININE_MOLAR_MASS),
};

const read = (
  { limits, factor }: Amount,
  quantity: QuantityValue | undefined,
): { readonly value: number } | { readonly unknown: UnknownReason } => {
  // No value, one below zero, or a limit on the wrong side: nothing to go by.
  if (quantity === undefined || quantity.value < 0) return { unknown: 'not-recorded' };
  if (quantity.comparator !== undefined && !limits.has(quantity.comparator))
    return { unknown: 'not-recorded' };
  const by = quantity.unit === undefined ? undefined : factor(quantity.unit);
  if (by === undefined) return { unknown: 'unit-unknown' };
  return { value: Number((quantity.value * by).toPrecision(DIGITS)) };
};

const latestAmount = (reading: Reading, amount: Amount): Fact<number> =>
  latestFact(
    resultsIn(reading, amount.valueSet).map((fact: ObservationFact) =>
      statement(read(amount, fact.quantity), { on: fact.effectiveOn, source: fact.source }),
    ),
    silenceOf(reading.known, 'renalFunction'),
  );

const OVER: ReadonlySet<string | undefined> = new Set(['inactive', 'resolved']);

/** What a contrast-enhanced CT needs to know; an allergy counts unless it is said to be over. */
export const contrastOf = (reading: Reading): ContrastFacts => ({
  egfr: latestAmount(reading, EGFR),
  creatinine: latestAmount(reading, CREATININE),
  contrastAllergies: sourcesOf(
    reading.known.allergies
      .filter(
        (fact) =>
          !OVER.has(fact.clinicalStatus) && reading.terminology.includes('contrast-allergy', fact.codings),
      )
      .sort(byReference),
  ),
});
