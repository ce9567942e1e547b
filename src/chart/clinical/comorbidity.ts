import { addDays, type EvidenceRef } from '../../domain/index.ts';
import type { MalignancyFact } from '../clinical-facts.ts';
import type { ConditionFact, MedicationFact, ProcedureFact } from '../facts.ts';
import { byReference, conditionsIn, isConfirmed, sourcesOf, type Reading } from './common.ts';

/** Perioperative: from the day before surgery to a week after it. */
export const TRANSFUSION_WINDOW_DAYS = { before: 1, after: 7 } as const;

/** Sets whose members are the index cancer, its metastases, or nobody's business. */
const NOT_ANOTHER = [
  'lung-cancer',
  'other-lung-histology',
  'secondary-malignancy',
  'malignancy-not-counted',
] as const;

const malignancyFact = (fact: ConditionFact): MalignancyFact => ({
  source: fact.source,
  ...(fact.onsetOn !== undefined && { onsetOn: fact.onsetOn }),
  ...(fact.abatedOn !== undefined && { abatedOn: fact.abatedOn }),
  ...(fact.clinicalStatus !== undefined && { clinicalStatus: fact.clinicalStatus }),
});

/** "History of": over by the day it was noted; when it was, the code does not say. */
const historyFact = (fact: ConditionFact): MalignancyFact => {
  const notedOn = fact.onsetOn ?? fact.recordedOn;
  return { source: fact.source, isHistory: true, ...(notedOn !== undefined && { abatedOn: notedOn }) };
};

/**
 * Confirmed malignancies that are not the lung's: a second lung primary is the business of histology. A history code
 * counts where nothing else tells of another malignancy: beside a diagnosis it repeats that one.
 */
export const otherMalignanciesOf = (reading: Reading): readonly MalignancyFact[] => {
  const isOther = (fact: ConditionFact): boolean =>
    isConfirmed(fact) &&
    !NOT_ANOTHER.some((valueSet) => reading.terminology.includes(valueSet, fact.codings));
  const diagnoses = conditionsIn(reading, 'malignancy').filter(isOther).sort(byReference);
  return diagnoses.length > 0
    ? diagnoses.map(malignancyFact)
    : conditionsIn(reading, 'malignancy-history').filter(isOther).sort(byReference).map(historyFact);
};

/**
 * Resections that were not done or broken off for a contraindication, and Conditions that say one. What came after
 * the operation did not stand against it.
 */
export function contraindicationsOf(reading: Reading, surgeryOn: string | undefined): readonly EvidenceRef[] {
  const { known, terminology } = reading;
  const isBefore = (on: string | undefined): boolean =>
    on === undefined || surgeryOn === undefined || on <= surgeryOn;
  const operations = [...known.notDone, ...known.procedures.filter(({ status }) => status === 'stopped')];
  const refused = operations.filter(
    (fact) =>
      isBefore(fact.performedOn) &&
      terminology.includes('lung-resection', fact.codings) &&
      terminology.includes('surgical-contraindication', fact.statusReasons),
  );
  const conditions = conditionsIn(reading, 'surgical-contraindication').filter(
    (fact) => isConfirmed(fact) && isBefore(fact.recordedOn ?? fact.onsetOn),
  );
  return sourcesOf([...refused, ...conditions].sort(byReference));
}

const GIVEN: ReadonlySet<string | undefined> = new Set(['completed', 'in-progress']);

/** Transfusions around the operation, as Procedures or as blood products given; an undated one is of no time. */
export function transfusionsOf(
  { known, terminology }: Reading,
  surgeryOn: string | undefined,
): readonly EvidenceRef[] {
  if (surgeryOn === undefined) return [];
  const first = addDays(surgeryOn, -TRANSFUSION_WINDOW_DAYS.before);
  const last = addDays(surgeryOn, TRANSFUSION_WINDOW_DAYS.after);
  const isOne = ({ status, codings }: ProcedureFact | MedicationFact, on: string | undefined): boolean =>
    on !== undefined &&
    on >= first &&
    on <= last &&
    GIVEN.has(status) &&
    terminology.includes('transfusion', codings);
  const found = [
    ...known.procedures.filter((fact) => isOne(fact, fact.performedOn)),
    ...known.medications.filter((fact) => isOne(fact, fact.givenOn)),
  ];
  return sourcesOf(found.sort(byReference));
}

const ACTIVE: ReadonlySet<string | undefined> = new Set(['active', 'recurrence', 'relapse']);

/** Severe psychiatric disorders that are said to be confirmed and active. */
export const psychiatricDisordersOf = (reading: Reading): readonly EvidenceRef[] =>
  sourcesOf(
    conditionsIn(reading, 'severe-psychiatric-disorder')
      .filter((fact) => isConfirmed(fact) && ACTIVE.has(fact.clinicalStatus))
      .sort(byReference),
  );
