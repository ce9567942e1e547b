import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FoldState, readCheckpoint, writeCheckpoint } from '../../../src/learning/ct/checkpoint.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ct-checkpoint-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const STATE: FoldState = {
  phase: 'search',
  epoch: 2,
  step: 14,
  bestEpoch: 1,
  history: [
    { epoch: 1, lossTrain: 4.25, deviance: -0.125 },
    { epoch: 2, lossTrain: 4.1, deviance: NaN },
  ],
  eta: Float32Array.of(0.1, -0.2, 3e-38),
  training: new Map([
    ['stem.weight', { data: Float32Array.of(1, 2, 3, 4), dims: [2, 2] }],
    ['head.weight', { data: Float32Array.of(-0.5), dims: [1, 1] }],
  ]),
  best: new Map([['stem.weight', { data: Float32Array.of(5, 6, 7, 8), dims: [2, 2] }]]),
};

describe('a checkpoint', () => {
  it('comes back as it was written, NaN and all, and nothing lies beside it', () => {
    writeCheckpoint(directory, 3, 'abc', { ...STATE, epoch: 1 });
    writeCheckpoint(directory, 3, 'abc', STATE);
    expect(readCheckpoint(directory, 3, 'abc')).toEqual(STATE);
    expect(readdirSync(directory)).toEqual(['fold-3.checkpoint']);
  });

  it('is only for its owner to read: it holds scores of patients', () => {
    writeCheckpoint(directory, 0, 'abc', STATE);
    expect(statSync(path.join(directory, 'fold-0.checkpoint')).mode & 0o777).toBe(0o600);
  });

  it('of other data, settings or seeds is none; nor of another fold', () => {
    writeCheckpoint(directory, 0, 'abc', STATE);
    expect(readCheckpoint(directory, 0, 'abd')).toBeUndefined();
    expect(readCheckpoint(directory, 1, 'abc')).toBeUndefined();
  });

  it('that is cut short or changed by one bit, anywhere, is none', () => {
    writeCheckpoint(directory, 0, 'abc', STATE);
    const file = path.join(directory, 'fold-0.checkpoint');
    const whole = readFileSync(file);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length));
      expect(readCheckpoint(directory, 0, 'abc')).toBeUndefined();
      const damaged = Uint8Array.from(whole);
      damaged[length]! ^= 1;
      writeFileSync(file, damaged);
      expect(readCheckpoint(directory, 0, 'abc')).toBeUndefined();
    }
    writeFileSync(file, whole);
    expect(readCheckpoint(directory, 0, 'abc')).toEqual(STATE);
  });
});
