/** Checks that must be able to fail: shuffled outcomes, planted leaks, a planted future. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CohortPatient,
  knownAt,
  landmarkAt,
  landmarkRows,
  readCohort,
} from '../../../src/learning/pipeline/cohort.ts';
import { checkLeaks, leaksInWords } from '../../../src/learning/pipeline/leak-check.ts';
import { landmarkData, type TrainingSet } from '../../../src/learning/pipeline/modality-score.ts';
import { checkShuffles } from '../../../src/learning/pipeline/shuffle-check.ts';
import type { FeatureVector } from '../../../src/domain/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { simulateCohort, writeCohort } from '../../../src/simulation/index.ts';
import { modalities, modality, queries, terminology } from '../support/reading.ts';

const reading = { terminology, queries, modalities };
const PANEL = modality('metabolomics');
const NAMES = new Map(modalities.map(({ id, featureNames }) => [id, featureNames] as const));
const PATIENCE = { timeout: 180_000 };

let folder: string;
let cohort: string;
let patients: CohortPatient[];
let training: TrainingSet;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'checks-'));
  cohort = path.join(folder, 'cohort');
  await writeCohort(simulateCohort({ patients: 140, seed: 12 }), cohort);
  patients = (await readCohort(cohort, reading)).patients;
  const rows = await landmarkRows(patients, reading, () => undefined);
  training = { patients, rows, folds: new Int32Array(patients.length) };
}, PATIENCE.timeout);
afterAll(() => rm(folder, { recursive: true }));

/** The training set with every panel changed by what became of the row's patient. */
const planted = (change: (panel: FeatureVector, row: number) => FeatureVector): TrainingSet => ({
  ...training,
  rows: training.rows.map((row, at) => {
    const panel = row.features.get('metabolomics');
    return panel === undefined
      ? row
      : { ...row, features: new Map(row.features).set('metabolomics', change(panel, at)) };
  }),
});
/** The levels alone: the screen of all takes its time. */
const LEVELS = new Map([
  ['metabolomics', PANEL.featureNames.filter((name) => name.startsWith('log2:'))] as const,
]);
const found = (of: TrainingSet) =>
  checkLeaks(of, LEVELS).suspects.map(({ feature, by }) => `${by} of ${feature}`);

describe('planted leaks', PATIENCE, () => {
  it('are looked for in vain in a clean cohort', () => {
    expect(checkLeaks(training, NAMES)).toEqual({ suspects: [], twins: [] });
    expect(leaksInWords({ suspects: [], twins: [] })).toEqual([]);
  });

  it.each<[string, (flag: number, months: number, flip: boolean) => number]>([
    ['whether the patient ever recurs', (flag) => flag],
    ['the same, one in ten wrong', (flag, _, flip) => (flip ? 1 - flag : flag)],
    ['the time, turned round', (_, months) => -months],
  ])('are named: %s', (_, leak) => {
    const random = createRandom(4);
    const flips = patients.map(() => random.uniform() < 0.1);
    const leaking = planted((panel, row) => {
      const { patient } = training.rows[row]!;
      const { event, months } = patients[patient]!;
      return { ...panel, 'log2:leucine': leak(Number(event), months, flips[patient] ?? false) };
    });
    expect(found(leaking)).toEqual(['value of log2:leucine']);
  });

  it('are named where what is missing tells, and where a value of after the landmark does', () => {
    const { event } = landmarkData(training.rows, patients);
    const missing = planted((panel, row) =>
      event[row] === 1 ? { ...panel, 'log2:valine': Number.NaN } : panel,
    );
    expect(found(missing)).toContain('missing of log2:valine');
    const afterwards = planted((panel, row) => ({
      ...panel,
      'log2:valine': (panel['log2:valine'] ?? 0) + (event[row] === 1 ? 3 : 0),
    }));
    expect(found(afterwards)).toEqual(['value of log2:valine']);
    expect(leaksInWords(checkLeaks(afterwards, LEVELS))).toEqual([
      expect.stringMatching(/^metabolomics: log2:valine alone has a C of 0\.\d\d with the outcome/),
    ]);
  });

  it('are named where one patient is in the cohort twice, without saying who', () => {
    const last = patients.length;
    const twice: TrainingSet = {
      ...training,
      patients: [...patients, { ...patients[3]!, id: 'other' }],
      rows: training.rows.concat(
        training.rows.filter(({ patient }) => patient === 3).map((row) => ({ ...row, patient: last })),
      ),
      folds: new Int32Array(last + 1),
    };
    const { suspects, twins } = checkLeaks(twice, LEVELS);
    expect(suspects).toEqual([]);
    expect(twins).toContainEqual({ modality: 'metabolomics', pairs: 1 });
    const said = leaksInWords({ suspects, twins }).join('\n');
    expect(said).toContain('1 pairs of patients');
    expect(said).not.toContain(patients[3]!.id);
  });
});

describe('shuffled outcomes', PATIENCE, () => {
  it('leave the metabolomic score nothing to find', async () => {
    const { asIs, shuffled, mean, standardError } = await checkShuffles(patients, reading, {
      modality: 'metabolomics',
      shuffles: 6,
      seed: 3,
    });
    expect(shuffled).toHaveLength(6);
    expect(new Set(shuffled).size).toBe(6);
    // one cohort, six of its orders: a band of chance, which the true outcomes leave
    expect(Math.abs(mean - 0.5)).toBeLessThan(3 * standardError);
    expect(standardError).toBeLessThan(0.05);
    expect(asIs).toBeGreaterThan(0.56);
  });
});

describe('a planted future', PATIENCE, () => {
  /** The cohort's panels, those collected on some days with thrice the value. */
  const tripled = async (name: string, isMeant: (day: string) => boolean): Promise<CohortPatient[]> => {
    const copy = path.join(folder, name);
    await writeCohort(simulateCohort({ patients: 6, seed: 12 }), copy);
    const file = path.join(copy, 'fhir', 'Observation.ndjson');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    let changed = 0;
    const written = lines.map((line) => {
      const { id = '', effectiveDateTime = '' } = JSON.parse(line) as Record<string, string | undefined>;
      if (!/^sim-\d+-met-/.test(id) || !isMeant(effectiveDateTime.slice(0, 10))) return line;
      // leucine alone: a factor on the whole panel is a dilution
      return line.replace(/(leucine.{0,400}?"value":)([0-9.]+)/, (_, before: string, value: string) => {
        changed++;
        return `${before}${String(3 * Number(value))}`;
      });
    });
    expect(changed > 0).toBe(name !== 'plain');
    await writeFile(file, `${written.join('\n')}\n`);
    return (await readCohort(copy, reading)).patients;
  };
  const panelOf = async (of: CohortPatient) => {
    const landmark = landmarkAt(of, 6, terminology);
    return {
      date: landmark.date,
      panel: (await knownAt(of.chart, landmark, { ...reading, modalities: [PANEL] })).get('metabolomics')
        ?.features,
    };
  };

  it('changes nothing that a model is given at the landmark; the past does', async () => {
    const [first] = (await tripled('plain', () => false)).filter(({ months }) => months > 12);
    if (first === undefined) throw new Error('nobody is at risk at 12 months');
    const plain = await panelOf(first);
    expect(plain.panel).toBeDefined();
    const same = (of: readonly CohortPatient[]) => of.find(({ id }) => id === first.id)!;
    const future = await tripled('future', (day) => day > plain.date);
    expect(await panelOf(same(future))).toEqual(plain);
    const past = await tripled('past', (day) => day <= plain.date);
    expect(await panelOf(same(past))).not.toEqual(plain);
  });
});
