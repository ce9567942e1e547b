import { segmentLungs } from '../src/modalities/radiomics/lungs/segment.ts';
import { runPython } from '../tests/setup/python.ts';
import type { Benchmark } from './lib/benchmark.ts';
import { cpuMs, rawVolume, SCIPY } from './lib/ct-raw.ts';

const LIMIT_MS = 1000;

/** Threshold, labels, holes: what is least; neither airway nor bowel nor nodules at the pleura are seen to. */
const SCRIPT = `
import time, numpy as np
from scipy import ndimage
hu = np.fromfile(d['file'], np.int16).reshape(d['size'][::-1])
start = time.process_time()
air = hu < -400
labels, _ = ndimage.label(air)
edge = np.unique(np.concatenate([labels[:, 0].ravel(), labels[:, -1].ravel(), labels[:, :, 0].ravel(), labels[:, :, -1].ravel()]))
sizes = np.bincount(labels.ravel()); sizes[edge] = 0; sizes[0] = 0
lungs = (sizes >= 0.1 * sizes.max())[labels]
holes, _ = ndimage.label(~lungs)
lungs = holes != holes[0, 0, 0]
took = time.process_time() - start
result = dict(ms=1000 * took, ml=float(lungs.sum()) * float(np.prod(d['spacingMm'])) / 1000)
`;

export const benchmark: Benchmark = {
  name: 'ct-lungs',
  question: 'What does it take to find the lungs in 133 slices of 512 x 512?',
  unit: 'ms CPU',
  limit: 1.5, // it does a part of what we do
  rounds: 5,
  peer: SCIPY,
  setup: async () => {
    const raw = await rawVolume();
    const { volume, file } = raw;
    const { volumeMl } = segmentLungs(volume);
    const tookMs: number[] = [];
    return {
      ours: () => {
        tookMs.push(
          cpuMs(() => {
            segmentLungs(volume);
          }),
        );
        return Promise.resolve(tookMs.at(-1) ?? Number.NaN);
      },
      peer: async () => {
        const given = { file, size: volume.size, spacingMm: volume.spacingMm };
        const python = SCIPY.find() ?? 'python3';
        const { ms, ml } = await runPython<{ ms: number; ml: number }>(python, SCRIPT, given);
        const own = volumeMl.right + volumeMl.left;
        if (!(Math.abs(ml / own - 1) < 0.1)) throw new Error(`scipy finds ${ml} ml of lung, we ${own}`);
        return ms;
      },
      figures: () => {
        const sorted = tookMs.slice(1).sort((a, b) => a - b);
        const middle = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
        return [{ what: 'lungs of 133 slices', value: middle, unit: 'ms CPU', limit: LIMIT_MS }];
      },
      teardown: () => {
        raw.remove();
        return Promise.resolve();
      },
    };
  },
};
