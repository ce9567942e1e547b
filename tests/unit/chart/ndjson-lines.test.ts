import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOfLine, splitLines, type Line } from '../../../src/chart/ndjson-lines.ts';

/** The bytes cut at the given places, empty pieces and all. */
const cut = (bytes: Buffer, places: readonly number[]): Uint8Array[] => {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => new Uint8Array(bytes.subarray(ends[index - 1] ?? 0, end)));
};

const read = async (chunks: Iterable<Uint8Array>, maxBytes?: number): Promise<Line[]> => {
  const lines: Line[] = [];
  // Copied: what is yielded may lie in a chunk.
  for await (const line of splitLines(chunks, 'Some.ndjson', maxBytes))
    lines.push({ ...line, bytes: Buffer.from(line.bytes) });
  return lines;
};

const text = fc.string({ unit: 'binary', maxLength: 12 });
const resource = fc.record({ resourceType: fc.constant('Basic'), id: text, value: fc.array(text) });
const row = fc.oneof(
  resource.map((value) => JSON.stringify(value)),
  fc.constantFrom('', ' ', '\t'),
);
const document = fc.record({
  rows: fc.array(fc.tuple(row, fc.constantFrom('\n', '\r\n'))),
  /** Whether the last line has an end. */
  closed: fc.boolean(),
});

describe('splitLines', () => {
  it('reads what a naive parse of the whole reads, wherever the chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(document, fc.array(fc.nat()), async ({ rows, closed }, places) => {
        const whole = rows
          .map(([line, end], index) => line + (closed || index < rows.length - 1 ? end : ''))
          .join('');
        const naive = whole
          .split(/\r?\n/)
          .map((line, index) => ({ number: index + 1, line }))
          .filter(({ line }) => line.trim() !== '')
          .map(({ number, line }) => ({ number, json: JSON.parse(line) as unknown }));
        const lines = await read(cut(Buffer.from(whole), places));
        expect(lines.map((line) => ({ number: line.number, json: jsonOfLine(line) }))).toEqual(naive);
      }),
      { numRuns: 500 },
    );
  });

  it('passes every byte on: the lines joined are the document without its blank lines and returns', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(fc.nat()), async (raw, places) => {
        const lines = await read(cut(Buffer.from(raw), places));
        const naive = Buffer.from(raw)
          .toString('latin1')
          .split('\n')
          .map((line) => line.replace(/\r$/, ''))
          .filter((line) => /[^ \t\r]/.test(line));
        expect(lines.map((line) => line.bytes.toString('latin1'))).toEqual(naive);
      }),
    );
  });

  it('does not end a line at U+2028 or U+2029, which JSON strings hold as they are', async () => {
    const value = { resourceType: 'Basic', note: 'one\u2028two\u2029three\u0085four' };
    const [line, ...more] = await read([Buffer.from(`${JSON.stringify(value)}\n`)]);
    expect(more).toEqual([]);
    expect(jsonOfLine(line!)).toEqual(value);
  });

  it('tells a last line that nothing ends', async () => {
    const ended = async (whole: string) => (await read([Buffer.from(whole)])).map((line) => line.ended);
    expect(await ended('{}\n{}')).toEqual([true, false]);
    expect(await ended('{}\n{}\n')).toEqual([true, true]);
    expect(await ended('\n\r\n')).toEqual([]);
  });

  it('bounds the length of a line, and names the line', async () => {
    const long = `{}\n${'x'.repeat(40)}`;
    for (const size of [1, 7, 100])
      await expect(read(cut(Buffer.from(long), [size, 2 * size]), 32)).rejects.toMatchObject({
        code: 'COHORT_INVALID',
        detail: 'Some.ndjson, line 2 is longer than 32 bytes',
      });
    // an endless line is given up before it is all there
    let sent = 0;
    const endless = function* () {
      for (; ; sent++) yield Buffer.alloc(10, 'x');
    };
    await expect(read(endless(), 32)).rejects.toMatchObject({ code: 'COHORT_INVALID' });
    expect(sent).toBeLessThan(5);
  });
});

describe('jsonOfLine', () => {
  const line = (bytes: Buffer): Line => ({ number: 1, bytes, ended: true });

  it('drops a byte order mark', () => {
    expect(jsonOfLine(line(Buffer.from('\ufeff{"a":1}')))).toEqual({ a: 1 });
  });

  it('is undefined of what is no object, or no UTF-8', () => {
    for (const bad of ['[]', 'null', '"x"', '1', '{', '{"a":1}{"b":2}'])
      expect(jsonOfLine(line(Buffer.from(bad)))).toBeUndefined();
    const latin1 = Buffer.from('{"name":"M\u00fcller"}', 'latin1');
    expect(jsonOfLine(line(latin1))).toBeUndefined();
  });
});
