import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoredPixels } from '../../../src/modalities/radiomics/contract.ts';
import { readDicom, readDicomHeader } from '../../../src/modalities/radiomics/dicom/index.ts';
import { describeWithData } from '../../setup/requires.ts';

/** The same image in many transfer syntaxes. [file, largest difference in stored units; undefined: refused] */
const LIDC: readonly (readonly [string, number | undefined])[] = [
  ['IVRLE.dcm', 0],
  ['EVRBE.dcm', 0],
  ['DEFL.dcm', 0],
  ['RLE.dcm', 0],
  ['JPLL_P14.dcm', 0],
  ['JPLL_SV1.dcm', 0],
  ['JLS.dcm', 0],
  ['J2K_LL.dcm', 0],
  ['HTJ2K_dcmjscodecs_201.dcm', 0],
  ['HTJ2K_dcmjscodecs_202.dcm', 0],
  ['JPEG_EXT12.dcm', undefined],
];
const SIEMENS: readonly (readonly [string, number | undefined])[] = [
  ...LIDC,
  ['JPLL_NOBOT.dcm', 0],
  ['JPLL_SV1_FRAG20K.dcm', 0],
  ['HTJ2K_LL_201.dcm', 0],
  ['HTJ2K_RPCL_202.dcm', 0],
  ['JLS_NEAR2.dcm', 2], // NEAR=2 is the standard's own bound (T.87)
  ['HTJ2K_LOSSY_203.dcm', 8],
];
const CS3D = [
  'BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2',
  'DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99',
  'JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90',
  'JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80',
  'JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70',
  'JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57',
  'LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1',
  'LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2',
  'RLELosslessTransferSyntax_1.2.840.10008.1.2.5',
].map((name): readonly [string, number] => [`CTImage.dcm_${name}.dcm`, 0]);

const decode = (file: string): Promise<StoredPixels> => readDicom(readFileSync(file)).decode(0);

const largestDifference = (ours: StoredPixels, reference: StoredPixels): number => {
  expect(ours).toHaveLength(reference.length);
  return Array.from(ours).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - reference[index]!)),
    0,
  );
};

describeWithData('one CT in every transfer syntax', (data) => {
  describe.each([
    ['ts-lidc', 'EVRLE.dcm', LIDC],
    ['ts-siemens', 'EVRLE.dcm', SIEMENS],
    ['cs3d-ts', 'CTImage.dcm', CS3D],
  ] as const)('%s beside %s', (folder, uncompressed, cases) => {
    const at = (name: string) => path.join(data, 'dicom', folder, name);
    it.each(cases)('%s: differs by at most %s', async (name, bound) => {
      if (bound === undefined) {
        await expect(decode(at(name))).rejects.toMatchObject({ code: 'DICOM_UNSUPPORTED' });
        return;
      }
      const difference = largestDifference(await decode(at(name)), await decode(at(uncompressed)));
      expect(difference).toBeLessThanOrEqual(bound);
      if (bound > 0) expect(difference).toBeGreaterThan(0);
    });

    it.each(cases.filter(([, bound]) => bound !== undefined))('%s: its header says the same', (name) => {
      const { sopInstanceUid: _, ...slice } = readDicomHeader(readFileSync(at(name)))[0]!;
      const { sopInstanceUid: __, ...reference } = readDicomHeader(readFileSync(at(uncompressed)))[0]!;
      expect({ ...slice, imageType: undefined }).toEqual({ ...reference, imageType: undefined });
    });
  });

  it('decodes frames that run into each other: what WASM returns is copied', async () => {
    const file = readFileSync(path.join(data, 'dicom', 'ts-siemens', 'HTJ2K_LL_201.dcm'));
    const other = readFileSync(path.join(data, 'dicom', 'ts-siemens', 'HTJ2K_LOSSY_203.dcm'));
    const alone = await readDicom(file).decode(0);
    const together = await Promise.all(
      [file, other, file, other, file].map((bytes) => readDicom(bytes).decode(0)),
    );
    expect(together[0]).toEqual(alone);
    expect(together[2]).toEqual(alone);
    expect(together[4]).toEqual(alone);
    expect(together[1]).not.toEqual(alone);
  });
});
