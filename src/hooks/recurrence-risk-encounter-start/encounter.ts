import { CdsError } from '../../domain/index.ts';
import type { ReadCare } from '../common/index.ts';

/** Of an Encounter that will not take place, or is over: http://hl7.org/fhir/R4/valueset-encounter-status.html */
const OVER: ReadonlySet<string> = new Set(['cancelled', 'entered-in-error', 'finished']);

/**
 * Is this the beginning of a visit? Whose the Encounter is was asked before (every resource is of the patient). One
 * that could not be read, or that the server does not show, leaves the hook's own word: it began.
 *
 * @throws {CdsError} CDS_REQUEST_INVALID where Encounters are there, and not the one that the request is about
 */
export function isBeginning(encounterId: string, { encounters }: Pick<ReadCare, 'encounters'>): boolean {
  if (encounters.length === 0) return true;
  // A server that knows no _id answers with all of the patient's.
  const encounter = encounters.find(({ source }) => source.reference === `Encounter/${encounterId}`);
  if (encounter === undefined)
    throw new CdsError(
      'CDS_REQUEST_INVALID',
      'prefetch.encounter: not the Encounter of context.encounterId.',
    );
  return encounter.status === undefined || !OVER.has(encounter.status);
}
