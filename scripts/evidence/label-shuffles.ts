/** The metabolomic score where there is nothing to find: outcomes dealt anew before all fitting, twenty times. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReading } from '../../src/app/index.ts';
import { readCohort } from '../../src/learning/pipeline/cohort.ts';
import { checkShuffles, type ShuffleCheck } from '../../src/learning/pipeline/shuffle-check.ts';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { simulateCohort, writeCohort } from '../../src/simulation/index.ts';
import type { EvidencePart } from './part.ts';

const SHUFFLES = 20;
/** A cohort of its own: neither the shipped models' nor one of the fresh ones. */
const SEED = 8;
const PATIENTS = 300;

const inWords = ({ asIs, mean, standardError }: ShuffleCheck): string[] => [
  `as it is                  ${asIs.toFixed(3)}`,
  `mean of ${String(SHUFFLES)} shuffles       ${mean.toFixed(3)}   (within .5 +- 2 SE wanted: SE ${standardError.toFixed(4)})`,
];

export const LABEL_SHUFFLES: EvidencePart = {
  name: 'label-shuffles',
  title: 'the metabolomic score on shuffled outcomes',
  sources: ['src'],
  needsData: false,
  steps: ['metabolomics'],
  start: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'shuffles-'));
    await writeCohort(simulateCohort({ patients: PATIENTS, seed: SEED }), folder);
    const reading = createReading({ terminology: [path.join(PACKAGE_ROOT, 'fhir-profiles')] });
    const { patients } = await readCohort(folder, reading);
    return {
      step: (modality) =>
        modality === 'metabolomics'
          ? checkShuffles(patients, reading, { modality, shuffles: SHUFFLES, seed: SEED })
          : Promise.reject(new Error(modality)),
      close: () => {
        rmSync(folder, { recursive: true, force: true });
        return Promise.resolve();
      },
    };
  },
  summary: (results) => (results as readonly ShuffleCheck[]).flatMap(inWords),
};
