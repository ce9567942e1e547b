import { resample, type VoxelGrid } from '../src/modalities/radiomics/lungs/resample.ts';
import type { CtVolume } from '../src/modalities/radiomics/contract.ts';
import { runPython } from '../tests/setup/python.ts';
import type { Benchmark } from './lib/benchmark.ts';
import { cpuMs, rawVolume, SCIPY } from './lib/ct-raw.ts';

/** Only the call is timed: float32 in, float32 out, order 1, as ours is. Every 100,003rd value is answered. */
const SCRIPT = `
import time, numpy as np
from scipy import ndimage
hu = np.fromfile(d['file'], np.int16).reshape(d['size'][::-1]).astype(np.float32)
np.clip(hu, -1024, 3071, out=hu)
spacing = np.array(d['spacingMm'][::-1])
start = time.process_time()
out = ndimage.affine_transform(hu, 1 / spacing, output_shape=d['to'][::-1], output=np.float32, order=1, cval=-1024)
took = time.process_time() - start
result = dict(ms=1000 * took, values=out.ravel()[::100003].tolist())
`;

const oneMillimetre = ({ size, spacingMm, originMm }: CtVolume): VoxelGrid => ({
  size: [
    Math.floor((size[0] - 1) * spacingMm[0]) + 1,
    Math.floor((size[1] - 1) * spacingMm[1]) + 1,
    Math.floor((size[2] - 1) * spacingMm[2]) + 1,
  ],
  spacingMm: [1, 1, 1],
  originMm,
});

export const benchmark: Benchmark = {
  name: 'ct-resample',
  question: 'What does it take to bring 133 slices of 512 x 512 to voxels of 1 mm, linearly?',
  unit: 'ms CPU',
  limit: 0.5,
  rounds: 5,
  peer: SCIPY,
  setup: async () => {
    const raw = await rawVolume();
    const { volume, file } = raw;
    const grid = oneMillimetre(volume);
    const values = Array.from(resample(volume, grid, 'linear').hu).filter((_, at) => at % 100_003 === 0);
    return {
      ours: () =>
        Promise.resolve(
          cpuMs(() => {
            resample(volume, grid, 'linear');
          }),
        ),
      peer: async () => {
        const given = { file, size: volume.size, spacingMm: volume.spacingMm, to: grid.size };
        const python = SCIPY.find() ?? 'python3';
        const answer = await runPython<{ ms: number; values: number[] }>(python, SCRIPT, given);
        const same = answer.values.every((value, at) => Math.abs(value - (values[at] ?? Number.NaN)) < 0.001);
        if (!same || answer.values.length !== values.length) throw new Error('scipy has other values');
        return answer.ms;
      },
      teardown: () => {
        raw.remove();
        return Promise.resolve();
      },
    };
  },
};
