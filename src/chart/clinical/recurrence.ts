import type { EvidenceRef } from '../../domain/index.ts';
import type { RecurrenceFact } from '../clinical-facts.ts';
import type { ConditionFact, ObservationFact, ProcedureFact } from '../facts.ts';
import {
  byDate,
  byReference,
  conditionsIn,
  isConfirmed,
  resultsIn,
  sourcesOf,
  type Reading,
} from './common.ts';

const RECURRENT: ReadonlySet<string | undefined> = new Set(['recurrence', 'relapse']);

/**
 * When a cancer that is marked as recurrent came back. Many charts mark the first diagnosis itself, whose onset is
 * before the operation: then the recurrence is known and its day is not.
 */
const recurredOn = (fact: ConditionFact, surgeryOn: string | undefined): string | undefined =>
  [fact.onsetOn, fact.recordedOn].find(
    (on) => on !== undefined && (surgeryOn === undefined || on > surgeryOn),
  );

const metastasisDay = ({ onsetOn, recordedOn }: ConditionFact): string | undefined => onsetOn ?? recordedOn;

const metastasesIn = (reading: Reading): ConditionFact[] =>
  conditionsIn(reading, 'secondary-malignancy').filter(isConfirmed);

/** Diseases that came after the operation; what has no date may have. */
const metastases = (reading: Reading, surgeryOn: string | undefined): ConditionFact[] =>
  metastasesIn(reading).filter((fact) => {
    const on = metastasisDay(fact);
    return on === undefined || surgeryOn === undefined || on > surgeryOn;
  });

/** Metastases of before the operation, or found at it: no recurrence, and at odds with a stage below IV. */
export const earlierMetastasesOf = (
  reading: Reading,
  surgeryOn: string | undefined,
): readonly EvidenceRef[] =>
  sourcesOf(
    metastasesIn(reading)
      .filter((fact) => surgeryOn !== undefined && (metastasisDay(fact) ?? '9999') <= surgeryOn)
      .sort(byReference),
  );

const diseaseStatusesOf = (reading: Reading): readonly ObservationFact[] =>
  resultsIn(reading, 'disease-status-type');

/** The day of the last disease assessment of any result. */
export const lastDiseaseAssessmentOf = (reading: Reading): string | undefined =>
  diseaseStatusesOf(reading)
    .flatMap((fact) => (fact.effectiveOn === undefined ? [] : [fact.effectiveOn]))
    .sort()
    .at(-1);

/** The earliest dated one; one without a date where there is no other. */
export function recurrenceOf(reading: Reading, surgeryOn: string | undefined): RecurrenceFact | undefined {
  const afterSurgery = (on: string | undefined): boolean =>
    on === undefined || surgeryOn === undefined || on > surgeryOn;
  const found = [
    ...conditionsIn(reading, 'lung-cancer')
      .filter((fact) => RECURRENT.has(fact.clinicalStatus))
      .map((fact) => ({ on: recurredOn(fact, surgeryOn), source: fact.source })),
    ...metastases(reading, surgeryOn).map((fact) => ({
      on: metastasisDay(fact),
      source: fact.source,
    })),
    ...diseaseStatusesOf(reading)
      .filter((fact) => reading.terminology.includes('disease-status-recurrence', fact.valueCodings))
      .map((fact) => ({ on: fact.effectiveOn, source: fact.source }))
      .filter((fact) => afterSurgery(fact.on)),
  ];
  const dated = found.filter((fact) => fact.on !== undefined).sort(byDate((fact) => fact.on));
  const first = dated[0] ?? found[0];
  return first === undefined
    ? undefined
    : { source: first.source, ...(first.on !== undefined && { on: first.on }) };
}

/** Was it after a day, and known by another? Of a month or a year all of it has to be. */
const isBetween = ({ performedOn, performedIn }: ProcedureFact, after: string, by: string): boolean =>
  performedOn === undefined
    ? performedIn !== undefined && performedIn > after && performedIn < by.slice(0, performedIn.length)
    : performedOn > after && performedOn <= by;

/** A resection of a later day than time zero, one with a day before one of a later month or year. */
export const secondOperationOf = (
  resections: readonly ProcedureFact[],
  surgeryOn: string | undefined,
  barAsOf: string,
): ProcedureFact | undefined =>
  surgeryOn === undefined
    ? undefined
    : resections
        .filter((fact) => isBetween(fact, surgeryOn, barAsOf))
        .sort(byDate((fact) => fact.performedOn ?? '9999'))
        .at(0);
