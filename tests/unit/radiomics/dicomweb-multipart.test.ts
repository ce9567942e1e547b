import { parseMultipart } from '@remix-run/multipart-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import { boundaryOf, mediaTypeOf } from '../../../src/modalities/radiomics/dicomweb/media-type.ts';
import {
  MultipartReader,
  type MultipartLimits,
} from '../../../src/modalities/radiomics/dicomweb/multipart.ts';

interface Part {
  readonly type: string | undefined;
  readonly body: Buffer;
}

/** Reads a body written in pieces; what is kept of it is copied, as views live no longer than their chunk. */
function read(pieces: readonly Uint8Array[], boundary: string, limits?: MultipartLimits): readonly Part[] {
  const parts: { type: string | undefined; chunks: Buffer[]; ended: boolean }[] = [];
  const reader = new MultipartReader(
    boundary,
    {
      begin: (headers) => {
        parts.push({ type: headers.get('content-type'), chunks: [], ended: false });
      },
      data: (bytes) => {
        parts.at(-1)!.chunks.push(Buffer.from(bytes));
      },
      end: () => {
        parts.at(-1)!.ended = true;
      },
    },
    limits,
  );
  for (const piece of pieces) reader.write(piece);
  reader.finish();
  expect(parts.every(({ ended }) => ended)).toBe(true);
  expect(reader.parts).toBe(parts.length);
  return parts.map(({ type, chunks }) => ({ type, body: Buffer.concat(chunks) }));
}

const codeOf = (body: string | Buffer, boundary = 'b', limits?: MultipartLimits): string => {
  const whole = Buffer.from(body as string, 'latin1');
  const outcome = (pieces: readonly Buffer[]): string => {
    try {
      return `parts ${String(read(pieces, boundary, limits).length)}`;
    } catch (error) {
      expect(error).toBeInstanceOf(CdsError);
      return `${(error as CdsError).code} ${(error as CdsError).detail ?? ''}`;
    }
  };
  const atOnce = outcome([whole]);
  // However it is cut, the answer is the same.
  if (whole.length < 5000) expect(outcome([...whole].map((byte) => Buffer.of(byte)))).toBe(atOnce);
  return atOnce;
};

/** Cuts a body at the given places, in order. */
const cut = (whole: Buffer, places: readonly number[]): Buffer[] => {
  const sorted = [
    0,
    ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b),
    whole.length,
  ];
  return sorted.slice(1).map((end, index) => whole.subarray(sorted[index], end));
};

const write = (parts: readonly Buffer[], boundary: string, padding = ''): Buffer =>
  Buffer.concat([
    ...parts.flatMap((part) => [
      Buffer.from(`\r\n--${boundary}${padding}\r\nContent-Type: application/dicom\r\nX: y\r\n\r\n`),
      part,
    ]),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);

/** Payloads made of what boundaries are made of, in which no line begins with the boundary. */
const nasty = (boundary: string): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '\r',
          '\n',
          '\r\n',
          '-',
          '--',
          '\r\n--',
          `--${boundary}`,
          boundary,
          boundary.slice(0, -1),
          '\0',
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 12 },
    )
    .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
    .filter((payload) => !Buffer.concat([payload, Buffer.from('\r\n')]).includes(`\r\n--${boundary}`));

