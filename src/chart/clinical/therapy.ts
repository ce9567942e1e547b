import { addDays, daysBetween } from '../../domain/index.ts';
import type { TherapyFact } from '../clinical-facts.ts';
import type { MedicationFact, MedicationRequestFact } from '../facts.ts';
import { byDate, sourcesOf, type Reading } from './common.ts';

/**
 * Doses so many days after a cycle began still belong to it. Neoadjuvant chemo-immunotherapy is given every three
 * weeks (CheckMate 816, 77T, KEYNOTE-671, AEGEAN), three days early at most; days 1 and 8, weekly carboplatin (days 1,
 * 8 and 15) and an infusion split over two days are parts of one cycle.
 */
export const CYCLE_DAYS = 14;

/**
 * Doses longer before surgery were given for something else, or for a disease that was then observed: three or four
 * cycles and the wait for the operation take five months.
 */
export const NEOADJUVANT_WINDOW_DAYS = 365;

/**
 * The first days of the cycles.
 *
 * @param dosesOn YYYY-MM-DD, oldest first
 */
export const cyclesOf = (dosesOn: readonly string[]): readonly string[] => {
  const cycles: string[] = [];
  for (const on of dosesOn) {
    const begun = cycles.at(-1);
    if (begun === undefined || daysBetween(begun, on) > CYCLE_DAYS) cycles.push(on);
  }
  return cycles;
};

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
 * What was given of a drug class in the year before the day of surgery. Doses without a day may be of after surgery,
 * and an order is no dose: both are told, neither counts.
 *
 * @param surgeryOn YYYY-MM-DD; without surgery everything given counts
 */
export function therapyBefore(
  { known, terminology }: Reading,
  valueSet: string,
  surgeryOn: string | undefined,
): TherapyFact {
  const first = surgeryOn === undefined ? '' : addDays(surgeryOn, -NEOADJUVANT_WINDOW_DAYS);
  const isBefore = (on: string): boolean => surgeryOn === undefined || (on < surgeryOn && on >= first);
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
  const isForeign = ({ codings, givenOn }: MedicationFact): boolean =>
    codings.length > 0 &&
    mayBeBefore(givenOn) &&
    !codings.some(({ system }) => terminology.speaks(valueSet, system));
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
    // Any of a hospital's drugs may be among them: that there are some is all that is told.
    ...(given.some(isForeign) && { hasUnknownCodes: true }),
  };
}
