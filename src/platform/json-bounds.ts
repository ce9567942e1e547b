/** How deep, and how much, JSON may be before it is parsed. */
export interface JsonBounds {
  readonly maxDepth: number;
  /** Members, items, objects and lists. */
  readonly maxValues: number;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The index of the quote that ends the string begun at `start`. Byte by byte: strings are too short for more. */
const endOfString = (json: Uint8Array, start: number): number => {
  let index = start + 1;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
};

const opens = (byte: number | undefined): boolean => byte === OPEN_OBJECT || byte === OPEN_LIST;
const closes = (byte: number | undefined): boolean => byte === CLOSE_OBJECT || byte === CLOSE_LIST;

/**
 * What of these bounds JSON passes; undefined where it keeps to them. JSON.parse takes a second for a few megabytes of
 * brackets, and nobody else is served meanwhile: this pass, about 1 ns a byte, finds them before. It is no parser: of
 * what is not JSON the parser will say so.
 *
 * @param json in UTF-8, in which no part of another character looks like a bracket or a quote
 */
export function jsonExcess(
  json: Uint8Array,
  { maxDepth, maxValues }: JsonBounds,
): 'depth' | 'values' | undefined {
  let [depth, values] = [0, 0];
  for (let index = 0; index < json.length; index++) {
    const byte = json[index];
    if (byte === QUOTE) index = endOfString(json, index);
    else if (byte === COMMA) values++;
    else if (opens(byte)) {
      values++;
      if (++depth > maxDepth) return 'depth';
      if (values > maxValues) return 'values';
    } else if (closes(byte)) depth--;
  }
  return values > maxValues ? 'values' : undefined;
}
