/** The committed figures of ST000369 are in the bands they are held to, and the documents say what they say. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { St000369Record } from '../../../src/learning/published/index.ts';
import { PACKAGE_ROOT } from '../../../src/platform/index.ts';

const read = (file: string): string => readFileSync(path.join(PACKAGE_ROOT, file), 'utf8');
const evidence = JSON.parse(read('evidence/st000369.json')) as {
  commit: string;
  date: string;
  source: string;
  results: (St000369Record & { step: string })[];
};
const [record] = evidence.results;
if (record === undefined) throw new Error('evidence/st000369.json has no result');
const { recipe, serum, plasma } = record;

/** The choice of a matrix; a full run has it. */
const choiceOf = ({ choice }: typeof serum): NonNullable<typeof choice> => {
  if (choice === undefined) throw new Error('evidence/st000369.json is of a quick run');
  return choice;
};

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('evidence/st000369.json', () => {
  it('is of the known files, of a commit, at full size', () => {
    expect(record.files.map(({ asKnown }) => asKnown)).toEqual([true, true]);
    expect(evidence.commit).toMatch(/^[0-9a-f]{7,}$/);
    expect(evidence.source).toMatch(/^[0-9a-f]{64}$/);
    expect(evidence.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(recipe.forest).toHaveLength(50);
    for (const { pipeline, choice } of [serum, plasma]) {
      expect([pipeline.areas.length, pipeline.nullAreas.length]).toEqual([5, 20]);
      expect([choice?.areas.length, choice?.nullAreas.length]).toEqual([5, 5]);
      expect(choice?.candidates).toHaveLength(record.candidates);
    }
  });

  it('the published recipe is in its band', () => {
    expect(recipe.forestMean).toBeCloseTo(meanOf(recipe.forest), 12);
    expect(recipe.forestMean).toBeGreaterThan(0.62);
    expect(recipe.forestMean).toBeLessThan(0.72);
    expect(recipe.pls.test.value).toBeCloseTo(0.759, 3);
    expect(recipe.pls.train.value).toBeCloseTo(0.963, 3);
  });

  it('the pipeline reaches what is wanted of it, and shuffled labels give chance', () => {
    expect(serum.pipeline.mean).toBeGreaterThanOrEqual(0.8);
    expect(plasma.pipeline.mean).toBeGreaterThanOrEqual(0.74);
    for (const { pipeline } of [serum, plasma]) {
      expect(pipeline.mean).toBeCloseTo(meanOf(pipeline.areas), 12);
      // SD of one about 0.07: the mean of 20 has 0.016.
      expect(Math.abs(meanOf(pipeline.nullAreas) - 0.5)).toBeLessThan(0.06);
      expect(Math.max(...pipeline.nullAreas)).toBeLessThan(pipeline.mean);
    }
  });

  it('so does the choice inside the folds, which no choice of ours touches', () => {
    expect(choiceOf(serum).mean).toBeGreaterThanOrEqual(0.8);
    expect(choiceOf(plasma).mean).toBeGreaterThanOrEqual(0.74);
    for (const { mean, areas, nullAreas, candidates, chosen } of [serum, plasma].map(choiceOf)) {
      expect(mean).toBeCloseTo(meanOf(areas), 12);
      expect(Math.max(...nullAreas)).toBeLessThan(mean);
      // Chosen anew in every fold of every repeat, among the candidates.
      const names = candidates.map(({ name }) => name);
      expect(chosen.map((folds) => folds.length)).toEqual([5, 5, 5, 5, 5]);
      for (const name of chosen.flat()) expect(names).toContain(name);
    }
  });

  it('docs/published-cohorts.md and ADR 26 have these figures', () => {
    const share = (value: number | undefined): string => (value ?? NaN).toFixed(3);
    const figures = [serum, plasma].flatMap(({ pipeline, choice }) => [
      share(pipeline.mean),
      share(choice?.mean),
    ]);
    const documents = ['docs/published-cohorts.md', 'docs/adr/0026-published-cohorts.md'].map(read);
    for (const document of documents) for (const figure of figures) expect(document).toContain(figure);
    expect(documents[0]).toContain(share(recipe.forestMean));
  });
});
