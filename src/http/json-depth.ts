import { CdsError } from '../domain/index.ts';

/**
 * The deepest JSON that is read. FHIR nests some twenty levels in a prefetched Bundle; what serialises deeper values
 * runs out of stack.
 */
export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Where the string that begins at `start` ends: the index of its closing quote, or the end of the text. */
const endOfString = (json: Buffer, start: number): number => {
  for (let quote = json.indexOf(QUOTE, start + 1); quote !== -1; quote = json.indexOf(QUOTE, quote + 1)) {
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
  return json.length;
};

/**
 * Refuses deep JSON before it is parsed. It is no parser: of what is not JSON the parser will say so.
 *
 * @throws {CdsError} CDS_REQUEST_INVALID
 */
export function requireShallow(json: Buffer): void {
  let depth = 0;
  for (let index = 0; index < json.length; index++) {
    const byte = json[index];
    if (byte === QUOTE) index = endOfString(json, index);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
    if (depth > MAX_DEPTH)
      throw new CdsError('CDS_REQUEST_INVALID', `body: nested deeper than ${String(MAX_DEPTH)} levels.`);
  }
}
