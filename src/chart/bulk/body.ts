import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { splitLines, type Line } from '../ndjson-lines.ts';

type Chunks = AsyncIterable<Uint8Array>;

const isGzip = ([first, second]: Uint8Array): boolean => first === 0x1f && second === 0x8b;

async function* rejoined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/**
 * A stream unpacked where it is still gzip: fetch undoes a Content-Encoding by itself, but object stores also hand
 * out `.ndjson.gz` files without one. No JSON begins with gzip's magic number.
 */
async function* unpacked(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 2) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = rejoined(head, iterator);
  if (!isGzip(head)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip();
  // A failure of the source reaches whoever reads the unpacked stream.
  const feeding = pipeline(Readable.from(whole), gunzip).catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** The lines of an NDJSON answer, packed or not, as they arrive. */
export const linesOf = (response: Response, name: string, maxBytes?: number): AsyncGenerator<Line> =>
  splitLines(unpacked(response.body ?? Readable.from([])), name, maxBytes);
