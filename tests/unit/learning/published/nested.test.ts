import { describe, expect, it } from 'vitest';
import { CANDIDATES, scoreCandidates } from '../../../../src/learning/published/candidates.ts';
import { crossValidateChoice } from '../../../../src/learning/published/choice.ts';
import { nestedCrossValidation } from '../../../../src/learning/published/nested.ts';
import {
  crossValidatePipeline,
  fitPipeline,
  scorePipeline,
} from '../../../../src/learning/published/pipeline.ts';
import { learnPreprocessing, preprocess } from '../../../../src/learning/published/preprocessing.ts';
import { rocArea } from '../../../../src/learning/published/roc.ts';
import { rowsWhere, stratifiedFolds } from '../../../../src/learning/published/samples.ts';
import { createRandom } from '../../../../src/numerics/index.ts';
import { madeSamples } from './made-samples.ts';

const serum = madeSamples('serum', 40);
const plasma = madeSamples('plasma', 40, 8, 2);

describe('serum and plasma', () => {
  const refusal = { code: 'LEARNING_INPUT_INVALID', detail: 'a model of serum is not for plasma' };

  it('a pipeline of one does not score the other', () => {
    const fitted = fitPipeline(serum, createRandom(1));
    // @ts-expect-error another matrix: the types refuse it, and so does the code
    expect(() => scorePipeline(fitted, plasma)).toThrow(expect.objectContaining(refusal));
  });

  it('nor does a preprocessing, or a candidate', async () => {
    const learned = learnPreprocessing(serum, {
      quotientNormalisation: true,
      missingShare: 0.2,
      neighbours: 3,
    });
    // @ts-expect-error another matrix
    expect(() => preprocess(learned, plasma)).toThrow(expect.objectContaining(refusal));
    // @ts-expect-error another matrix
    await expect(scoreCandidates(serum, plasma, createRandom(1))).rejects.toMatchObject(refusal);
  });
});

describe('what is held out is not looked at', () => {
  const folds = stratifiedFolds(serum.labels, 5, createRandom(3).fork('outer'));
  const held = rowsWhere(folds, (id) => id === 0);
  // Nonsense in the first outer fold: models fitted without it are the same, and so are those of its own training.
  const x = serum.x.map((value, at) => (folds[Math.floor(at / 8)] === 0 ? 1e6 / (1 + value) : value));
  const changed = { ...serum, x };

  it('the choice of a fold', async () => {
    const [one, other] = [
      await crossValidateChoice(serum, createRandom(3)),
      await crossValidateChoice(changed, createRandom(3)),
    ];
    expect(other.chosen[0]).toBe(one.chosen[0]);
    expect(held.map((row) => other.scores[row])).not.toEqual(held.map((row) => one.scores[row]));
    // Chosen among all of them, on one scale: those of the fold's candidate.
    for (const row of held) expect(one.scores[row]).toBe(one.byCandidate[one.chosen[0] ?? -1]?.[row]);
    expect(one.byCandidate).toHaveLength(CANDIDATES.length);
    expect(rocArea(one.scores, serum.labels).value).toBeGreaterThan(0.7);
  }, 60_000);

  it("a sample's held-out score does not hang on its neighbours in the fold", () => {
    const [first, ...others] = held;
    const alone = serum.x.map((value, at) =>
      others.includes(Math.floor(at / 8)) && folds[Math.floor(at / 8)] === 0 ? 1e6 / (1 + value) : value,
    );
    const one = crossValidatePipeline(serum, createRandom(3));
    const other = crossValidatePipeline({ ...serum, x: alone }, createRandom(3));
    expect(other[first ?? -1]).toBe(one[first ?? -1]);
    expect(other[others[0] ?? -1]).not.toBe(one[others[0] ?? -1]);
  });
});

describe('nested cross-validation', () => {
  const settings = {
    repeats: 2,
    permutations: 2,
    choiceRepeats: 1,
    choicePermutations: 0,
    seed: 5,
    done: () => undefined,
  };

  it('is the same on one thread and on two', async () => {
    let done = 0;
    const matrices = [serum, plasma];
    const one = await nestedCrossValidation(matrices, { ...settings, threads: 1, done: () => done++ });
    const two = await nestedCrossValidation(matrices, { ...settings, threads: 2 });
    expect(two).toEqual(one);
    expect(done).toBe(2 * 5);
    expect(one.map(({ matrix }) => matrix)).toEqual(['serum', 'plasma']);
    const [first] = one;
    expect(first?.pipeline.areas).toEqual([
      rocArea(crossValidatePipeline(serum, createRandom(5)), serum.labels).value,
      rocArea(crossValidatePipeline(serum, createRandom(6)), serum.labels).value,
    ]);
    expect(first?.pipeline.nullAreas).toHaveLength(2);
    expect(first?.choice.chosen[0]).toHaveLength(5);
  }, 120_000);

  it('a thread that fails is an error, not a hole', async () => {
    // One class alone: nothing can be learned from it.
    const wrong = { ...serum, labels: new Uint8Array(40) };
    const given = { ...settings, choiceRepeats: 0 };
    await expect(nestedCrossValidation([wrong], { ...given, threads: 1 })).rejects.toMatchObject({
      code: 'LEARNING_INPUT_INVALID',
    });
    await expect(nestedCrossValidation([wrong], { ...given, threads: 2 })).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });
});
