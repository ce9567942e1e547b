import { CANDIDATES } from './candidates.ts';
import type { FigureRow } from './data-set.ts';
import { type MatrixResult, meanOf, type NestedResult } from './nested.ts';
import type { RocArea } from './roc.ts';
import type { St000369 } from './st000369-data.ts';
import { ATTEMPTS, type St000369Figures } from './st000369-figures.ts';

const share = (value: number): string => value.toFixed(3);
const range = (values: readonly number[]): string =>
  `${share(Math.min(...values))} to ${share(Math.max(...values))}`;
const withRange = (values: readonly number[]): string => `${share(meanOf(values))} (${range(values)})`;
const withInterval = ({ value, lower, upper }: RocArea): string =>
  `${share(value)} (95 % ${share(lower)} to ${share(upper)})`;

const shuffledRow = (figure: string, what: string, { nullAreas }: NestedResult): FigureRow => ({
  figure,
  ours: withRange(nullAreas),
  published: '0.5 by definition',
  definition: `${what} on shuffled labels, ${nullAreas.length} times`,
});

const pipelineRows = ({ matrix, pipeline }: MatrixResult): FigureRow[] => [
  {
    figure: `${matrix}: pipeline, nested`,
    ours: withRange(pipeline.areas),
    published: 'none',
    definition:
      `mean and range over ${pipeline.areas.length} repeat${pipeline.areas.length === 1 ? '' : 's'} of the AUC of held-out scores pooled over 5 outer folds; all ` +
      `is learned inside the fold, but we took this pipeline after ${ATTEMPTS} had been tried on these samples`,
  },
  {
    figure: `${matrix}: pipeline, mean score`,
    ours: withInterval(pipeline.ofMeanScores),
    published: 'none',
    definition:
      "AUC of each sample's mean held-out score over the repeats; DeLong interval, which leaves out the choice of folds",
  },
  shuffledRow(`${matrix}: pipeline, shuffled`, 'the whole pipeline', pipeline),
];

type Candidates = MatrixResult['choice']['candidates'];

const bestOf = (candidates: Candidates): Candidates[number] =>
  candidates.reduce((best, each) => (each.area > best.area ? each : best));

/** What is not touched by our having seen the results; nothing where it was not computed. */
const choiceRows = ({ matrix, choice }: MatrixResult, other: MatrixResult): FigureRow[] => {
  if (choice.areas.length === 0) return [];
  const hindsight = bestOf(choice.candidates);
  const taken = bestOf(other.choice.candidates);
  const here = choice.candidates.filter(({ name }) => name === taken.name).map(({ area }) => area);
  return [
    {
      figure: `${matrix}: chosen inside the fold`,
      ours: withRange(choice.areas),
      published: 'none',
      definition:
        `the same folds; in each the best of ${CANDIDATES.length} candidates on 5 inner folds, so that no choice of ours ` +
        'touches this figure',
    },
    ...(choice.nullAreas.length === 0
      ? []
      : [shuffledRow(`${matrix}: chosen, shuffled`, 'the whole choice', choice)]),
    {
      figure: `${matrix}: recipe from ${other.matrix}`,
      ours: share(meanOf(here)),
      published: 'none',
      definition:
        `the recipe that did best in ${other.matrix} (${taken.name}), fitted and cross-validated in ${matrix}; ` +
        'the people are probably the same',
    },
    {
      figure: `${matrix}: best in hindsight`,
      ours: share(hindsight.area),
      published: 'none',
      definition: `the highest of the ${CANDIDATES.length} candidates (${hindsight.name}): too good by being picked`,
    },
  ];
};

export const figureRows = ({ recipe, serum, plasma }: St000369Figures): FigureRow[] => [
  {
    figure: 'serum: forest, published recipe',
    ours: withRange(recipe.forest),
    published: '0.71 (0.42 to 0.87)',
    definition:
      `test AUC on the published split; ours: mean and range over ${recipe.forest.length} seeds, published: one ` +
      'seed and its bootstrap interval. Log, autoscaling, 3 nearest neighbours; 100 trees of depth 3',
  },
  {
    figure: 'serum: PLS-DA, published recipe',
    ours: `${withInterval(recipe.pls.test)}; training ${share(recipe.pls.train.value)}`,
    published: '0.76; training 0.96',
    definition: 'test AUC on the published split, one component; DeLong interval',
  },
  ...pipelineRows(serum),
  ...choiceRows(serum, plasma),
  ...pipelineRows(plasma),
  ...choiceRows(plasma, serum),
];

export const notesOf = (data: St000369, { serum }: St000369Figures): string[] => [
  `We took this pipeline after ${ATTEMPTS} had been tried on these same samples (docs/adr/0026-published-cohorts.md): its ` +
    `AUC is somewhat better than new samples would give. ` +
    (serum.choice.areas.length === 0
      ? 'A full run prints beside it what a choice made inside the folds gives.'
      : 'The rows "chosen inside the fold" leave that choice to the inner folds: believe these.'),
  'Cancer against healthy smokers: a detection task. It says nothing about recurrence.',
  'Serum and plasma probably came from the same people: no model of one is ever given the other. The workbook names ' +
    'no persons; every sample counts as one.',
  ...data.files.map(
    ({ file, sha256, asKnown }) =>
      `${file}: sha256 ${sha256}${asKnown ? '' : ' (NOT the file that the published figures were made from)'}`,
  ),
];
