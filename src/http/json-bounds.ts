import { CdsError } from '../domain/index.ts';
import { jsonExcess } from '../platform/index.ts';

/**
 * The deepest JSON that is read. FHIR nests some twenty levels in a prefetched Bundle; what serialises deeper values
 * runs out of stack.
 */
export const MAX_DEPTH = 64;
/**
 * The most values (members, items, objects, lists) that are read. The parser takes up to 3 microseconds for each. FHIR
 * has one in some 16 bytes, so that this is more than 2 MB of it, thousands of resources.
 */
export const MAX_VALUES = 150_000;

/**
 * Refuses JSON made to choke on before it is parsed: a megabyte of brackets would hold the process up for a second.
 *
 * @param json in UTF-8
 * @throws {CdsError} CDS_REQUEST_INVALID, CDS_PAYLOAD_TOO_LARGE
 */
export function requireBounded(json: Uint8Array): void {
  const excess = jsonExcess(json, { maxDepth: MAX_DEPTH, maxValues: MAX_VALUES });
  if (excess === 'depth')
    throw new CdsError('CDS_REQUEST_INVALID', `body: nested deeper than ${String(MAX_DEPTH)} levels.`);
  if (excess === 'values')
    throw new CdsError('CDS_PAYLOAD_TOO_LARGE', `body: more than ${String(MAX_VALUES)} values.`);
}
