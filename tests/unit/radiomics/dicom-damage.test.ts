import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import { readDicom } from '../../../src/modalities/radiomics/dicom/index.ts';
import { describeWithData } from '../../setup/requires.ts';
import { encapsulate } from './dicom-file.ts';

const FOLDERS = ['ts-lidc', 'ts-siemens'] as const;
const COMPRESSED = [
  'RLE',
  'JPLL_SV1',
  'JPLL_P14',
  'JLS',
  'J2K_LL',
  'JPEG_BASE8',
  'HTJ2K_dcmjscodecs_201',
] as const;
const ALL = [
  'EVRLE',
  'IVRLE',
  'EVRBE',
  'DEFL',
  ...COMPRESSED,
  'JPEG_EXT12',
  'HTJ2K_dcmjscodecs_202',
] as const;
const CODES = ['DICOM_INVALID', 'DICOM_TRUNCATED', 'DICOM_UNSUPPORTED', 'DICOM_TOO_LARGE'];

/** A code, or how many pixels; throws what is no CdsError. */
async function outcome(bytes: Uint8Array): Promise<string | number> {
  try {
    return (await readDicom(bytes).decode(0)).length;
  } catch (error) {
    if (error instanceof CdsError) return error.code;
    throw error;
  }
}

const PIXEL_DATA = Buffer.from([0xe0, 0x7f, 0x10, 0x00]);

/** The file's one frame, and the file with another in its place, its lengths right. */
function taken(file: Buffer): { frame: Buffer; withFrame: (frame: Buffer) => Buffer } {
  const start = file.indexOf(PIXEL_DATA);
  const table = file.readUInt32LE(start + 16);
  const first = start + 20 + table;
  const frame = file.subarray(first + 8, first + 8 + file.readUInt32LE(first + 4));
  return { frame, withFrame: (other) => Buffer.concat([file.subarray(0, start), encapsulate([other])]) };
}

describeWithData('damaged files', (data) => {
  const load = (folder: string, name: string) =>
    readFileSync(path.join(data, 'dicom', folder, `${name}.dcm`));
  const cases = FOLDERS.flatMap((folder) => ALL.map((name) => ({ folder, name })));
  const compressed = FOLDERS.flatMap((folder) => COMPRESSED.map((name) => ({ folder, name })));

  describe.each(cases)('$folder/$name', ({ folder, name }) => {
    it('cut anywhere: never pixels, never another error', async () => {
      const file = load(folder, name);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: file.length - 1 }), async (length) => {
          expect(CODES).toContain(await outcome(file.subarray(0, length)));
        }),
        {
          numRuns: 25,
          examples: [[file.length - 1], [file.length - 2], [file.length - 8], [file.length >> 1]],
        },
      );
    });

    it('with changed bytes: a code, or pixels of the right count', async () => {
      const file = load(folder, name);
      const change = fc.tuple(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }));
      // Half of them in the header and at the start of the pixels, where they do most.
      const early = fc.tuple(
        fc.nat({ max: Math.min(file.length - 1, 6000) }),
        fc.integer({ min: 1, max: 255 }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof(change, early), { minLength: 1, maxLength: 4 }),
          async (changes) => {
            const damaged = Buffer.from(file);
            for (const [at, by] of changes) damaged[at]! ^= by;
            const result = await outcome(damaged);
            if (typeof result === 'string') expect(CODES).toContain(result);
            else expect(result).toBeGreaterThan(0);
          },
        ),
        { numRuns: 25 },
      );
    });
  });

  // Lengths of the file are right here, and the end of the codestream is there: what is missing lies within it.
  it.each(compressed)('$folder/$name: a frame that lacks its middle is damage', async ({ folder, name }) => {
    const { frame, withFrame } = taken(load(folder, name));
    expect(await outcome(withFrame(frame))).toBe(512 * 512);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 95 }),
        fc.integer({ min: 200, max: 60_000 }),
        async (percent, missing) => {
          const from = Math.floor((frame.length * percent) / 100);
          const to = Math.min(from + missing, frame.length - 8);
          if (to - from < 200) return;
          const cut = Buffer.concat([frame.subarray(0, from), frame.subarray(to)]);
          expect(await outcome(withFrame(cut))).toBe('DICOM_TRUNCATED');
        },
      ),
      { numRuns: 12 },
    );
  });

  const marked = compressed.filter(({ name }) => name !== 'RLE');
  /** Where the end marker is, EOI or EOC, before what pads it. */
  const endOf = (frame: Buffer): number => frame.lastIndexOf(Buffer.from([0xff, 0xd9]));

  it.each(marked)(
    '$folder/$name: no end marker, or something after it, is damage',
    async ({ folder, name }) => {
      const { frame, withFrame } = taken(load(folder, name));
      const end = endOf(frame);
      const start = frame.subarray(0, end);
      const marker = frame.subarray(end, end + 2);
      const variants: [Buffer[], string | number][] = [
        [[start, marker, Buffer.alloc(6)], 512 * 512],
        [[start], 'DICOM_TRUNCATED'],
        [[start, Buffer.alloc(2)], 'DICOM_TRUNCATED'],
        [[start, marker, Buffer.from([1, 2])], 'DICOM_TRUNCATED'],
      ];
      for (const [parts, expected] of variants)
        expect(await outcome(withFrame(Buffer.concat(parts)))).toBe(expected);
    },
  );

  it.each(['JPLL_SV1', 'JPLL_P14'])('%s: entropy-coded data that no pixel uses are damage', async (name) => {
    const { frame, withFrame } = taken(load('ts-siemens', name));
    const end = endOf(frame);
    const longer = (more: number) =>
      withFrame(Buffer.concat([frame.subarray(0, end), Buffer.alloc(more), frame.subarray(end)]));
    expect(await outcome(longer(0))).toBe(512 * 512);
    for (const more of [1, 2, 3, 64]) expect(await outcome(longer(more))).toBe('DICOM_TRUNCATED');
  });

  it.each(marked)(
    '$folder/$name: another size in the header than in the codestream is damage',
    async (one) => {
      const file = load(one.folder, one.name);
      const rows = file.indexOf(Buffer.from([0x28, 0x00, 0x10, 0x00, 0x55, 0x53, 2, 0]));
      file.writeUInt16LE(511, rows + 8);
      expect(await outcome(file)).toBe('DICOM_TRUNCATED');
    },
  );
});
