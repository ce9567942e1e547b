import type { TherapyFact } from '../clinical-facts.ts';
import type { MedicationFact, MedicationRequestFact } from '../facts.ts';
import { byDate, sourcesOf, type Reading } from './common.ts';

const isGiven = ({ status }: MedicationFact): boolean => status === 'completed' || status === 'in-progress';

/** Orders that were meant in earnest. */
const ORDER_STATUSES: ReadonlySet<string | undefined> = new Set([
  'active',
  'on-hold',
  'completed',
  'stopped',
]);

const isOrdered = ({ status, intent }: MedicationRequestFact): boolean =>
  ORDER_STATUSES.has(status) && intent !== 'proposal' && intent !== 'plan';

/**
 * What was given of a drug class before the day of surgery. Doses of one day are one cycle; those without a day
 * may be of after surgery, and an order is no dose: both are told, neither counts.
 *
 * @param surgeryOn YYYY-MM-DD; without surgery everything given counts
 */
export function therapyBefore(
  { known, terminology }: Reading,
  valueSet: string,
  surgeryOn: string | undefined,
): TherapyFact {
  const isBefore = (on: string): boolean => surgeryOn === undefined || on < surgeryOn;
  const mayBeBefore = (on: string | undefined): boolean => on === undefined || isBefore(on);
  const given = known.medications.filter(isGiven);
  const ofClass = given.filter((fact) => terminology.includes(valueSet, fact.codings));
  const doses = ofClass
    .filter(
      (fact): fact is MedicationFact & { givenOn: string } =>
        fact.givenOn !== undefined && isBefore(fact.givenOn),
    )
    .sort(byDate((fact) => fact.givenOn));
  const uncoded = given.filter((fact) => fact.codings.length === 0 && mayBeBefore(fact.givenOn));
  return {
    dosesOn: [...new Set(doses.map((fact) => fact.givenOn))],
    sources: sourcesOf(doses),
    ordered: sourcesOf(
      known.medicationRequests.filter(
        (fact) =>
          isOrdered(fact) && mayBeBefore(fact.authoredOn) && terminology.includes(valueSet, fact.codings),
      ),
    ),
    undated: sourcesOf(ofClass.filter((fact) => fact.givenOn === undefined)),
    ...(uncoded.length > 0 && { uncoded: sourcesOf(uncoded) }),
  };
}