describe('MultipartReader', () => {
  const boundaries = fc.constantFrom(
    'b',
    '--',
    '----',
    'aab',
    'a',
    '0123456789',
    "a'()+_,-./:=?",
    '\u002d\u002d-x',
  );

  it('gives every payload back to the last byte, wherever it is cut', () => {
    fc.assert(
      fc.property(
        boundaries.chain((boundary) =>
          fc.record({
            boundary: fc.constant(boundary),
            parts: fc.array(nasty(boundary), { maxLength: 4 }),
            places: fc.array(fc.nat(), { maxLength: 12 }),
            padding: fc.constantFrom('', ' ', '\t ', '    '),
          }),
        ),
        ({ boundary, parts, places, padding }) => {
          const whole = write(parts, boundary, padding);
          const found = read(cut(whole, places), boundary);
          expect(found.map(({ body }) => body.toString('latin1'))).toEqual(
            parts.map((part) => part.toString('latin1')),
          );
          expect(found.every(({ type }) => type === 'application/dicom')).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives what @remix-run/multipart-parser gives', () => {
    fc.assert(
      fc.property(fc.array(nasty('x1'), { minLength: 1, maxLength: 4 }), (parts) => {
        // That one takes neither a preamble nor what follows the last boundary.
        const whole = write(parts, 'x1').subarray(2, -2);
        const peer = [...parseMultipart(whole, { boundary: 'x1' })].map(({ bytes }) => Buffer.from(bytes));
        expect(read([whole], 'x1').map(({ body }) => body.toString('latin1'))).toEqual(
          peer.map((body) => body.toString('latin1')),
        );
      }),
    );
  });

  it('never takes a body that was cut short for a whole one', () => {
    const whole = write([Buffer.from('one'), Buffer.from('two')], 'b');
    const closing = whole.length - 2;
    for (let length = 0; length < closing; length++)
      expect(codeOf(whole.subarray(0, length)), String(length)).toBe(
        'PACS_INCOMPLETE The closing boundary did not come.',
      );
    expect(codeOf(whole.subarray(0, closing))).toBe('parts 2');
  });

  it('ends in an error or in parts, whatever comes, and always in the same', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '\r\n',
            '--b',
            '--b--',
            '\r\n--b\r\n',
            '\r\n\r\n',
            'A: b',
            ':',
            '\n',
            ' ',
            '-',
            'x',
            '\r',
          ),
          { maxLength: 16 },
        ),
        (pieces) => {
          expect(codeOf(pieces.join(''))).toMatch(/^(parts \d+|PACS_(ANSWER_INVALID|INCOMPLETE) .*)$/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    // # of the body -> what becomes of it
    ['no preamble', '--b\r\n\r\nx\r\n--b--', 'parts 1'],
    ['a preamble and an epilogue', 'hello\r\n--b\r\nA: b\r\n\r\nx\r\n--b--\r\nbye', 'parts 1'],
    ['an empty part', '--b\r\n\r\n\r\n--b--', 'parts 1'],
    ['no parts at all', '--b--', 'parts 0'],
    ['nothing', '', 'PACS_INCOMPLETE The closing boundary did not come.'],
    [
      'LF alone at the ends of lines',
      '--b\n\nx\n--b--\n',
      'PACS_ANSWER_INVALID A boundary is followed by something else.',
    ],
    [
      'LF alone between headers',
      '--b\r\nA: b\nC: d\r\n\r\nx\r\n--b--',
      'PACS_ANSWER_INVALID A header of a part is none.',
    ],
    [
      'a longer boundary in the payload',
      '--b\r\n\r\nx\r\n--bc\r\n--b--',
      'PACS_ANSWER_INVALID A boundary is followed by something else.',
    ],
    [
      'a boundary with one dash after it',
      '--b\r\n\r\nx\r\n--b-\r\n--b--',
      'PACS_ANSWER_INVALID A boundary is followed by something else.',
    ],
    [
      'another boundary than announced',
      '--c\r\n\r\nx\r\n--c--',
      'PACS_INCOMPLETE The closing boundary did not come.',
    ],
    ['the boundary in the middle of a line', '--b\r\n\r\nx--b--\r\n--b--', 'parts 1'],
    [
      'a header without a colon',
      '--b\r\nrubbish\r\n\r\nx\r\n--b--',
      'PACS_ANSWER_INVALID A header of a part is none.',
    ],
    ['a continued header', '--b\r\nA: b\r\n c\r\n\r\nx\r\n--b--', 'parts 1'],
  ])('%s', (_, body, outcome) => {
    expect(codeOf(body)).toBe(outcome);
  });

  it('bounds headers, what stands around, and the number of parts', () => {
    const limits = { headerBytes: 100, aroundBytes: 50, parts: 2 };
    const long = 'x'.repeat(200);
    expect(codeOf(`--b\r\nA: ${long}\r\n\r\nx\r\n--b--`, 'b', limits)).toMatch(
      /headers of a part are too long/,
    );
    expect(codeOf(`--b\r\n${'A: b\r\n'.repeat(40)}\r\nx\r\n--b--`, 'b', limits)).toMatch(/too long/);
    expect(codeOf(`--b${' '.repeat(200)}\r\n\r\nx\r\n--b--`, 'b', limits)).toMatch(/line of a boundary/);
    expect(codeOf(`${long}\r\n--b\r\n\r\nx\r\n--b--`, 'b', limits)).toMatch(/first boundary does not come/);
    expect(codeOf(`--b\r\n\r\nx\r\n--b--${long}`, 'b', limits)).toMatch(/follows the closing/);
    expect(codeOf('--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b\r\n\r\n3\r\n--b--', 'b', limits)).toMatch(
      /more parts/,
    );
  });

  it('reads ten megabytes of a header no further than its limit', () => {
    let written = 0;
    const reader = new MultipartReader('b', {
      begin: () => undefined,
      data: () => undefined,
      end: () => undefined,
    });
    reader.write(Buffer.from('--b\r\nA: '));
    const chunk = Buffer.alloc(4096, 'x');
    expect(() => {
      for (; written < 10 * 1024 * 1024; written += chunk.length) reader.write(chunk);
    }).toThrow(/headers of a part are too long/);
    expect(written).toBeLessThan(20_000);
  });
});

describe('mediaTypeOf', () => {
  const boundary = (header: string): string | undefined => {
    const type = mediaTypeOf(header);
    return type === undefined ? undefined : boundaryOf(type);
  };

  it.each([
    ['multipart/related; boundary=abc', 'abc'],
    ['multipart/related; type="application/dicom"; boundary="a b:c"', 'a b:c'],
    ['Multipart/Related;BOUNDARY="a\\"b"', undefined], // no boundary has a quote
    ['multipart/related; boundary="a;b=c"', undefined],
    ['multipart/related; boundary="=_x=?"; charset=utf-8', '=_x=?'],
    ['multipart/related; type="x; boundary=evil"; boundary=good', 'good'],
    ['multipart/related; boundary=first; boundary=second', 'first'],
    ['multipart/related; boundary=', undefined],
    ['multipart/related; boundary="ends in a space "', undefined],
    [`multipart/related; boundary=${'x'.repeat(71)}`, undefined],
    ['multipart/related; boundary="a\r\nb"', undefined],
    ['multipart/related', undefined],
    ['multipart/related;; boundary=abc; ', 'abc'],
    ['multipart/related; boundary="unfinished', undefined],
    ['multipart; boundary=abc', undefined],
    ['a/b/c; boundary=abc', undefined],
  ])('%s -> %s', (header, expected) => {
    expect(boundary(header)).toBe(expected);
  });

  it('takes any text without throwing, and quickly', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void mediaTypeOf(text)));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(';', '"', '\\', '=', 'a', ' ', '/'), { maxLength: 300 }),
        (pieces) => {
          mediaTypeOf(`a/b;${pieces.join('')}`);
        },
      ),
    );
  });
});
