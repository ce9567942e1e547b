import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ELIGIBILITY } from '../../../src/eligibility/index.ts';
import { train, type TrainOptions, type TrainResult } from '../../../src/learning/index.ts';
import { readCohort } from '../../../src/learning/pipeline/cohort.ts';
import { readOracle } from '../../../src/learning/pipeline/oracle.ts';
import { loadModels } from '../../../src/model-registry/index.ts';
import { simulateCohort, writeCohort } from '../../../src/simulation/index.ts';
import { modalities, queries, terminology } from '../support/reading.ts';

const reading = { terminology, queries, modalities };
let folder: string;
let cohort: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'train-'));
  cohort = path.join(folder, 'cohort');
  await writeCohort(simulateCohort({ patients: 150, seed: 11 }), cohort);
});
afterAll(() => rm(folder, { recursive: true }));
/** Each trains once to three times. */
const PATIENCE = { timeout: 180_000 };

const run = (out: string, change: Partial<TrainOptions> = {}): Promise<TrainResult> =>
  train(
    { cohort, out: path.join(folder, out), seed: 7, version: '1.2.3', quick: true, ...change },
    reading,
    () => undefined,
  );
const foldsOf = ({ manifests }: TrainResult): string | undefined => {
  const used = new Set(manifests.map(({ foldsSha256 }) => foldsSha256));
  expect(used.size).toBe(1);
  return [...used][0];
};
const digests = ({ manifests }: TrainResult): string[] => manifests.map(({ sha256 }) => sha256);

