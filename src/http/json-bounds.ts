import { CdsError } from '../domain/index.ts';

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

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The index of the quote that ends the string begun at `start`. Byte by byte: strings are too short for more. */
const endOfString = (json: Buffer, start: number): number => {
  let index = start + 1;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
};

const refuse = (depth: number, values: number): void => {
  if (depth > MAX_DEPTH)
    throw new CdsError('CDS_REQUEST_INVALID', `body: nested deeper than ${String(MAX_DEPTH)} levels.`);
  if (values > MAX_VALUES)
    throw new CdsError('CDS_PAYLOAD_TOO_LARGE', `body: more than ${String(MAX_VALUES)} values.`);
};

/**
 * Refuses JSON made to choke on before it is parsed: a megabyte of brackets would hold the process up for a second.
 * It is no parser: of what is not JSON the parser will say so.
 *
 * @throws {CdsError} CDS_REQUEST_INVALID, CDS_PAYLOAD_TOO_LARGE
 */
export function requireBounded(json: Buffer): void {
  let [depth, values] = [0, 0];
  for (let index = 0; index < json.length; index++) {
    const byte = json[index];
    if (byte === QUOTE) index = endOfString(json, index);
    else if (byte === COMMA) values++;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      values++;
      depth++;
      refuse(depth, values);
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
  }
  refuse(depth, values);
}
