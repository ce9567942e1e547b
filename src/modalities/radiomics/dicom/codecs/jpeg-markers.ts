import { damaged, isPadding, type Codestream } from './codestream.ts';

/** A scan: its header (after the length), and where its entropy-coded bytes are. */
export interface JpegScan {
  readonly header: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface JpegStream extends Codestream {
  /** Low byte of the SOF marker: C0 baseline, C1 extended, C3 lossless, F7 JPEG-LS. */
  readonly sof: number;
  readonly scans: readonly JpegScan[];
  /** The other segments, by the low byte of their marker. */
  readonly segments: readonly { readonly marker: number; readonly bytes: Uint8Array }[];
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const JPEG_LS = 0xf7;
const isSof = (marker: number): boolean =>
  marker === JPEG_LS || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** The end of entropy-coded bytes: the next marker that is no restart, and what fills before it (T.81 section B.1.1.2). */
function entropyEnd(bytes: Uint8Array, start: number, isJpegLs: boolean): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    const isStuffed = isJpegLs ? next < 0x80 : next === 0;
    if (!isStuffed && !isRestart(next)) return at;
  }
  return bytes.length;
}

const word = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

function frameHeader(name: string, segment: Uint8Array): Codestream {
  if (segment.length < 6) throw damaged(`${name}: the frame header is cut.`);
  return {
    precision: segment[0] ?? 0,
    rows: word(segment, 1),
    columns: word(segment, 3),
    components: segment[5] ?? 0,
  };
}

class MarkerWalk {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  #at = 2;
  #found: (Codestream & { readonly sof: number }) | undefined;
  readonly #scans: JpegScan[] = [];
  readonly #segments: { marker: number; bytes: Uint8Array }[] = [];

  constructor(name: string, bytes: Uint8Array) {
    this.#name = name;
    this.#bytes = bytes;
  }

  stream(): JpegStream {
    for (let marker = this.#marker(); marker !== EOI; marker = this.#marker())
      this.#take(marker, this.#segment());
    if (!isPadding(this.#bytes, this.#at)) throw this.#damaged('bytes follow EOI.');
    if (this.#found === undefined || this.#scans.length === 0) throw this.#damaged('there is no scan.');
    return { ...this.#found, scans: this.#scans, segments: this.#segments };
  }

  #damaged(detail: string) {
    return damaged(`${this.#name}: ${detail}`);
  }

  /** Low byte of the next marker, after what fills before it. */
  #marker(): number {
    const bytes = this.#bytes;
    while (bytes[this.#at] === 0xff && bytes[this.#at + 1] === 0xff) this.#at += 1;
    const marker = bytes[this.#at + 1];
    if (bytes[this.#at] !== 0xff || marker === undefined) throw this.#damaged('EOI is missing.');
    this.#at += 2;
    return marker;
  }

  #segment(): Uint8Array {
    const length = word(this.#bytes, this.#at);
    const end = this.#at + length;
    if (length < 2 || end > this.#bytes.length) throw this.#damaged('a segment is cut.');
    const segment = this.#bytes.subarray(this.#at + 2, end);
    this.#at = end;
    return segment;
  }

  #take(marker: number, segment: Uint8Array): void {
    if (isSof(marker)) {
      if (this.#found !== undefined) throw this.#damaged('there are two frame headers.');
      this.#found = { ...frameHeader(this.#name, segment), sof: marker };
    } else if (marker === SOS) {
      const start = this.#at;
      this.#at = entropyEnd(this.#bytes, start, this.#found?.sof === JPEG_LS);
      this.#scans.push({ header: segment, start, end: this.#at });
    } else this.#segments.push({ marker, bytes: segment });
  }
}

/**
 * Walks the markers of a JPEG or JPEG-LS stream from SOI to EOI: what cuts it short is found without decoding.
 *
 * @throws {CdsError} DICOM_TRUNCATED where a segment or the EOI is missing, or anything but padding follows it
 * @see ITU-T T.81 annex B, T.87 annex C
 */
export function readJpegMarkers(name: string, bytes: Uint8Array): JpegStream {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw damaged(`${name}: SOI is missing.`);
  return new MarkerWalk(name, bytes).stream();
}
