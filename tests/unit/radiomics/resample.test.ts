import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CtVolume, Vector3 } from '../../../src/modalities/radiomics/contract.ts';
import { resample, type VoxelGrid } from '../../../src/modalities/radiomics/lungs/resample.ts';
import { createRandom } from '../../../src/numerics/index.ts';

const volumeOf = (size: Vector3, spacingMm: Vector3, hu: CtVolume['hu']): CtVolume => ({
  hu,
  size,
  spacingMm,
  originMm: [-100.25, 37.5, -340],
  corrections: ['uneven-slices'],
  paddedVoxels: 7,
});
const noisy = (size: Vector3, spacingMm: Vector3, seed = 1): CtVolume => {
  const random = createRandom(seed);
  return volumeOf(
    size,
    spacingMm,
    Int16Array.from({ length: size[0] * size[1] * size[2] }, () => random.integer(4096) - 1024),
  );
};
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/** All voxels of the source for each of the target, weighed by the product of three triangles: slow and plain. */
function plainAntialiased({ hu, size, spacingMm, originMm }: CtVolume, grid: VoxelGrid): number[] {
  const triangle = (axis: number, target: number): number[] => {
    const at = (grid.originMm[axis]! + target * grid.spacingMm[axis]! - originMm[axis]!) / spacingMm[axis]!;
    const half = Math.max(1, grid.spacingMm[axis]! / spacingMm[axis]!);
    const held = half === 1 ? Math.min(size[axis]! - 1, Math.max(0, at)) : at;
    const weights = Array.from({ length: size[axis]! }, (_, i) => Math.max(0, 1 - Math.abs(i - held) / half));
    const sum = weights.reduce((a, b) => a + b, 0);
    return at < -0.5 - 1e-6 || at > size[axis]! - 0.5 + 1e-6 ? [] : weights.map((weight) => weight / sum);
  };
  const axes = [0, 1, 2].map((axis) => Array.from({ length: grid.size[axis]! }, (_, i) => triangle(axis, i)));
  const value = (wx: number[], wy: number[], wz: number[]): number => {
    if (wx.length * wy.length * wz.length === 0) return -1024;
    const rows = wz.flatMap((a, z) =>
      wy.map((b, y) => ({ weight: a * b, row: size[0] * (y + size[1] * z) })),
    );
    return rows.reduce(
      (sum, { weight, row }) => sum + weight * wx.reduce((of, c, x) => of + c * hu[row + x]!, 0),
      0,
    );
  };
  return axes[2]!.flatMap((wz) => axes[1]!.flatMap((wy) => axes[0]!.map((wx) => value(wx, wy, wz))));
}

const SIDE = fc.integer({ min: 1, max: 9 });
const SPACING = fc.double({ min: 0.4, max: 6, noNaN: true });
const VOLUMES = fc
  .tuple(fc.tuple(SIDE, SIDE, SIDE), fc.tuple(SPACING, SPACING, SPACING), fc.integer())
  .map(([size, spacingMm, seed]) => noisy(size, spacingMm, seed));
const KERNELS = ['linear', 'antialiased'] as const;

