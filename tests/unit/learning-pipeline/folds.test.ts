import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FOLDS, sharedFolds, stratifiedFolds } from '../../../src/learning/pipeline/folds.ts';
import { createRandom } from '../../../src/numerics/index.ts';

// 35 with an event, 68 without
const patients = Array.from({ length: 103 }, (_, index) => ({
  id: `p-${String(index)}`,
  event: index % 3 === 0,
}));
const spread = (folds: Int32Array, of: (index: number) => boolean): number => {
  const counts = [0, 1, 2, 3, 4].map(
    (fold) => [...folds.keys()].filter((index) => folds[index] === fold && of(index)).length,
  );
  return Math.max(...counts) - Math.min(...counts);
};

describe('stratifiedFolds', () => {
  const folds = stratifiedFolds(patients, FOLDS, createRandom(1));

  it('puts every patient into one, events and others spread evenly', () => {
    expect(folds).toHaveLength(103);
    for (const outcome of [true, false])
      expect(spread(folds, (index) => patients[index]?.event === outcome)).toBeLessThanOrEqual(1);
  });

  it('is the same of the same seed, another of another', () => {
    expect(stratifiedFolds(patients, FOLDS, createRandom(1))).toEqual(folds);
    expect(stratifiedFolds(patients, FOLDS, createRandom(2))).not.toEqual(folds);
  });

  it('gives a patient the same fold in whatever order they come', () => {
    const order = [...patients.keys()];
    fc.assert(
      fc.property(fc.shuffledSubarray(order, { minLength: 103, maxLength: 103 }), (shuffled) => {
        const again = stratifiedFolds(
          shuffled.flatMap((index) => patients[index] ?? []),
          FOLDS,
          createRandom(1),
        );
        expect([...again]).toEqual(shuffled.map((index) => folds[index]));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the folds file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'folds-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const made = (seed: number) => ({ seed, random: createRandom(seed) });

  it('is written once, and read by whoever comes next, whatever their seed', async () => {
    const file = path.join(folder, 'folds.json');
    const first = await sharedFolds(file, patients, made(3));
    expect(first).toMatchObject({ written: true, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    const second = await sharedFolds(file, [...patients].reverse(), made(4));
    expect(second.written).toBe(false);
    expect(second.sha256).toBe(first.sha256);
    expect([...second.folds].reverse()).toEqual([...first.folds]);
    const content = JSON.parse(await readFile(file, 'utf8')) as { patients: Record<string, number> };
    expect(content).toMatchObject({ seed: 3, folds: 5, stratifiedBy: 'event' });
    expect(patients.map(({ id }) => content.patients[id])).toEqual([...first.folds]);
  });

  it("may name more patients than train: those held out, another room's", async () => {
    const file = path.join(folder, 'more.json');
    const all = await sharedFolds(file, patients, made(3));
    const some = await sharedFolds(file, patients.slice(0, 60), made(3));
    expect([...some.folds]).toEqual([...all.folds.slice(0, 60)]);
  });

  const valid = {
    seed: 1,
    folds: 5,
    stratifiedBy: 'event',
    patients: Object.fromEntries(patients.map(({ id }, index) => [id, index % 5])),
  };
  it.each<[string, unknown, RegExp]>([
    ['lacks a training patient', { ...valid, patients: { 'p-0': 0 } }, /lacks 102 of the 103/],
    ['has a fold that does not exist', { ...valid, patients: { ...valid.patients, 'p-4': 5 } }, /beyond 4/],
    ['was made for another number of folds', { ...valid, folds: 10 }, /10 folds, not 5/],
    ['has no fold for a patient', { ...valid, patients: { ...valid.patients, 'p-4': null } }, /patients: /],
    ['has a fraction of a fold', { ...valid, patients: { ...valid.patients, 'p-4': 1.5 } }, /patients: /],
    ['says something else', { ...valid, other: 1 }, /Unrecognized key/],
    [
      'has all events in some folds',
      {
        ...valid,
        patients: Object.fromEntries(patients.map(({ id, event }, index) => [id, event ? 0 : index % 5])),
      },
      /fold 1 has no training patient with an event/,
    ],
  ])('is refused where it %s', async (title, content, detail) => {
    const file = path.join(folder, `${title.replaceAll(' ', '-')}.json`);
    await writeFile(file, JSON.stringify(content));
    const refused = sharedFolds(file, patients, made(1));
    await expect(refused).rejects.toMatchObject({
      code: 'COHORT_INVALID',
      detail: expect.stringMatching(detail) as string,
    });
    // Whose fold is wrong is not told: a log is no place for patients.
    await expect(refused).rejects.not.toHaveProperty('detail', expect.stringContaining('p-4'));
  });

  it('is refused where it is no JSON', async () => {
    const file = path.join(folder, 'broken.json');
    await writeFile(file, '{');
    await expect(sharedFolds(file, patients, made(1))).rejects.toHaveProperty('code', 'COHORT_INVALID');
  });
});
