import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CtVolume, DicomImage, Vector3 } from '../../../src/modalities/radiomics/contract.ts';
import { buildVolume } from '../../../src/modalities/radiomics/volume/build-volume.ts';
import { clampHu } from '../../../src/modalities/radiomics/volume/clamp-hu.ts';
import {
  AXIAL,
  imageOf,
  imagesOf,
  multiFrameOf,
  sliceOf,
  UNEVEN_BODY,
  type Series,
} from './volume-phantom.ts';

const codeOf = async (volume: Promise<unknown>): Promise<unknown> =>
  volume.then(
    () => 'no error',
    (error: unknown) => (error as { code?: unknown }).code ?? error,
  );

/** Every voxel from the formula, at the place that origin and spacing say it has. */
const fromFormula = ({ size, spacingMm, originMm }: CtVolume, body = UNEVEN_BODY): number[] => {
  const values: number[] = [];
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++)
        values.push(
          body(
            originMm[0] + x * spacingMm[0],
            originMm[1] + y * spacingMm[1],
            originMm[2] + z * spacingMm[2],
          ),
        );
  return values;
};

/** The eight ways round of axial slices, the same voxels in each: rows along x or y, each axis either way. */
const turned = (along: 0 | 1, rowSign: 1 | -1, columnSign: 1 | -1): Series => {
  const [nx, ny] = [4, 5];
  const [stepX, stepY] = [1, 2];
  const [signX, signY] = along === 0 ? [rowSign, columnSign] : [columnSign, rowSign];
  const first = [signX > 0 ? 10 : 10 + (nx - 1) * stepX, signY > 0 ? 20 : 20 + (ny - 1) * stepY] as const;
  const [x, y]: Vector3[] = [
    [signX, 0, 0],
    [0, signY, 0],
  ];
  return {
    ...AXIAL,
    ...(along === 0
      ? { rows: ny, columns: nx, row: x!, column: y!, pixelSpacingMm: [stepY, stepX] as const }
      : { rows: nx, columns: ny, row: y!, column: x!, pixelSpacingMm: [stepX, stepY] as const }),
    positionsMm: AXIAL.positionsMm.map(([, , z]) => [...first, z] as const),
  };
};

const sign = fc.constantFrom(1 as const, -1 as const);

describe('a volume', () => {
  it('has every voxel at its place in the patient, x fastest', async () => {
    const volume = await buildVolume(imagesOf(AXIAL));
    expect(volume).toMatchObject({
      size: [4, 5, 12],
      spacingMm: [1, 2, 2.5],
      originMm: [10, 20, 30],
      corrections: [],
      paddedVoxels: 0,
    });
    expect(volume.obliqueDegrees).toBeUndefined();
    expect(volume.hu).toBeInstanceOf(Int16Array);
    expect([...volume.hu]).toEqual(fromFormula(volume));
  });

  it('is the same from any order of files and any way round of rows, columns and slices', async () => {
    const expected = await buildVolume(imagesOf(AXIAL));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0 as const, 1 as const),
        sign,
        sign,
        fc.shuffledSubarray(
          AXIAL.positionsMm.map((_, k) => k),
          { minLength: AXIAL.positionsMm.length },
        ),
        async (along, rowSign, columnSign, order) => {
          const images = imagesOf(turned(along, rowSign, columnSign));
          expect(await buildVolume(order.map((k) => images[k]!))).toEqual(expected);
        },
      ),
    );
  });

  it('takes the frames of multi-frame images as slices, also those of several images', async () => {
    const expected = await buildVolume(imagesOf(AXIAL));
    expect(await buildVolume([multiFrameOf(AXIAL)])).toEqual(expected);
    const half = (from: number): Series => ({
      ...AXIAL,
      positionsMm: AXIAL.positionsMm.slice(from, from + 6),
    });
    const second = multiFrameOf(half(6));
    const renamed: DicomImage = {
      ...second,
      slices: second.slices.map((slice) => ({ ...slice, sopInstanceUid: '2.25.8' })),
    };
    expect(await buildVolume([multiFrameOf(half(0)), renamed])).toEqual(expected);
  });

  it('measures distances by positions, whatever SliceThickness says', async () => {
    const images = imagesOf(AXIAL).map((image) => ({
      ...image,
      slices: image.slices.map((slice) => ({ ...slice, sliceThicknessMm: 7, instanceNumber: 3 })),
    }));
    expect((await buildVolume(images)).spacingMm[2]).toBe(2.5);
  });

  it('takes positions rounded to a tenth of a mm as even', async () => {
    const positionsMm = Array.from({ length: 40 }, (_, k) => [0, 0, Math.round(k * 6.25) / 10] as const);
    const { size, spacingMm } = await buildVolume(imagesOf({ ...AXIAL, positionsMm }));
    expect(size[2]).toBe(40);
    expect(spacingMm[2]).toBeCloseTo(0.625, 2);
  });

  it('says how oblique its axes are', async () => {
    const [c, s] = [Math.cos(0.2), Math.sin(0.2)];
    const positionsMm = Array.from({ length: 6 }, (_, k) => [0, -s * 2 * k, c * 2 * k] as const);
    const volume = await buildVolume(imagesOf({ ...AXIAL, column: [0, c, s], positionsMm }));
    expect(volume.obliqueDegrees).toBeCloseTo((0.2 * 180) / Math.PI, 9);
    expect(volume.spacingMm[2]).toBeCloseTo(2, 12);
  });
});

