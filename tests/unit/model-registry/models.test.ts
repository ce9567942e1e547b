import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { featureNamesOf, loadModels, type Models } from '../../../src/model-registry/index.ts';
import { startRunner } from '../../../src/model-registry/runner.ts';
import { MODELS } from '../support/reading.ts';

const FAILED = { code: 'MODEL_RUN_FAILED' };
let models: Models;
beforeAll(async () => {
  models = await loadModels(MODELS, 'recurrence-risk');
});
afterAll(() => models.close());

/** Every feature at a value. */
const all = (value: number) =>
  Object.fromEntries(featureNamesOf(models.scoreManifest('cfdna')).map((name) => [name, value]));

describe('scores', () => {
  it('say what they are made of: the contributions sum to the score but for a constant', async () => {
    const one = await models.score('cfdna', all(0.5));
    const other = await models.score('cfdna', all(-1.5));
    const sum = (parts: typeof one.contributions): number =>
      parts.reduce((total, part) => total + part.logHazard, 0);
    expect(one.score - other.score).toBeCloseTo(sum(one.contributions) - sum(other.contributions), 4);
    const sizes = one.contributions.map((part) => Math.abs(part.logHazard));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(one.imputed).toBe(0);
  });

  it('count what was missing and show no contribution of it; an unknown feature is nothing', async () => {
    const rest = Object.fromEntries(
      Object.entries(all(0.5)).filter(([name]) => name !== 'change:methylation'),
    );
    const scored = await models.score('cfdna', { ...rest, 'log:fragmentRatio': NaN, 'no:such': 3 });
    expect(scored.imputed).toBe(2);
    expect(scored.contributions.map((part) => part.feature)).not.toContain('log:fragmentRatio');
    expect(scored.contributions.map((part) => part.feature)).not.toContain('change:methylation');
    const none = await models.score('cfdna', {});
    expect(none).toMatchObject({ contributions: [], imputed: 6 });
    expect(Number.isFinite(none.score)).toBe(true);
  });

  it('refuse a score that is no number, and a modality without a model', async () => {
    await expect(models.score('cfdna', all(Infinity))).rejects.toMatchObject(FAILED);
    await expect(models.score('radiomics', {})).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    expect(models.scoreManifest('radiomics')).toBeUndefined();
  });
});

describe('risks', () => {
  it('rise with the score, over the horizons, for every subset', async () => {
    for (const [subset, scores] of [
      ['metabolomics', [1, NaN]],
      ['cfdna', [NaN, 1]],
      ['metabolomics+cfdna', [1, 1]],
    ] as const) {
      const high = await models.risk(subset, Float32Array.from(scores), 3);
      const low = await models.risk(
        subset,
        Float32Array.from(scores, (score) => -score),
        3,
      );
      const [six = 0, twelve = 0, twentyFour = 0] = high.risk;
      expect(six).toBeLessThan(twelve);
      expect(twelve).toBeLessThan(twentyFour);
      for (let horizon = 0; horizon < 3; horizon++)
        expect(low.risk[horizon]).toBeLessThan(high.risk[horizon] ?? 0);
      expect(high.interval).toHaveLength(6);
    }
  });

  it('refuse a subset that was not fitted', async () => {
    await expect(models.risk('radiomics', Float32Array.of(1, 1), 3)).rejects.toMatchObject(FAILED);
  });

  it('many at once come back to their own callers', async () => {
    const scores = Array.from({ length: 40 }, (_, index) => index / 10 - 2);
    const together = await Promise.all(
      scores.map((score) => models.risk('cfdna', Float32Array.of(NaN, score), 3)),
    );
    for (const [index, score] of scores.entries())
      expect(together[index]).toEqual(await models.risk('cfdna', Float32Array.of(NaN, score), 3));
  });
});

describe('the inference thread', () => {
  it('answers what it was asked before it was closed, and refuses what comes after', async () => {
    for (let round = 0; round < 5; round++) {
      const closing = await loadModels(MODELS, 'recurrence-risk');
      const asked = Array.from({ length: 50 }, () => closing.score('cfdna', all(0.5)));
      const closed = closing.close();
      await expect(closing.risk('cfdna', Float32Array.of(NaN, 0), 3)).rejects.toMatchObject(FAILED);
      await closed;
      // Ended in the middle of a run, the thread would have taken this process with it.
      expect(new Set((await Promise.all(asked)).map(({ score }) => score)).size).toBe(1);
      await closing.close();
    }
  });

  it('says that a model is none, or a name is not there', async () => {
    await expect(startRunner({ x: Uint8Array.of(1, 2, 3) })).rejects.toMatchObject(FAILED);
    const runner = await startRunner({});
    await expect(runner.run('x', {}, ['y'])).rejects.toMatchObject(FAILED);
    await runner.close();
  });
});
