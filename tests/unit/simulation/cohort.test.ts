import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import {
  type CohortManifest,
  RESOURCE_TYPES,
  simulateCohort,
  type TruthRow,
  writeCohort,
} from '../../../src/simulation/index.ts';

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').filter(Boolean);

describe('a written cohort', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'simulation-'));
  const [first, second] = [path.join(root, 'a'), path.join(root, 'b')];
  let manifest: CohortManifest;
  beforeAll(async () => {
    manifest = await writeCohort(simulateCohort({ patients: 300, seed: 7 }), first);
    await writeCohort(simulateCohort({ patients: 300, seed: 7 }), second);
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const everyFile = (directory: string): string[] =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
      .sort();

  it('has the Bulk Data layout, the truth apart, and nothing else', () => {
    expect(everyFile(first)).toEqual(
      [...RESOURCE_TYPES.map((type) => `fhir/${type}.ndjson`), 'manifest.json', 'oracle/truth.ndjson'].sort(),
    );
  });

  it('is the same byte for byte when made again', () => {
    for (const file of everyFile(first))
      expect(digest(path.join(second, file)), file).toBe(digest(path.join(first, file)));
  });

  it('has a manifest that tells the files', () => {
    expect(JSON.parse(readFileSync(path.join(first, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(manifest).toMatchObject({ seed: 7, patients: 300, simulated: true, dataCut: '2026-10-01' });
    for (const { type, url, count, sha256 } of manifest.output) {
      const rows = lines(path.join(first, url)).map((line) => JSON.parse(line) as { resourceType: string });
      expect(rows).toHaveLength(count);
      expect(rows.every(({ resourceType }) => resourceType === type)).toBe(true);
      expect(sha256).toBe(digest(path.join(first, url)));
    }
  });

  it('takes under 120 MB', () => {
    const bytes = everyFile(first).reduce(
      (sum, file) => sum + readFileSync(path.join(first, file)).length,
      0,
    );
    expect(bytes).toBeLessThan(120e6);
  });

  it('hides the truth: no latent number, risk or flag is in any resource', () => {
    const truth = lines(path.join(first, 'oracle/truth.ndjson')).map((line) => JSON.parse(line) as TruthRow);
    expect(truth).toHaveLength(300);
    const numbers = new Set<string>();
    for (const { latent, risks, eventDays } of truth)
      for (const value of [...Object.values(latent), ...risks.map(({ risk }) => risk), eventDays])
        numbers.add(String(value));
    const words = /latent|hazard|burden|intercept|oracle|eligible|outOfStudy|majorResponse|"risk/i;
    for (const { url } of manifest.output)
      for (const line of lines(path.join(first, url))) {
        expect(words.test(line)).toBe(false);
        // Only numbers of 5 digits or more can be told from measured ones, which have 4.
        for (const [number] of line.matchAll(/-?\d+\.\d{4,}/g)) expect(numbers.has(number)).toBe(false);
      }
  });
});

describe('simulateCohort', () => {
  it('gives patient i whatever the number of patients, and another with another seed', () => {
    const charts = (patients: number, seed: number) => [...simulateCohort({ patients, seed }).charts];
    expect(charts(5, 3)).toEqual(charts(8, 3).slice(0, 5));
    expect(charts(1, 3)).not.toEqual(charts(1, 4));
    expect(charts(2, 3).map(({ patientId }) => patientId)).toEqual(['sim-0001', 'sim-0002']);
  });

  it('gives the same resources by type as by chart, with unique ids', () => {
    const cohort = simulateCohort({ patients: 6, seed: 1 });
    const byChart = [...cohort.charts].flatMap(({ resources }) => resources);
    const byType = RESOURCE_TYPES.flatMap((type) => [...cohort.resources[type]]);
    const key = ({ resourceType, id }: { resourceType: string; id: string }) => `${resourceType}/${id}`;
    expect(byType.map(key).sort()).toEqual(byChart.map(key).sort());
    expect(new Set(byChart.map(key)).size).toBe(byChart.length);
  });

  it.each([
    [{ patients: 0, seed: 1 }, 'patients'],
    [{ patients: 2.5, seed: 1 }, 'patients'],
    [{ patients: 5, seed: Number.NaN }, 'seed'],
  ])('refuses %o', (options, named) => {
    const attempt = () => simulateCohort(options);
    expect(attempt).toThrow(CdsError);
    expect(attempt).toThrow(named);
  });
});