describe('Hounsfield units', () => {
  const one = (stored: Int16Array | Uint16Array | Uint32Array, change: object = {}): DicomImage[] =>
    [0, 1].map((k) =>
      imageOf([{ ...sliceOf({ ...AXIAL, rows: 1, columns: stored.length }, k), ...change }], [stored]),
    );
  const first = async (...given: Parameters<typeof one>): Promise<CtVolume> => {
    const volume = await buildVolume(one(...given));
    return { ...volume, hu: volume.hu.subarray(0, given[0].length) };
  };

  it.each([
    // slope, intercept, stored, HU, whole
    [1, -1024, Int16Array.of(-2000, 0, 4095), [-3024, -1024, 3071], true],
    [1, -1024, Uint16Array.of(0, 1000, 33791), [-1024, -24, 32767], true],
    [2, -1000, Int16Array.of(-5, 0, 500), [-1010, -1000, 0], true],
    [0.5, -1024, Int16Array.of(1, 2048, 3), [-1023.5, 0, -1022.5], false],
    [1, -1024.5, Int16Array.of(0, 1, 2), [-1024.5, -1023.5, -1022.5], false],
    // beyond 16 bits
    [1, -1024, Int16Array.of(-32768, 0, 1), [-33792, -1024, -1023], false],
    [1, 0, Uint16Array.of(32768, 65535, 1), [32768, 65535, 1], false],
    [3, 0, Int16Array.of(32767, -32768, 1), [98301, -98304, 3], false],
    // 2^32 - 1000 must not look like -1000
    [1, 0, Uint32Array.of(4294966296, 5, 6), [4294966272, 5, 6], false],
  ] as const)('slope %d, intercept %d of %o', async (rescaleSlope, rescaleIntercept, stored, hu, whole) => {
    const volume = await first(stored, { rescaleSlope, rescaleIntercept });
    expect([...volume.hu]).toEqual(hu);
    expect(volume.hu instanceof Int16Array).toBe(whole);
  });

  it('are of each slice by its own slope and intercept', async () => {
    const even = (x: number, y: number, z: number): number => 2 * UNEVEN_BODY(x, y, z);
    const whole = imagesOf({ ...AXIAL, body: even, slope: 2, intercept: -500 });
    const shifted = imagesOf({ ...AXIAL, body: even, intercept: 0 });
    const both = await buildVolume(whole.map((image, k) => (k % 2 === 0 ? image : shifted[k]!)));
    expect([...both.hu]).toEqual(fromFormula(both, even));
  });

  it('keep what was written before a value asked for wider numbers', async () => {
    const images = imagesOf(AXIAL);
    const [, , third] = images;
    const huge = imageOf(third!.slices, [new Uint16Array(20).fill(65535)]);
    const volume = await buildVolume(images.with(2, huge));
    const expected = fromFormula(volume).map((value, i) => (i >= 40 && i < 60 ? 64511 : value));
    expect(volume.hu).toBeInstanceOf(Float32Array);
    expect([...volume.hu]).toEqual(expected);
  });

  it('of padding are air, and counted; kept where that is asked for', async () => {
    const stored = Int16Array.of(-2000, -2000, -1999, 24);
    const padded = { padding: [-2000, -2000] as const };
    const volume = await first(stored, padded);
    expect([...volume.hu]).toEqual([-1024, -1024, -3023, -1000]);
    expect(volume.paddedVoxels).toBe(4); // two slices
    // A range, its ends either way round; with a slope.
    const range = { padding: [-1990, -2000] as const, rescaleSlope: 0.5 };
    expect([...(await first(stored, range)).hu]).toEqual([-1024, -1024, -1024, -1012]);
    const kept = await buildVolume(one(stored, padded), { padding: 'keep' });
    expect([...kept.hu.subarray(0, 4)]).toEqual([-3024, -3024, -3023, -1000]);
    expect(kept.paddedVoxels).toBe(0);
    // Padding that is stored beyond 16 bits does not widen the volume, kept it does.
    const lowest = Int16Array.of(-32768, 0, 1, 2);
    const low = { padding: [-32768, -32768] as const };
    expect((await first(lowest, low)).hu).toBeInstanceOf(Int16Array);
    const wide = await buildVolume(one(lowest, low), { padding: 'keep' });
    expect(wide.hu[0]).toBe(-33792);
  });

  it('are clamped by a step of its own, in another array', async () => {
    const volume = await first(Int16Array.of(-2000, 0, 1000, 5000), {});
    const clamped = clampHu(volume, [-1024, 3071]);
    expect([...clamped.hu]).toEqual([-1024, -1024, -24, 3071]);
    expect([...volume.hu]).toEqual([-3024, -1024, -24, 3976]);
    expect(clampHu(clamped, [-1024, 3071])).toBe(clamped);
  });
});

