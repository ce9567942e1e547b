import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type CrossFitOptions,
  crossFitCt,
  type CrossFittedCt,
  type CtProgress,
  type CtTrainingSettings,
  QUICK_CT_SETTINGS,
  servedFold,
} from '../../../src/learning/ct/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { concordanceIndex } from '../../../src/survival/index.ts';
import { type CtCohort, ctCohort, SMALL, smallCohort as small } from './ct-cohort.ts';
import { float32, openSession } from './session.ts';

/** A program that trains {@link small} with {@link SMALL}. */
const KILLED = path.join(import.meta.dirname, 'ct-killed.ts');

const train = (
  { pairs, data, folds }: CtCohort,
  settings: CtTrainingSettings = SMALL,
  options: Partial<CrossFitOptions> = {},
): Promise<CrossFittedCt> =>
  crossFitCt(pairs, data, folds, settings, { random: createRandom(1), threads: 2, ...options });

/** Of all that was fitted. */
const digestOf = (fitted: CrossFittedCt, settings: CtTrainingSettings = SMALL): string => {
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

describe('crossFitCt', { timeout: 120_000 }, () => {
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
    for (const after of [1, 9])
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

  it('killed in the middle and begun again is what it would have been', async () => {
    const whole = digestOf(await train(small()));
    await inFolder(async (checkpointDirectory) => {
      const child = spawn(process.execPath, [KILLED, checkpointDirectory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let epochs = 0;
      child.stdout.on('data', (told: Buffer) => {
        epochs += told.toString().split('\n').length - 1;
        if (epochs >= 7) child.kill('SIGKILL');
      });
      const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      expect(signal).toBe('SIGKILL');
      let again = 0;
      const resumed = await train(small(), SMALL, { checkpointDirectory, progress: () => again++ });
      expect(digestOf(resumed)).toBe(whole);
      expect(again).toBeLessThan(SMALL.epochs * 2 * 5 - 3);
    });
  });

  it('takes no checkpoint of other settings, data or seeds, nor a damaged one', async () => {
    await inFolder(async (checkpointDirectory) => {
      const whole = digestOf(await train(small(), SMALL, { checkpointDirectory }));
      /** Trains with what lies there; tells the folds that began anew, and the result. */
      const begun = async (cohort: CtCohort, settings: CtTrainingSettings, seed: number) => {
        const folds: number[] = [];
        const fitted = await train(cohort, settings, {
          random: createRandom(seed),
          checkpointDirectory,
          progress: ({ fold, epoch, deviance }) => {
            if (epoch === 1 && !Number.isNaN(deviance)) folds.push(fold);
          },
        });
        return { folds: folds.sort(), digest: digestOf(fitted, settings) };
      };
      const all = [0, 1, 2, 3, 4];
      const others = small();
      others.pairs[0]!.baseline[5]! += 0.25;
      expect((await begun(small(), { ...SMALL, weightDecay: 0.1 }, 1)).folds).toEqual(all);
      expect((await begun(others, SMALL, 1)).folds).toEqual(all);
      expect((await begun(small(), SMALL, 9)).folds).toEqual(all);
      expect(await begun(small(), SMALL, 1)).toEqual({ folds: all, digest: whole });
      const file = path.join(checkpointDirectory, 'fold-3.checkpoint');
      const bytes = readFileSync(file);
      bytes[bytes.length - 100]! ^= 1;
      writeFileSync(file, bytes);
      expect(await begun(small(), SMALL, 1)).toEqual({ folds: [3], digest: whole });
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
  const TINY = { ...QUICK_CT_SETTINGS, network: { ...QUICK_CT_SETTINGS.network, sizeVoxels: 16 } };

  it('is nothing where the images know nothing: C is .5 in the mean', { timeout: 180_000 }, async () => {
    const found: number[] = [];
    for (let seed = 0; seed < 6; seed++) {
      const cohort = ctCohort({ patients: 80, sizeVoxels: 16, effect: 0, seed: 100 + seed });
      found.push(concordanceOf(cohort, await train(cohort, TINY)));
    }
    const mean = found.reduce((sum, c) => sum + c, 0) / found.length;
    // One C of 80 patients has an SD of about .05 where there is nothing to find: .045 are 2.2 of the mean's SEs.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.045);
  });

  it('is the size of a sphere that drives the hazard, and where it lies', { timeout: 180_000 }, async () => {
    const network = { ...QUICK_CT_SETTINGS.network, strides: [1, 1, 1, 1] as const };
    const settings = { ...QUICK_CT_SETTINGS, network, epochs: 7, patience: 7, batchPairs: 4 };
    const cohort = ctCohort({ patients: 120, sizeVoxels: 24, effect: 2, seed: 5 });
    const fitted = await train(cohort, settings);
    expect(concordanceOf(cohort, fitted)).toBeGreaterThan(0.7);
    const maps = await peaks(cohort, fitted, settings);
    // In a cube of 24, one point in 15 lies within 6 voxels of another.
    const near = maps.filter(({ distance }) => distance <= 6).length / maps.length;
    expect(near).toBeGreaterThan(0.35);
  });
});

/** How far from a sphere's centre its activation map peaks, in voxels, of left-out patients with a score above 0. */
const peaks = async (
  { pairs, folds, centres }: CtCohort,
  fitted: CrossFittedCt,
  settings: CtTrainingSettings,
): Promise<{ distance: number }[]> => {
  const n = settings.network.sizeVoxels;
  const found: { distance: number }[] = [];
  for (const model of fitted.folds) {
    const session = await openSession(servedFold(settings, model));
    const cube = (values: Float32Array) => float32(values, 1, 1, n, n, n);
    for (const { patient, baseline, postoperative } of pairs) {
      if (folds[patient] !== model.fold || fitted.crossFitted[patient]! <= 0) continue;
      const outputs = await session.run({ baseline: cube(baseline), postoperative: cube(postoperative) });
      for (const time of ['baseline', 'postoperative'] as const) {
        const map = outputs[`activation:${time}`]!;
        const values = map.data as Float32Array;
        const edge = map.dims[1]!;
        const at = values.indexOf(Math.max(...values));
        const cell = [at % edge, Math.floor(at / edge) % edge, Math.floor(at / edge ** 2)];
        const centre = centres[patient]![time];
        found.push({
          distance: Math.hypot(...cell.map((c, axis) => ((c + 0.5) * n) / edge - 0.5 - centre[axis]!)),
        });
      }
    }
    await session.release();
  }
  return found;
};
