import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

const run = (out: string, change: Partial<TrainOptions> = {}): Promise<TrainResult> =>
  train(
    { cohort, out: path.join(folder, out), seed: 7, version: '1.2.3', quick: true, ...change },
    reading,
    () => undefined,
  );
const digests = ({ manifests }: TrainResult): string[] => manifests.map(({ sha256 }) => sha256);

describe('train', () => {
  let first: TrainResult;
  beforeAll(async () => {
    first = await run('a');
  });

  it('gives other digests of another seed', async () => {
    const other = digests(await run('b', { seed: 9 }));
    for (const [index, digest] of digests(first).entries()) expect(other[index]).not.toBe(digest);
  });

  it('writes what serving loads, each with its card and evaluation', async () => {
    const models = await loadModels(path.join(folder, 'a'), 'recurrence-risk', '1.2.3');
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
    const { manifests } = await run('open', { eligibility: rules });
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

  it('gives the same digests of the same seed, also without the oracle: fitting never looks at it', async () => {
    const copy = path.join(folder, 'copy');
    await cp(cohort, copy, { recursive: true });
    await rm(path.join(copy, 'oracle'), { recursive: true });
    const result = await run('c', { cohort: copy });
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
