/** ST000369: the published figures, and the pipeline's, on the published data. */
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import {
  readSt000369,
  st000369Figures,
  type St000369,
  type St000369Figures,
} from '../../src/learning/published/index.ts';
import { fitPipeline, scorePipeline } from '../../src/learning/published/pipeline.ts';
import { createRandom } from '../../src/numerics/index.ts';
import { describeWithData } from '../setup/requires.ts';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describeWithData('ST000369', (folder) => {
  let data: St000369;
  let figures: St000369Figures;
  beforeAll(async () => {
    data = await readSt000369(folder);
    figures = await st000369Figures(data, { seeds: 10, quick: true, progress: () => undefined });
  }, 120_000);

  it('is the data that the figures were published on', () => {
    expect(data.files.map(({ asKnown }) => asKnown)).toEqual([true, true]);
    expect([data.serum.labels.length, data.plasma.labels.length]).toEqual([80, 83]);
    expect([data.split.train.length, data.split.test.length]).toEqual([53, 27]);
  });

  it('PLS-DA with one component: 0.963 and 0.759, as published', () => {
    expect(figures.recipe.pls.train.value).toBeCloseTo(0.963, 3);
    expect(figures.recipe.pls.test.value).toBeCloseTo(0.759, 3);
  });

  it('the forest of the published recipe: its mean over 10 seeds', () => {
    // SD over seeds about 0.035: the mean of ten has 0.011, so this is .62-.72 with 2 of them on either side.
    expect(mean(figures.recipe.forest)).toBeGreaterThan(0.6);
    expect(mean(figures.recipe.forest)).toBeLessThan(0.74);
  });

  it('the pipeline, one repeat: far from chance in both matrices', () => {
    // Means over repeats are .82 and .76; one repeat lies within about 0.04 of them.
    expect(figures.serum.mean).toBeGreaterThan(0.77);
    expect(figures.plasma.mean).toBeGreaterThan(0.7);
  });

  it('a model of serum does not score plasma', () => {
    const fitted = fitPipeline(data.serum, createRandom(1));
    // @ts-expect-error another matrix: the types refuse it, and so does the code
    expect(() => scorePipeline(fitted, data.plasma)).toThrow('a model of serum is not for plasma');
  });

  it('a changed file is refused, or told', async () => {
    const copy = mkdtempSync(path.join(tmpdir(), 'st000369-'));
    try {
      const inside = path.join('omics', 'metabolomics_cimcb');
      await cp(path.join(folder, inside), path.join(copy, inside), { recursive: true });
      const split = path.join(copy, inside, 'ST000369_published_split_rs87.csv');
      await chmod(path.join(copy, inside), 0o755);
      await chmod(split, 0o644);
      await writeFile(split, 'Idx,set,Class\n139,train,1.0\n');
      await expect(readSt000369(copy)).rejects.toMatchObject({ code: 'DATA_SET_INVALID' });
      await expect(readSt000369(path.join(copy, 'nowhere'))).rejects.toThrow('ST000369.xlsx is not there');
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