describe.each(KERNELS)('resample, %s', (kernel) => {
  it('on the own grid gives back the values', () => {
    fc.assert(
      fc.property(VOLUMES, (volume) => {
        expect([...resample(volume, volume, kernel).hu]).toEqual([...volume.hu]);
      }),
    );
  });

  it('of a constant is that constant, and air outside', () => {
    fc.assert(
      fc.property(VOLUMES, SPACING, fc.integer({ min: -1000, max: 3000 }), (volume, step, value) => {
        const constant = { ...volume, hu: volume.hu.map(() => value) };
        const grid: VoxelGrid = {
          size: [7, 7, 7],
          spacingMm: [step, step, step],
          originMm: [-101, 37, -341],
        };
        for (const got of resample(constant, grid, kernel).hu) {
          if (got !== -1024) expect(got).toBeCloseTo(value, 2);
        }
        for (const got of resample(constant, grid, kernel, { outside: 'nearest' }).hu)
          expect(got).toBeCloseTo(value, 2);
      }),
    );
  });

  it('clamps HU before it averages them', () => {
    const low = volumeOf([2, 1, 1], [1, 1, 1], Int16Array.of(-2000, -24));
    const grid: VoxelGrid = { ...low, size: [1, 1, 1], originMm: [-99.75, 37.5, -340] };
    expect(resample(low, grid, kernel).hu[0]).toBe(-524);
    const high = volumeOf([2, 1, 1], [1, 1, 1], Float32Array.of(9000, 71));
    expect(resample(high, grid, kernel).hu[0]).toBe(1571);
  });

  it('keeps what is known of the volume, on the new grid', () => {
    const grid: VoxelGrid = { size: [3, 4, 5], spacingMm: [2, 2, 2], originMm: [-100, 38, -338] };
    expect(resample(noisy([6, 6, 6], [1, 1, 1]), grid, kernel)).toMatchObject({
      ...grid,
      corrections: ['uneven-slices'],
      paddedVoxels: 0,
    });
  });
});

describe('antialiased', () => {
  it('is what the plain sum over all voxels says', () => {
    fc.assert(
      fc.property(VOLUMES, fc.tuple(SPACING, SPACING, SPACING), (volume, spacingMm) => {
        const grid: VoxelGrid = { size: [5, 4, 6], spacingMm, originMm: [-101.1, 36.9, -340.3] };
        const expected = plainAntialiased(volume, grid);
        for (const [at, value] of resample(volume, grid, 'antialiased').hu.entries()) {
          expect(Math.abs(value - expected[at]!)).toBeLessThan(0.002);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the mean of what does not reach the edges, to the last digit for whole factors', () => {
    const inner = (size: Vector3, spacingMm: Vector3): CtVolume => {
      const whole = noisy(size, spacingMm);
      const hu = Float32Array.from(whole.hu, (value, at) => {
        const x = at % size[0];
        const row = (at - x) / size[0];
        const [y, z] = [row % size[1], Math.floor(row / size[1])];
        const isInner = [x, y, z].every((v, axis) => v >= 9 && v < size[axis]! - 9);
        return isInner ? value : 0;
      });
      return { ...whole, hu };
    };
    const volume = inner([36, 32, 28], [1, 1, 1]);
    const by = (factor: number): VoxelGrid => ({
      size: [Math.floor(36 / factor), Math.floor(32 / factor), Math.floor(28 / factor)],
      spacingMm: [factor, factor, factor],
      originMm: volume.originMm.map((mm) => mm + (factor - 1) / 2) as unknown as Vector3,
    });
    const sum = (values: CtVolume['hu']): number => mean(values) * values.length;
    expect((sum(resample(volume, by(4), 'antialiased').hu) * 64) / sum(volume.hu)).toBeCloseTo(1, 5);
    expect((sum(resample(volume, by(2), 'antialiased').hu) * 8) / sum(volume.hu)).toBeCloseTo(1, 5);
    // No whole factor: weights of neighbouring targets overlap unevenly.
    expect((sum(resample(volume, by(2.7), 'antialiased').hu) * 2.7 ** 3) / sum(volume.hu)).toBeCloseTo(1, 1);
  });

  it('takes all voxels into account, where linear skips most', () => {
    const size: Vector3 = [21, 3, 3];
    const dots = volumeOf(
      size,
      [1, 1, 1],
      Int16Array.from({ length: 189 }, (_, at) => (at % 21 === 8 ? 1000 : 0)),
    );
    const grid: VoxelGrid = { size: [3, 3, 3], spacingMm: [7, 1, 1], originMm: [-97.25, 37.5, -340] };
    expect(mean(resample(dots, grid, 'linear').hu)).toBe(0);
    // 1000 / 21 but for the first target, whose triangle the volume's edge cuts.
    expect(Math.abs(mean(resample(dots, grid, 'antialiased').hu) - 1000 / 21)).toBeLessThan(3);
  });
});
