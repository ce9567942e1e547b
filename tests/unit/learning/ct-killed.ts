/** Trains with checkpoints in the folder named, and writes a line after each epoch, until somebody kills it. */
import { writeSync } from 'node:fs';
import { crossFitCt } from '../../../src/learning/ct/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { SMALL, smallCohort } from './ct-cohort.ts';

const { pairs, data, folds } = smallCohort();
await crossFitCt(pairs, data, folds, SMALL, {
  random: createRandom(1),
  threads: 2,
  checkpointDirectory: process.argv[2] ?? '',
  progress: ({ epoch }) => writeSync(1, `${epoch}\n`),
});
