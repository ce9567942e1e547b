import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type CrossFitOptions,
  crossFitCt,
  type CrossFittedCt,
  type CtProgress,
  QUICK_CT_SETTINGS,
  servedFold,
} from '../../../src/learning/ct/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { concordanceIndex } from '../../../src/survival/index.ts';
import { type CtCohort, ctCohort } from './ct-cohort.ts';
import { float32, openSession } from './session.ts';

const SMALL = {
  ...QUICK_CT_SETTINGS,
  network: { ...QUICK_CT_SETTINGS.network, sizeVoxels: 12 },
  epochs: 3,
  refit: true,
};
const small = (): CtCohort => ctCohort({ patients: 45, sizeVoxels: 12, effect: 1, seed: 3 });

const train = (
  { pairs, data, folds }: CtCohort,
  settings = SMALL,
  options: Partial<CrossFitOptions> = {},
): Promise<CrossFittedCt> =>
  crossFitCt(pairs, data, folds, settings, { random: createRandom(1), threads: 2, ...options });

/** Of all that was fitted. */
const digestOf = (fitted: CrossFittedCt, settings = SMALL): string => {
  const hash = createHash('sha256').update(fitted.crossFitted);
  for (const fold of fitted.folds) {
    hash.update(JSON.stringify(fold.history)).update(servedFold(settings, fold));
  }
  return hash.digest('hex');
};

const concordanceOf = ({ data }: CtCohort, { crossFitted }: CrossFittedCt): number =>
  concordanceIndex(data, crossFitted).concordance;

