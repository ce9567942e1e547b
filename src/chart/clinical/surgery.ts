import { addDays } from '../../domain/index.ts';
import type { Terminology } from '../../terminology/index.ts';
import type { Fact, ResidualTumour, SurgeryFact } from '../clinical-facts.ts';
import type { Chart, ProcedureFact } from '../facts.ts';
import {
  byDate,
  byReference,
  codedStatement,
  latestFact,
  resultsIn,
  silenceOf,
  sourcesOf,
  unknown,
  type Reading,
} from './common.ts';

/**
 * An R classification within so many days from the resection is of it: pathology takes weeks, and amendments come
 * after tumour boards.
 */
export const RESIDUAL_TUMOUR_WINDOW_DAYS = 60;

type Dated = ProcedureFact & { readonly performedOn: string };

/** Completed lung resections, undated ones first, then by day. */
export const resectionsOf = ({ procedures }: Chart, terminology: Terminology): readonly ProcedureFact[] =>
  procedures
    .filter((fact) => fact.status === 'completed' && terminology.includes('lung-resection', fact.codings))
    .sort(byDate((fact) => fact.performedOn));

const isDated = (fact: ProcedureFact): fact is Dated => fact.performedOn !== undefined;

const someIn = (terminology: Terminology, valueSet: string, operation: readonly ProcedureFact[]): boolean =>
  operation.some((fact) => terminology.includes(valueSet, fact.codings));

const shareCode = (a: ProcedureFact, b: ProcedureFact): boolean =>
  a.codings.some(({ system, code }) =>
    b.codings.some((other) => other.system === system && other.code === code),
  );

/** One of the operation's day told again, without the day: by the same code, of its month or its year. */
const isToldAgain = (fact: ProcedureFact, operation: readonly Dated[]): boolean =>
  operation.some(
    (dated) =>
      fact.performedIn !== undefined &&
      dated.performedOn.startsWith(fact.performedIn) &&
      shareCode(fact, dated),
  );

/** What has no day may have been before; what is of a later month or year was not. */
const maybeBefore = (day: string, { performedIn }: ProcedureFact): boolean =>
  performedIn === undefined || performedIn <= day;

/**
 * Meant to cure and anatomical? What is said of the intent goes before what the code implies.
 *
 * @param operation all Procedures of its day: two codes of one day are one operation
 */
const radicalOf = (
  operation: readonly ProcedureFact[],
  on: string,
  terminology: Terminology,
): Fact<boolean> => {
  const known = (value: boolean): Fact<boolean> => ({
    status: 'known',
    value,
    on,
    sources: sourcesOf(operation),
  });
  const intents = operation.flatMap((fact) => [...fact.intents, ...fact.reasons]);
  const isCurative = terminology.includes('curative-intent', intents);
  const isPalliative = terminology.includes('palliative-intent', intents);
  if (isCurative && isPalliative) return unknown('conflicting', operation);
  if (isCurative || isPalliative) return known(isCurative);
  if (someIn(terminology, 'radical-lung-resection', operation)) return known(true);
  if (someIn(terminology, 'sublobar-lung-resection', operation)) return known(false);
  return unknown('code-unknown', operation);
};

const CLASSES: Readonly<Record<string, ResidualTumour>> = { r0: 'R0', r1: 'R1', r2: 'R2' };

/** The R classification of one operation; one without a day may be of any other. */
const residualTumourOf = (
  reading: Reading,
  surgeryOn: string,
  nextOperationOn: string | undefined,
): Fact<ResidualTumour> => {
  const all = resultsIn(reading, 'residual-tumour-type');
  const last = addDays(surgeryOn, RESIDUAL_TUMOUR_WINDOW_DAYS);
  const near = all.filter(
    ({ effectiveOn: on }) =>
      on === undefined ||
      (on >= surgeryOn && on <= last && (nextOperationOn === undefined || on < nextOperationOn)),
  );
  const fact = latestFact(
    near.map((each) => codedStatement(reading.terminology, 'residual-tumour', each)),
    silenceOf(reading.known, 'staging'),
  );
  if (fact.status === 'unknown') return fact;
  if (fact.on === undefined) return { status: 'unknown', reason: 'no-date', sources: fact.sources };
  const value = CLASSES[fact.value];
  return value === undefined ? { ...unknown('code-unknown'), sources: fact.sources } : { ...fact, value };
};

/**
 * The first operation with a date: time zero. Of the codes of its day the radical one names it. A further resection
 * without a day, which may have been before and cannot be shown to be one of those with a day, might be the first:
 * then it is not known whether this one was radical at the study's time zero.
 */
export function surgeryOf(reading: Reading, resections: readonly ProcedureFact[]): SurgeryFact | undefined {
  const { terminology } = reading;
  const dated = resections.filter(isDated);
  const performedOn = dated[0]?.performedOn;
  if (performedOn === undefined) return undefined;
  const operation = dated.filter((fact) => fact.performedOn === performedOn).sort(byReference);
  const undated = resections.filter((fact) => !isDated(fact));
  const toldAgain = undated.filter((fact) => isToldAgain(fact, operation));
  const maybeFirst = undated.filter((fact) => maybeBefore(performedOn, fact) && !isToldAgain(fact, dated));
  const named =
    operation.find((fact) => terminology.includes('radical-lung-resection', fact.codings)) ?? operation[0];
  if (named === undefined) return undefined;
  const next = dated.find((fact) => fact.performedOn > performedOn)?.performedOn;
  return {
    ...named,
    radical:
      maybeFirst.length > 0
        ? unknown('no-date', [...operation, ...maybeFirst])
        : radicalOf([...operation, ...toldAgain].sort(byReference), performedOn, terminology),
    residualTumour: residualTumourOf(reading, performedOn, next),
  };
}
