import { describe, expect, it } from 'vitest';
import { trainingReport } from '../../../src/cli/train.ts';
import type { ModelManifest } from '../../../src/model-registry/index.ts';
import { readDocument } from './markdown.ts';

type Report = Parameters<typeof trainingReport>[0];

const folder = 'models/recurrence-risk/2.0.0';
const evaluation = JSON.parse(readDocument(`${folder}/evaluation.json`)) as NonNullable<Report['evaluation']>;
const { trainingCohort } = JSON.parse(readDocument(`${folder}/manifest.json`)) as ModelManifest;

/** What `train` printed when it made the models of this repository. */
const [cohortLine = '', ...printed] = trainingReport({
  evaluation,
  trainingPatients: trainingCohort.patients,
  trainingEvents: trainingCohort.events,
  // These two are in no file of a model.
  landmarkRows: 0,
  leftOut: { notEligible: 0, noOutcome: 0 },
  manifests: [],
  warnings: [],
  withoutScore: [],
}).split('\n');

describe('the figures that the documents quote', () => {
  it('docs/training.md: what train prints for the models in models/', () => {
    const document = readDocument('docs/training.md');
    expect(document).toContain(printed.join('\n'));
    expect(document).toContain(cohortLine.slice(0, cohortLine.indexOf(';')));
  });

  it('README.md: its C-indices and slope', () => {
    expect(readDocument('README.md')).toContain(printed.slice(1).join('\n'));
  });
});