describe('memory', () => {
  it('is refused from the headers alone, before a slice is decoded', async () => {
    let decoded = 0;
    const counted = imagesOf(AXIAL).map((image) => ({
      ...image,
      decode: (frame: number) => {
        decoded++;
        return image.decode(frame);
      },
    }));
    const bytes = 2 * 4 * 5 * 12;
    expect(await codeOf(buildVolume(counted, { maximumBytes: bytes - 1 }))).toBe('DICOM_TOO_LARGE');
    expect(decoded).toBe(0);
    const huge = counted.map((image) => ({
      ...image,
      slices: image.slices.map((slice) => ({ ...slice, rows: 65535, columns: 65535 })),
    }));
    expect(await codeOf(buildVolume(huge))).toBe('DICOM_TOO_LARGE');
    expect(decoded).toBe(0);
    expect((await buildVolume(counted, { maximumBytes: bytes })).hu.byteLength).toBe(bytes);
    // Twice that for 32 bits, whether the headers say so or a value does.
    const half = imagesOf({ ...AXIAL, slope: 0.5 });
    expect(await codeOf(buildVolume(half, { maximumBytes: bytes }))).toBe('DICOM_TOO_LARGE');
    const high = imagesOf({ ...AXIAL, stored: (values) => Uint16Array.from(values, () => 65535) });
    expect(await codeOf(buildVolume(high, { maximumBytes: bytes }))).toBe('DICOM_TOO_LARGE');
  });

  it('holds two decoded slices at once, or as many as are allowed', async () => {
    let [inFlight, most] = [0, 0];
    const slow = imagesOf(AXIAL).map((image) => ({
      ...image,
      decode: async (frame: number) => {
        most = Math.max(most, ++inFlight);
        await new Promise(setImmediate);
        inFlight--;
        return image.decode(frame);
      },
    }));
    await buildVolume(slow);
    expect(most).toBe(2);
    most = 0;
    await buildVolume(slow, { decodesInFlight: 4 });
    expect(most).toBe(4);
    most = 0;
    expect((await buildVolume(slow, { decodesInFlight: 0 })).hu).toHaveLength(240);
    expect(most).toBe(1);
  });

  it('is not filled any further once the signal aborts or a slice fails', async () => {
    const reason = new Error('enough');
    const stop = new AbortController();
    let decoded = 0;
    const counted = (fail: () => void): DicomImage[] =>
      imagesOf(AXIAL).map((image) => ({
        ...image,
        decode: (frame: number) => {
          if (++decoded === 3) fail();
          return image.decode(frame);
        },
      }));
    const aborting = counted(() => {
      stop.abort(reason);
    });
    await expect(buildVolume(aborting, { signal: stop.signal })).rejects.toBe(reason);
    expect(decoded).toBeLessThan(5);
    await expect(buildVolume(imagesOf(AXIAL), { signal: stop.signal })).rejects.toBe(reason);
    const failing = imagesOf(AXIAL).map((image) => ({ ...image, decode: () => Promise.reject(reason) }));
    await expect(buildVolume(failing)).rejects.toBe(reason);
  });
});