describe('train', PATIENCE, () => {
  let first: TrainResult;
  beforeAll(async () => {
    first = await run('a');
  }, PATIENCE.timeout);

  it('gives other digests of another seed', async () => {
    const folds = path.join(folder, 'others.json');
    const second = await run('b', { seed: 9, folds });
    const other = digests(second);
    expect(foldsOf(second)).not.toBe(foldsOf(first));
    for (const [index, digest] of digests(first).entries()) expect(other[index]).not.toBe(digest);
  });

  it('keeps the folds beside the cohort, and their digest in every manifest', async () => {
    const text = await readFile(path.join(cohort, 'folds.json'));
    expect(foldsOf(first)).toBe(createHash('sha256').update(text).digest('hex'));
    const { patients } = JSON.parse(text.toString()) as { patients: Record<string, number> };
    expect(Object.keys(patients)).toHaveLength(first.trainingPatients);
  });

  it('says how the metabolomic score was fitted, and reports on its training patients without naming one', async () => {
    const manifest = first.manifests.find(({ id }) => id === 'metabolomics-recurrence');
    if (manifest?.kind !== 'modality-score') throw new Error('no metabolomic score');
    expect(manifest.method).toContain('survival forest');
    expect(manifest.selectedFeatures).toHaveLength(5);
    const names = new Set(manifest.features.map(({ name }) => name));
    for (const { features } of manifest.selectedFeatures ?? []) {
      expect(features.length).toBeGreaterThanOrEqual(10);
      for (const { name } of features) expect(names).toContain(name);
    }
    const report = path.join(folder, 'a', manifest.id, '1.2.3', 'report');
    expect((await readdir(report)).sort()).toEqual([
      'calibration.png',
      'heat-map-selected.png',
      'heat-map.png',
      'importance.png',
      'metabolites.csv',
      'report.html',
      'survival-by-cluster.png',
      'survival-by-risk.png',
      'volcano.png',
    ]);
    const page = await readFile(path.join(report, 'report.html'), 'utf8');
    expect(page.match(/<svg/g)).toHaveLength(7);
    // Each section says what it rests on, and features are named in words.
    const sections = page.split('<section').slice(1);
    expect(sections.length).toBeGreaterThan(10);
    for (const each of sections) expect(each).toMatch(/Rests on /);
    expect(page).not.toMatch(/(log2|change):[a-z]/);
    expect(page).toMatch(/change of \w+ since baseline|choline|lysoPC/);
    expect(page).toMatch(/Consensus clustering finds (no groups|\d groups)/);
    expect(page).toContain('no evidence that');
    expect(page).not.toMatch(/sim-\d/);
    const [head = '', ...rows] = (await readFile(path.join(report, 'metabolites.csv'), 'utf8'))
      .trim()
      .split('\n');
    expect(head).toMatch(/^feature,name,rankBiserial,pValue,qValue,stability,selectedFolds,importance,/);
    for (const row of rows) {
      const [name = '', , ...numbers] = row.split(',');
      expect(names).toContain(name);
      expect(numbers.map(Number).every(Number.isFinite)).toBe(true);
    }
  });

  it('warns of nothing in a clean cohort, on no card', async () => {
    expect(first.warnings).toEqual([]);
    for (const { id } of first.manifests)
      expect(await readFile(path.join(folder, 'a', id, '1.2.3', 'MODEL_CARD.md'), 'utf8')).not.toContain(
        'Do not use before',
      );
  });

  it('writes what serving loads, each with its card and evaluation', async () => {
    const models = await loadModels(path.join(folder, 'a'), 'recurrence-risk', { version: '1.2.3' });
    expect(models.identity).toMatchObject({ version: '1.2.3', simulated: true });
    expect(models.layer.modalities.map(({ sha256 }) => sha256)).toEqual(digests(first).slice(0, 2));
    for (const { atRisk } of Object.values(models.layer.subsets)) {
      expect(atRisk.length).toBeGreaterThan(51); // the last landmark and the longest horizon
      // Nobody is in the risk set before the first landmark, nor after the last one's longest horizon.
      expect(atRisk[0]).toBe(0);
      expect(atRisk.slice(49).every((patients) => patients === 0)).toBe(true);
      const inside = atRisk.slice(3, 49);
      expect(inside.every((patients) => patients > 0 && patients <= first.trainingPatients)).toBe(true);
      expect(inside.slice(9)).toEqual(inside.slice(9).sort((a, b) => b - a));
    }
    await models.close();
    for (const { id } of first.manifests) {
      const text = (name: string) => readFile(path.join(folder, 'a', id, '1.2.3', name), 'utf8');
      expect(await text('MODEL_CARD.md')).toContain('Trained on simulated patients');
      expect(JSON.parse(await text('evaluation.json'))).toEqual(JSON.parse(JSON.stringify(first.evaluation)));
    }
  });

  it("judges who is eligible by a site's rules where they are given, and says so", async () => {
    const rules = { ...DEFAULT_ELIGIBILITY, blocking: { notMet: [], unknown: [] } };
    const { leftOut } = await readCohort(cohort, reading, rules);
    expect(first.leftOut.notEligible).toBeGreaterThan(0);
    expect(leftOut).toEqual({ ...first.leftOut, notEligible: 0 });
    const { manifests } = await run('open', { eligibility: rules, folds: path.join(folder, 'open.json') });
    // More patients are in it than have a fold.
    await expect(run('short', { eligibility: rules })).rejects.toHaveProperty('code', 'COHORT_INVALID');
    const said = (all: TrainResult['manifests']) =>
      all.map(({ trainingCohort }) => trainingCohort.description);
    for (const each of said(manifests)) expect(each).toContain("by a site's eligibility settings");
    for (const each of said(first.manifests)) expect(each).not.toContain("a site's");
    expect(said((await run('same', { eligibility: { ...DEFAULT_ELIGIBILITY } })).manifests)).toEqual(
      said(first.manifests),
    );
  });

  it('judges on the patients operated on last, whom it was not fitted on', async () => {
    const { patients, leftOut } = await readCohort(cohort, reading);
    expect(first.leftOut).toEqual(leftOut);
    expect(patients.length + leftOut.notEligible + leftOut.noOutcome).toBe(150);
    const dates = patients.map(({ surgeryDate }) => surgeryDate);
    expect(dates).toEqual([...dates].sort());
    expect(first.trainingPatients).toBe(Math.round((patients.length * 2) / 3));
    expect(first.evaluation?.patients).toBeLessThanOrEqual(patients.length - first.trainingPatients);
    const evaluation = first.evaluation;
    if (evaluation === undefined) throw new Error('not evaluated');
    expect(evaluation).toMatchObject({ uncensored: true, oracle: { patients: evaluation.fused.patients } });
    for (const each of [evaluation.fused, ...Object.values(evaluation.byModality)]) {
      expect(each.lower).toBeLessThanOrEqual(each.c);
      expect(each.upper).toBeGreaterThanOrEqual(each.c);
    }
  });

  it('gives the same digests of the same seed, also without the oracle and on more threads: fitting never looks at it', async () => {
    const copy = path.join(folder, 'copy');
    await cp(cohort, copy, { recursive: true });
    await rm(path.join(copy, 'oracle'), { recursive: true });
    const result = await run('c', { cohort: copy, threads: 2 });
    expect(digests(result)).toEqual(digests(first));
    expect(result.evaluation).toMatchObject({ uncensored: false });
    expect(result.evaluation?.oracle).toBeUndefined();
    // their identifiers say that the patients are simulated, wherever the charts went
    for (const { trainingCohort } of result.manifests) expect(trainingCohort.kind).toBe('simulated');
  });

  it('has to be told what a cohort is that is not simulated', async () => {
    const real = path.join(folder, 'real');
    await cp(cohort, real, { recursive: true });
    await rm(path.join(real, 'oracle'), { recursive: true });
    const file = path.join(real, 'fhir', 'Patient.ndjson');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const anonymous = lines.map((line) =>
      JSON.stringify({ ...(JSON.parse(line) as object), identifier: [] }),
    );
    await writeFile(file, anonymous.join('\n'));
    await expect(run('f', { cohort: real })).rejects.toMatchObject({ code: 'COHORT_INVALID' });
  });

  it('refuses a cohort that is too small, and one that is not there', async () => {
    const small = path.join(folder, 'small');
    await writeCohort(simulateCohort({ patients: 60, seed: 5 }), small);
    // whichever comes first: a modality without a signal, or too few events for the risk layer
    await expect(run('d', { cohort: small })).rejects.toHaveProperty(
      'code',
      expect.toBeOneOf(['COHORT_INVALID', 'COX_NOT_CONVERGED']),
    );
    await expect(run('e', { cohort: path.join(folder, 'none') })).rejects.toMatchObject({
      code: 'COHORT_INVALID',
    });
  });
});

describe('readOracle', () => {
  it('names the line of a truth that cannot be read', async () => {
    const copy = path.join(folder, 'broken');
    await cp(cohort, copy, { recursive: true });
    const file = path.join(copy, 'oracle', 'truth.ndjson');
    const [first = '', second = ''] = (await readFile(file, 'utf8')).split('\n');
    for (const bad of ['{', 'null', '{}', JSON.stringify({ ...(JSON.parse(second) as object), risks: [] })]) {
      await writeFile(file, `${first}\n${bad}\n`);
      expect(() => readOracle(copy)).toThrow(
        expect.objectContaining({ code: 'COHORT_INVALID', detail: 'oracle/truth.ndjson, line 2' }),
      );
    }
    expect(readOracle(folder)).toBeUndefined();
  });
});