const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ct-training-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('crossFitCt', () => {
  it('gives the same bytes for any number of threads, others for another seed, and tells how it goes', async () => {
    const heard: CtProgress[] = [];
    const one = await train(small(), SMALL, { threads: 1, progress: (p) => heard.push(p) });
    const three = await train(small(), SMALL, { threads: 3 });
    expect(digestOf(three)).toBe(digestOf(one));
    expect(digestOf(await train(small(), SMALL, { random: createRandom(2) }))).not.toBe(digestOf(one));
    expect(new Set(heard.map(({ fold }) => fold)).size).toBe(5);
    expect(heard.every(({ epochs, lossTrain }) => epochs === 6 && Number.isFinite(lossTrain))).toBe(true);
    expect(heard.at(-1)?.secondsLeft).toBeLessThan(heard[0]!.secondsLeft);
  });

  it('hangs a score on nothing of its own patient: an outcome in the left-out fold moves other scores only', async () => {
    const cohort = small();
    const one = await train(cohort);
    const patient = cohort.folds.indexOf(2);
    const event = Uint8Array.from(cohort.data.event);
    event[patient] = 1 - event[patient]!;
    const other = await train({ ...cohort, data: { ...cohort.data, event } });
    one.crossFitted.forEach((score, row) => {
      if (cohort.folds[row] === 2) expect(other.crossFitted[row]).toBe(score);
      else expect(other.crossFitted[row]).not.toBe(score);
    });
  });

  it('stopped after an epoch and begun again is what it would have been', async () => {
    const whole = digestOf(await train(small()));
    for (const after of [1, 4, 9])
      await inFolder(async (checkpointDirectory) => {
        const controller = new AbortController();
        let epochs = 0;
        const options = {
          checkpointDirectory,
          signal: controller.signal,
          progress: () => {
            if (++epochs === after) controller.abort(new Error('stopped'));
          },
        };
        await expect(train(small(), SMALL, options)).rejects.toThrow('stopped');
        const again: CtProgress[] = [];
        const resumed = await train(small(), SMALL, {
          checkpointDirectory,
          progress: (p) => again.push(p),
        });
        expect(digestOf(resumed)).toBe(whole);
        expect(again.length).toBeGreaterThan(0);
        // Nothing is left to train: all epochs come from the checkpoints.
        const last: CtProgress[] = [];
        const kept = await train(small(), SMALL, { checkpointDirectory, progress: (p) => last.push(p) });
        expect(digestOf(kept)).toBe(whole);
        expect(last).toEqual([]);
      });
  });

  it('takes no checkpoint of other settings, data or seeds, nor a damaged one', async () => {
    await inFolder(async (checkpointDirectory) => {
      await train(small(), SMALL, { checkpointDirectory });
      const others = {
        settings: { cohort: small(), settings: { ...SMALL, weightDecay: 0.1 }, seed: 1 },
        images: { cohort: small(), settings: SMALL, seed: 1 },
        seed: { cohort: small(), settings: SMALL, seed: 9 },
      };
      others.images.cohort.pairs[0]!.baseline[5]! += 0.25;
      for (const { cohort, settings, seed } of Object.values(others)) {
        const fresh = digestOf(await train(cohort, settings, { random: createRandom(seed) }), settings);
        const options = { random: createRandom(seed), checkpointDirectory };
        expect(digestOf(await train(cohort, settings, options), settings)).toBe(fresh);
      }
      const file = path.join(checkpointDirectory, 'fold-0.checkpoint');
      const bytes = readFileSync(file);
      bytes[bytes.length - 100]! ^= 1;
      writeFileSync(file, bytes);
      const { cohort, settings, seed } = others.seed;
      const options = { random: createRandom(seed), checkpointDirectory };
      const fresh = digestOf(await train(cohort, settings, { random: createRandom(seed) }));
      expect(digestOf(await train(cohort, settings, options))).toBe(fresh);
    });
  });

  it('standardises by the patients of the other folds, and scores by the graph that serves', async () => {
    const cohort = small();
    const { folds, crossFitted } = await train(cohort);
    for (const model of folds) {
      const session = await openSession(servedFold(SMALL, model));
      const score = async (row: number): Promise<number> => {
        const { baseline, postoperative } = cohort.pairs[row]!;
        const cube = (values: Float32Array) => float32(values, 1, 1, 12, 12, 12);
        const outputs = await session.run({ baseline: cube(baseline), postoperative: cube(postoperative) });
        return (outputs['riskScore']!.data as Float32Array)[0]!;
      };
      const rows = [...cohort.folds.keys()];
      const trainingRows = rows.filter((row) => cohort.folds[row] !== model.fold);
      const inside = await Promise.all(trainingRows.map(score));
      const mean = inside.reduce((sum, s) => sum + s, 0) / inside.length;
      const sd = Math.sqrt(inside.reduce((sum, s) => sum + (s - mean) ** 2, 0) / (inside.length - 1));
      expect(mean).toBeCloseTo(0, 4);
      expect(sd).toBeCloseTo(1, 4);
      for (const row of rows.filter((each) => cohort.folds[each] === model.fold))
        expect(crossFitted[row]).toBe(await score(row));
      await session.release();
    }
  });

  it('gives images without any contrast the score 0', async () => {
    const { pairs, data, folds } = small();
    for (const { baseline, postoperative } of pairs) {
      baseline.fill(0.4);
      postoperative.fill(0.4);
    }
    const { crossFitted } = await train({ pairs, data, folds, centres: [] });
    for (const score of crossFitted) expect(Math.abs(score)).toBeLessThan(1e-3);
  });
});

describe('what it learns', () => {
  it('is nothing where the images know nothing: C is .5 in the mean', { timeout: 180_000 }, async () => {
    const found: number[] = [];
    for (let seed = 0; seed < 8; seed++) {
      const cohort = ctCohort({ patients: 80, sizeVoxels: 24, effect: 0, seed: 100 + seed });
      found.push(concordanceOf(cohort, await train(cohort, QUICK_CT_SETTINGS)));
    }
    const mean = found.reduce((sum, c) => sum + c, 0) / found.length;
    const sd = Math.sqrt(found.reduce((sum, c) => sum + (c - mean) ** 2, 0) / (found.length - 1));
    expect(Math.abs(mean - 0.5)).toBeLessThan(Math.max(0.03, (2.5 * sd) / Math.sqrt(found.length)));
  });

  it('is the size of a sphere that drives the hazard, and where it lies', { timeout: 180_000 }, async () => {
    const cohort = ctCohort({ patients: 120, sizeVoxels: 24, effect: 1.2, seed: 5 });
    const fitted = await train(cohort, QUICK_CT_SETTINGS);
    expect(concordanceOf(cohort, fitted)).toBeGreaterThan(0.65);
  });
});
