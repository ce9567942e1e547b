import { CdsError } from '../domain/index.ts';
import { record, type Json } from './resource-reader.ts';

/** One line of an NDJSON stream, without its end. */
export interface Line {
  /** From 1; blank lines count. */
  readonly number: number;
  readonly bytes: Buffer;
  /** False of a last line that no line feed ends: where a stream was cut off, it is this one that is broken. */
  readonly ended: boolean;
}

/** No resource of a chart is near this; a line without an end must not fill the memory. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, CR]);

const withoutCr = (bytes: Buffer): Buffer => (bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes);
const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => BLANK.has(byte));

/** The beginning of a line whose end is in a chunk to come. */
class Rest {
  readonly #maxBytes: number;
  readonly #name: string;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number, name: string) {
    this.#maxBytes = maxBytes;
    this.#name = name;
  }

  add(part: Buffer, number: number): void {
    this.#length += part.length;
    if (this.#length > this.#maxBytes)
      throw new CdsError(
        'COHORT_INVALID',
        `${this.#name}, line ${number} is longer than ${this.#maxBytes} bytes`,
      );
    if (part.length > 0) this.#parts.push(part);
  }

  take(): Buffer {
    const [only = Buffer.alloc(0)] = this.#parts;
    const whole = this.#parts.length > 1 ? Buffer.concat(this.#parts) : only;
    this.#parts = [];
    this.#length = 0;
    return whole;
  }
}

/**
 * The lines of a stream, blank ones left out, as bytes: a line feed is never part of another UTF-8 character, so that
 * chunks may end anywhere. A carriage return before the line feed belongs to the end of the line. Unlike
 * node:readline, which also ends lines at U+2028 and U+2029: JSON has these in its strings as they are.
 *
 * @param name of the file, for errors
 * @throws {CdsError} COHORT_INVALID with the number of a line longer than `maxBytes`
 * @see https://github.com/ndjson/ndjson-spec
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<Line> {
  const rest = new Rest(maxBytes, name);
  let number = 1;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      rest.add(bytes.subarray(start, end), number);
      const line = withoutCr(rest.take());
      if (!isBlank(line)) yield { number, bytes: line, ended: true };
      number++;
      start = end + 1;
    }
    rest.add(bytes.subarray(start), number);
  }
  const last = withoutCr(rest.take());
  if (!isBlank(last)) yield { number, bytes: last, ended: false };
}

/** What the line says as a JSON object; undefined where it is none, or is not UTF-8. */
export const jsonOfLine = ({ bytes }: Line): Json | undefined => {
  try {
    return record(JSON.parse(decoder.decode(bytes)));
  } catch {
    return undefined;
  }
};

/** A byte order mark, which some exporters begin a file with, is dropped; broken UTF-8 is not mended. */
const decoder = new TextDecoder('utf-8', { fatal: true });
