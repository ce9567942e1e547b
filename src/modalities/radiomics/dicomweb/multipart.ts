import { CdsError } from '../../../domain/index.ts';

/** Takes the parts of a multipart body as they come. */
export interface PartSink {
  /** @param headers names in lower case */
  begin(headers: ReadonlyMap<string, string>): void;
  /** A view: of the chunk that was written, or of what was kept of the one before. */
  data(bytes: Uint8Array): void;
  end(): void;
}

export interface MultipartLimits {
  /** Bytes of the headers of one part. */
  readonly headerBytes: number;
  /** Bytes before the first boundary, and after the last. */
  readonly aroundBytes: number;
  readonly parts: number;
}

export const DEFAULT_LIMITS: MultipartLimits = {
  headerBytes: 16 * 1024,
  aroundBytes: 64 * 1024,
  parts: 100_000,
};

const CR = 13;
const LF = 10;
const DASH = 45;
/** CR LF, or as much of it as has come. */
const startsLineEnd = (rest: Buffer, at: number): boolean =>
  (at >= rest.length || rest[at] === CR) && (at + 1 >= rest.length || rest[at + 1] === LF);
const isPadding = (byte: number | undefined): boolean => byte === 32 || byte === 9;
const NONE = Buffer.alloc(0);

const invalid = (what: string): CdsError => new CdsError('PACS_ANSWER_INVALID', what);

type State = 'preamble' | 'body' | 'boundary' | 'headers' | 'epilogue';

/**
 * Reads a multipart body in pieces of any size, and keeps of it no more than a boundary or the headers of one part.
 *
 * Strict where being kind could change what an image is: lines end in CRLF; after a boundary comes the end of its line
 * (spaces and tabs before it), or `--`, and anything else is an error, not payload; the closing boundary must be there.
 * What stands before the first boundary and after the last is passed over. RFC 2046 5.1.
 */
export class MultipartReader {
  readonly #sink: PartSink;
  readonly #limits: MultipartLimits;
  /** CR LF - - boundary */
  readonly #delimiter: Buffer;
  /** What was seen and not yet decided. A line that has not begun is as good as one after a CRLF. */
  #kept: Buffer = Buffer.from('\r\n');
  #state: State = 'preamble';
  /** Bytes of what has no end of its own: preamble, one part's headers, epilogue. */
  #spent = 0;
  #headers = new Map<string, string>();
  #parts = 0;

  constructor(boundary: string, sink: PartSink, limits: MultipartLimits = DEFAULT_LIMITS) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
    this.#sink = sink;
    this.#limits = limits;
  }

  get parts(): number {
    return this.#parts;
  }

  /** @throws {CdsError} PACS_ANSWER_INVALID; not to be written to afterwards */
  write(chunk: Uint8Array): void {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let rest = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece]);
    this.#kept = NONE;
    for (;;) {
      const used = this.#step(rest);
      if (used === undefined) break;
      rest = rest.subarray(used);
    }
  }

  /** @throws {CdsError} PACS_INCOMPLETE where the closing boundary did not come */
  finish(): void {
    if (this.#state !== 'epilogue')
      throw new CdsError('PACS_INCOMPLETE', 'The closing boundary did not come.');
  }

  /** Bytes that are done with; undefined where more have to come (what is needed of these is kept). */
  #step(rest: Buffer): number | undefined {
    switch (this.#state) {
      case 'preamble':
      case 'body':
        return this.#untilDelimiter(rest);
      case 'boundary':
        return this.#afterBoundary(rest);
      case 'headers':
        return this.#headerLine(rest);
      case 'epilogue':
        this.#spend(rest.length, this.#limits.aroundBytes, 'Much follows the closing boundary.');
        return undefined;
    }
  }

  #spend(bytes: number, limit: number, what: string): void {
    this.#spent += bytes;
    if (this.#spent > limit) throw invalid(what);
  }

  #pass(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#state === 'body') this.#sink.data(bytes);
    else this.#spend(bytes.length, this.#limits.aroundBytes, 'The first boundary does not come.');
  }

  #untilDelimiter(rest: Buffer): number | undefined {
    const at = rest.indexOf(this.#delimiter);
    if (at === -1) {
      const whole = this.#withoutTail(rest);
      this.#pass(rest.subarray(0, whole));
      this.#kept = Buffer.from(rest.subarray(whole));
      return undefined;
    }
    this.#pass(rest.subarray(0, at));
    if (this.#state === 'body') this.#sink.end();
    this.#state = 'boundary';
    this.#spent = 0;
    return at + this.#delimiter.length;
  }

  /** Where the end of these bytes could be the begin of a delimiter, else their length. */
  #withoutTail(rest: Buffer): number {
    const delimiter = this.#delimiter;
    const first = Math.max(0, rest.length - delimiter.length + 1);
    for (let at = rest.indexOf(CR, first); at !== -1; at = rest.indexOf(CR, at + 1))
      if (rest.compare(delimiter, 0, rest.length - at, at) === 0) return at;
    return rest.length;
  }

  /** Padding and the end of the line, or `--`. */
  #afterBoundary(rest: Buffer): number | undefined {
    if (rest[0] === DASH && rest[1] === DASH) {
      this.#state = 'epilogue';
      return 2;
    }
    let at = 0;
    while (isPadding(rest[at])) at++;
    if (at > this.#limits.headerBytes) throw invalid('The line of a boundary does not end.');
    if (!startsLineEnd(rest, at)) {
      if (rest.length === 1 && rest[0] === DASH) return this.#keep(rest);
      throw invalid('A boundary is followed by something else.');
    }
    if (at + 2 > rest.length) return this.#keep(rest);
    if (++this.#parts > this.#limits.parts) throw invalid('It has more parts than were announced.');
    this.#state = 'headers';
    this.#headers = new Map();
    return at + 2;
  }

  /** Too little to decide by. */
  #keep(rest: Buffer): number | undefined {
    this.#kept = Buffer.from(rest);
    return undefined;
  }

  #headerLine(rest: Buffer): number | undefined {
    const end = rest.indexOf('\r\n');
    const { headerBytes } = this.#limits;
    if (end === -1) {
      if (this.#spent + rest.length > headerBytes) throw invalid('The headers of a part are too long.');
      return this.#keep(rest);
    }
    this.#spend(end + 2, headerBytes, 'The headers of a part are too long.');
    if (end === 0) {
      this.#sink.begin(this.#headers);
      this.#state = 'body';
      return 2;
    }
    const line = rest.toString('latin1', 0, end);
    // Continued lines are obsolete (RFC 9112 5.2), and nothing that is read is as long.
    if (!isPadding(rest[0])) this.#header(line);
    return end + 2;
  }

  #header(line: string): void {
    const colon = line.indexOf(':');
    if (colon < 1 || line.includes('\n')) throw invalid('A header of a part is none.');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!this.#headers.has(name)) this.#headers.set(name, line.slice(colon + 1).trim());
  }
}
