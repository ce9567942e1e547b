import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CtVolume, Vector3 } from '../../src/modalities/radiomics/contract.ts';
import { resample, type VoxelGrid } from '../../src/modalities/radiomics/lungs/resample.ts';
import { createRandom } from '../../src/numerics/index.ts';
import { runPython } from '../setup/python.ts';
import { describeWith } from '../setup/requires.ts';

const SIZE: Vector3 = [23, 19, 14];
const SPACING: Vector3 = [0.7, 0.8203125, 2.5];
const ORIGIN: Vector3 = [-166, -171.7, -340];

const volume = (): CtVolume => {
  const random = createRandom(11);
  const hu = Int16Array.from({ length: SIZE[0] * SIZE[1] * SIZE[2] }, () => random.integer(4096) - 1024);
  return { hu, size: SIZE, spacingMm: SPACING, originMm: ORIGIN, corrections: [], paddedVoxels: 0 };
};

const GRIDS: Record<string, VoxelGrid> = {
  '1 mm from its first voxel on': { size: [16, 15, 33], spacingMm: [1, 1, 1], originMm: ORIGIN },
  'finer, shifted by parts of a voxel': {
    size: [30, 31, 32],
    spacingMm: [0.41, 0.37, 0.9],
    originMm: [-165.6, -171.1, -338.7],
  },
  'larger than the volume on all sides': {
    size: [14, 15, 16],
    spacingMm: [2, 1.7, 3],
    originMm: [-172, -176, -345],
  },
  'outside of it': { size: [4, 4, 4], spacingMm: [1, 1, 1], originMm: [100, 100, 100] },
};

// affine_transform's matrix and offset take a target's voxel (z, y, x) to the source's.
const SCRIPT = `
import numpy as np
from scipy import ndimage
rev = lambda v: np.array(v[::-1], dtype=float)
hu = np.array(d['hu'], dtype=float).reshape(d['size'][::-1])
result = {}
for name, g in d['grids'].items():
    for mode in ('constant', 'nearest'):
        out = ndimage.affine_transform(hu, rev(g['spacingMm']) / rev(d['spacingMm']),
            offset=(rev(g['originMm']) - rev(d['originMm'])) / rev(d['spacingMm']),
            output_shape=g['size'][::-1], order=1, mode=mode, cval=-1024)
        file = f'{len(result)}.f64'
        out.astype(np.float64).tofile(file)
        result[f'{name} {mode}'] = file
`;

describeWith('python', 'resampling beside scipy.ndimage.affine_transform of order 1', (python) => {
  const source = volume();
  const theirs = new Map<string, Float64Array>();
  beforeAll(async () => {
    const given = { hu: [...source.hu], size: SIZE, spacingMm: SPACING, originMm: ORIGIN, grids: GRIDS };
    await runPython<Record<string, string>>(python, SCRIPT, given, (result, folder) => {
      for (const [name, file] of Object.entries(result)) {
        theirs.set(name, new Float64Array(new Uint8Array(readFileSync(path.join(folder, file))).buffer));
      }
      return result;
    });
  });

  describe.each(Object.entries(GRIDS))('%s', (name, grid) => {
    it.each(['constant', 'nearest'] as const)('mode %s: within 0.001 HU', (mode) => {
      const own = resample(source, grid, 'linear', mode === 'nearest' ? { outside: 'nearest' } : {}).hu;
      const expected = theirs.get(`${name} ${mode}`)!;
      expect(own.length).toBe(expected.length);
      const worst = Array.from(own).reduce(
        (most, value, at) => Math.max(most, Math.abs(value - expected[at]!)),
        0,
      );
      expect(worst).toBeLessThan(0.001);
    });
  });
});
