import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { CdsError } from '../../src/domain/index.ts';
import { readDicom } from '../../src/modalities/radiomics/dicom/index.ts';
import { runPython } from '../setup/python.ts';
import { describeWith, describeWithData } from '../setup/requires.ts';

/** Every pixel of every frame as int32, or why not. */
const PIXELS = `
import warnings; warnings.filterwarnings('ignore')
import numpy, pydicom
result = []
for index, file in enumerate(d):
  try:
    dataset = pydicom.dcmread(file)
    pixels = dataset.pixel_array
    pixels.astype('<i4').tofile(f'{index}.raw')
    result.append({'photometric': dataset.PhotometricInterpretation, 'size': int(pixels.size)})
  except Exception as error:
    result.append({'error': type(error).__name__})
`;

interface Theirs {
  readonly photometric?: string;
  readonly error?: string;
  readonly pixels?: Int32Array;
}

const askPydicom = (python: string, files: readonly string[]) =>
  runPython<Theirs[]>(python, PIXELS, files, (result, folder) =>
    result.map((one, index) => {
      if (one.error !== undefined) return one;
      const bytes = readFileSync(path.join(folder, `${index}.raw`));
      return { ...one, pixels: new Int32Array(new Uint8Array(bytes).buffer) };
    }),
  );

type Ours = { readonly code: string; readonly detail: string | undefined } | { readonly pixels: Int32Array };

async function decodeAll(file: string): Promise<Ours> {
  try {
    const image = readDicom(readFileSync(file));
    const frames: number[][] = [];
    for (const { frame } of image.slices) frames.push(Array.from(await image.decode(frame)));
    return { pixels: Int32Array.from(frames.flat()) };
  } catch (error) {
    if (!(error instanceof CdsError)) throw error;
    return { code: error.code, detail: error.detail };
  }
}

/** Files that pydicom reads and we do not, colour apart; each looked at. */
const REFUSED: Readonly<Record<string, string>> = {
  'JPEG-lossy.dcm': 'DICOM_UNSUPPORTED', // JPEG Extended of 12 bits, as are the next
  'JPGExtended.dcm': 'DICOM_UNSUPPORTED',
  'JPEG_EXT12.dcm': 'DICOM_UNSUPPORTED',
  'CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm': 'DICOM_UNSUPPORTED',
  'CT0012.fragmented_no_bot_jpeg_baseline.51.dcm': 'DICOM_UNSUPPORTED',
  'SC_rgb_jpeg.dcm': 'DICOM_INVALID', // Implicit VR in a syntax of explicit VR
  'liver_1frame.dcm': 'DICOM_UNSUPPORTED', // a segmentation: 1 bit a pixel
  'liver_expb_1frame.dcm': 'DICOM_UNSUPPORTED',
  // A delimiter was written over its size: GDCM says that it cannot decode it, and pydicom gives an array all the same.
  'JPEG2000-embedded-sequence-delimiter.dcm': 'DICOM_TRUNCATED',
};

/** Retired JPEG processes, and syntaxes that no PACS should send. */
const UNKNOWN_SYNTAX = /JPEGProcess(10_12|6_8)Transfer/;

/** What has no pixels, or is no Part 10 file, is refused by both; the others of this list are named. */
function expectedCode(name: string, peer: Theirs): string {
  const named = REFUSED[path.basename(name)];
  if (named !== undefined) return named;
  if (peer.photometric !== undefined || UNKNOWN_SYNTAX.test(name)) return 'DICOM_UNSUPPORTED'; // colour, MONOCHROME1
  return name.includes('truncated') ? 'DICOM_TRUNCATED' : 'DICOM_INVALID';
}

const isHtj2k = (name: string): boolean => path.basename(name).startsWith('HTJ2K');

describeWithData('every file that pydicom ships, and one CT in every transfer syntax', (data) => {
  describeWith('python', 'beside pydicom with GDCM', (python) => {
    const root = path.join(data, 'dicom');
    const files = ['pydicom', 'ts-lidc', 'ts-siemens', 'cs3d-ts']
      .flatMap((folder) => globSync('**/*', { cwd: path.join(root, folder), withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
    let theirs: Theirs[] = [];
    beforeAll(async () => {
      theirs = await askPydicom(python, files);
    }, 120_000);

    it('is about all of them', () => {
      expect(files.length).toBeGreaterThan(250);
      expect(theirs.filter(({ pixels }) => pixels !== undefined).length).toBeGreaterThan(140);
    });

    // GDCM does not read HTJ2K: radiomics/dicom-transfer-syntaxes.test.ts holds it to the uncompressed file.
    const cases = files.map((file, index) => ({ file, index, name: path.relative(root, file) }));
    it.each(cases.filter(({ name }) => !isHtj2k(name)))('$name', async ({ file, index, name }) => {
      const ours = await decodeAll(file);
      const peer = theirs[index]!;
      if ('code' in ours) {
        expect(ours.code).toBe(expectedCode(name, peer));
        return;
      }
      expect(peer.photometric).toBe('MONOCHROME2');
      // Lossy ones too: libjpeg, CharLS and OpenJPEG are on both sides.
      expect(Buffer.from(ours.pixels.buffer).equals(Buffer.from(peer.pixels!.buffer))).toBe(true);
    });
  });
});
