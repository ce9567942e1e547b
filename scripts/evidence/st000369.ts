/** ST000369 at full size, as `recurrence-cds evaluate st000369` gives it; docs/published-cohorts.md says how to read it. */
import { availableParallelism } from 'node:os';
import {
  readSt000369,
  st000369Figures,
  st000369Record,
  type St000369Record,
} from '../../src/learning/published/index.ts';
import type { EvidencePart } from './part.ts';

const SEEDS = 50;
const PUBLISHED = [
  'candidates',
  'choice',
  'job',
  'nested',
  'pipeline',
  'preprocessing',
  'recipe',
  'roc',
  'samples',
  'st000369-data',
  'st000369-figures',
];

const summary = (results: readonly object[]): string[] =>
  (results as readonly St000369Record[]).flatMap(({ recipe, serum, plasma }) => [
    `forest, published recipe  ${recipe.forestMean.toFixed(3)}   (.62 to .72 wanted)`,
    `serum, pipeline           ${serum.pipeline.mean.toFixed(3)}   (at least .80 wanted)`,
    `serum, chosen in the fold ${serum.choice?.mean.toFixed(3) ?? 'not done'}`,
    `plasma, pipeline          ${plasma.pipeline.mean.toFixed(3)}   (at least .74 wanted)`,
    `plasma, chosen in the fold ${plasma.choice?.mean.toFixed(3) ?? 'not done'}`,
  ]);

export const ST000369_FIGURES: EvidencePart = {
  name: 'st000369',
  title: 'the published metabolomics of ST000369 at full size',
  // What makes the numbers; not their wording, nor the pictures.
  sources: [
    ...PUBLISHED.map((name) => `src/learning/published/${name}.ts`),
    'src/learning/linear',
    'src/learning/forests',
    'src/numerics',
  ],
  needsData: true,
  steps: ['figures'],
  start: async (dataFolder) => {
    const data = await readSt000369(dataFolder);
    return {
      step: async (_name, note) => {
        const figures = await st000369Figures(data, {
          seeds: SEEDS,
          quick: false,
          threads: availableParallelism(),
          progress: (what, done, total) => {
            if (done % 10 === 0) note(`${what} ${String(done)}/${String(total)}`);
          },
        });
        return st000369Record(data, figures);
      },
    };
  },
  summary,
};
