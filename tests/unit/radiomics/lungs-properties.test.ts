import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CtVolume, Lungs, Vector3 } from '../../../src/modalities/radiomics/contract.ts';
import { segmentLungs } from '../../../src/modalities/radiomics/lungs/segment.ts';
import { chestPhantom } from '../../support/chest-phantom.ts';

const plain = chestPhantom();
const found = segmentLungs(plain);
const [nx, ny, nz] = plain.size;

/** `values` with what lay at (x, y, z) at `to(x, y, z)`; `fill` where nothing comes to lie. */
function moved<T extends Int16Array | Uint8Array>(
  values: T,
  fill: number,
  to: (x: number, y: number, z: number) => Vector3,
): T {
  const out = values.slice().fill(fill) as T;
  for (let at = 0; at < values.length; at++) {
    const x = at % nx;
    const row = (at - x) / nx;
    const [tx, ty, tz] = to(x, row % ny, Math.floor(row / ny));
    if (tx >= 0 && ty >= 0 && tz >= 0 && tx < nx && ty < ny && tz < nz)
      out[tx + nx * (ty + ny * tz)] = values[at]!;
  }
  return out;
}
const differing = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, at) => sum + Number(value !== b[at]), 0);
const total = ({ volumeMl }: Lungs): number => volumeMl.right + volumeMl.left;

describe('segmentLungs', () => {
  it('moves with the patient, by whole voxels', () => {
    const by = fc.tuple(
      fc.integer({ min: -5, max: 5 }),
      fc.integer({ min: -4, max: 4 }),
      fc.integer({ min: -4, max: 4 }),
    );
    fc.assert(
      fc.property(by, ([dx, dy, dz]) => {
        const to = (x: number, y: number, z: number): Vector3 => [x + dx, y + dy, z + dz];
        // Where the body goes on beyond the slices, its last slice is repeated.
        const hu = moved(plain.hu as Int16Array, -1000, to);
        for (let z = 0; z < nz; z++) {
          const from = Math.min(nz - 1 + Math.min(0, dz), Math.max(Math.max(0, dz), z));
          if (from !== z) hu.copyWithin(nx * ny * z, nx * ny * from, nx * ny * (from + 1));
        }
        const there = segmentLungs({ ...plain, hu });
        expect(differing(there.mask, moved(found.mask, 0, to))).toBeLessThan(0.001 * nx * ny * nz * 0.1);
        expect(there.volumeMl.right).toBeCloseTo(found.volumeMl.right, -1);
      }),
      { numRuns: 6 },
    );
  });

  it('swaps right and left in the mirror', () => {
    const mirror = (x: number, y: number, z: number): Vector3 => [nx - 1 - x, y, z];
    const there = segmentLungs({ ...plain, hu: moved(plain.hu as Int16Array, -1000, mirror) });
    expect(there.mask).toEqual(moved(found.mask, 0, mirror));
    expect(there.volumeMl).toEqual({ right: found.volumeMl.left, left: found.volumeMl.right });
  });

  it('changes volumes by no more than 3 % under the noise of a low dose', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 20, max: 90 }), (seed, noiseHu) => {
        const { volumeMl } = segmentLungs(chestPhantom({ seed, noiseHu }));
        expect(Math.abs(volumeMl.right / found.volumeMl.right - 1)).toBeLessThan(0.03);
        expect(Math.abs(volumeMl.left / found.volumeMl.left - 1)).toBeLessThan(0.03);
      }),
      { numRuns: 6 },
    );
  });

  it('takes float32 and unclamped values as it takes int16', () => {
    const hu = Float32Array.from(plain.hu, (value) => (value === 300 ? 9000 : value));
    expect(total(segmentLungs({ ...plain, hu }))).toBe(total(found));
  });

  it('answers or refuses whatever the volume holds', () => {
    const side = fc.integer({ min: 1, max: 40 });
    const spacing = fc.double({ min: 0.3, max: 12, noNaN: true });
    const value = fc.oneof(
      fc.integer({ min: -32768, max: 32767 }),
      fc.constantFrom(-1024, -1000, -850, 0, 40),
    );
    fc.assert(
      fc.property(
        fc.tuple(side, side, side),
        fc.tuple(spacing, spacing, spacing),
        fc.array(value, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 4000 }),
        (size, spacingMm, values, run) => {
          const hu = Int16Array.from(
            { length: size[0] * size[1] * size[2] },
            (_, at) => values[Math.floor(at / run) % values.length]!,
          );
          const volume: CtVolume = {
            hu,
            size,
            spacingMm,
            originMm: [0, 0, 0],
            corrections: [],
            paddedVoxels: 0,
          };
          try {
            const lungs = segmentLungs(volume);
            expect(lungs.mask.length).toBe(hu.length);
            expect(total(lungs)).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toMatchObject({ code: 'CT_NO_LUNGS' });
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
