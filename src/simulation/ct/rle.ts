/**
 * RLE lossless (PS3.5 annex G) of a frame of 16-bit pixels: two segments, the high bytes and the low bytes, PackBits row by
 * row.
 */

const HEADER_BYTES = 64;
const LONGEST_RUN = 128;

/** How many bytes from `from` are the same. */
function runAt(row: Uint8Array, from: number): number {
  let run = 1;
  while (run < LONGEST_RUN && from + run < row.length && row[from + run] === row[from]) run++;
  return run;
}

/** Where the literals from `from` end: before three alike, or at the longest that one count holds. */
function literalEnd(row: Uint8Array, from: number): number {
  const limit = Math.min(row.length, from + LONGEST_RUN);
  let to = from;
  while (to < limit && !(row[to] === row[to + 1] && row[to] === row[to + 2])) to++;
  return to;
}

/** PackBits of one row of bytes. @returns where the next row begins */
function packRow(row: Uint8Array, out: Uint8Array, start: number): number {
  let at = start;
  let from = 0;
  while (from < row.length) {
    const run = runAt(row, from);
    if (run > 2) {
      out[at++] = 257 - run;
      out[at++] = row[from] ?? 0;
      from += run;
    } else {
      const to = literalEnd(row, from);
      out[at++] = to - from - 1;
      out.set(row.subarray(from, to), at);
      at += to - from;
      from = to;
    }
  }
  return at;
}

/** @param pixels two bytes each, little endian; @param columns of a row */
export function encodeRle(pixels: Uint8Array, columns: number): Uint8Array {
  const count = pixels.length / 2;
  const longestRow = columns + Math.ceil(columns / LONGEST_RUN) + 1;
  const out = new Uint8Array(HEADER_BYTES + 2 * (Math.ceil(count / columns) * longestRow + 1));
  const header = new DataView(out.buffer);
  header.setUint32(0, 2, true);
  const row = new Uint8Array(columns);
  let at = HEADER_BYTES;
  for (const [segment, byte] of [1, 0].entries()) {
    header.setUint32(4 + 4 * segment, at, true);
    for (let start = 0; start < count; start += columns) {
      for (let column = 0; column < columns; column++) row[column] = pixels[2 * (start + column) + byte] ?? 0;
      at = packRow(row, out, at);
    }
    if (at % 2 === 1) out[at++] = 0;
  }
  return out.subarray(0, at);
}
