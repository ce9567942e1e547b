import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/domain/index.ts';
import { GEOMETRY_CORRECTIONS, type CtSlice } from '../../../src/modalities/radiomics/contract.ts';
import { buildVolume } from '../../../src/modalities/radiomics/volume/build-volume.ts';
import { AXIAL, imagesOf, withHeaders } from './volume-phantom.ts';

const images = imagesOf(AXIAL);
const wild = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, NaN, Infinity, 1e308, 5e-324, 2 ** 31, 42.5, 60.01),
);
const vector = fc.tuple(wild, wild, wild);
/** Headers that anyone may have written. */
const hostile: fc.Arbitrary<Partial<CtSlice>> = fc.record(
  {
    positionMm: vector,
    rowDirection: vector,
    columnDirection: vector,
    pixelSpacingMm: fc.tuple(wild, wild),
    rescaleSlope: wild,
    rescaleIntercept: wild,
    padding: fc.tuple(wild, wild),
    rows: fc.constantFrom(0, 1, 4, 5, 65535),
    columns: fc.constantFrom(0, 1, 4, 5, 65535),
    acquisitionNumber: wild,
    sopInstanceUid: fc.string(),
    imageType: fc.array(fc.string()),
  },
  { requiredKeys: [] },
);

describe('hostile headers', () => {
  it('give a volume of finite numbers or an error by its code, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, fc.boolean(), fc.nat(11), async (change, inAll, which) => {
        const series = withHeaders(images, (_, k) => (inAll || k === which ? change : {}));
        try {
          const { hu, size, spacingMm, originMm } = await buildVolume(series, {
            allow: GEOMETRY_CORRECTIONS,
          });
          expect(hu).toHaveLength(size[0] * size[1] * size[2]);
          expect([...hu, ...spacingMm, ...originMm].every(Number.isFinite)).toBe(true);
          expect(Math.min(...spacingMm)).toBeGreaterThan(0);
        } catch (error) {
          expect(Object.keys(ERRORS)).toContain((error as { code?: string }).code);
          expect((error as { code?: string }).code).not.toBe('INTERNAL');
        }
      }),
      { numRuns: 500 },
    );
  });
});
