import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CdsError } from '../../../src/domain/index.ts';
import { listModels, loadModels, readModel } from '../../../src/model-registry/index.ts';
import { MODELS } from '../support/reading.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'models-'));
  cpSync(MODELS, folder, { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const SCORE = 'cfdna-recurrence';
const LAYER = 'recurrence-risk';
/** The newest of the shipped models. */
const VERSION = readModel(MODELS, SCORE).manifest.version;
const manifestFile = (id: string): string => path.join(folder, id, VERSION, 'manifest.json');
type Raw = Record<string, unknown>;
const edit = (id: string, change: (manifest: Raw) => unknown): void => {
  const manifest = JSON.parse(readFileSync(manifestFile(id), 'utf8')) as Raw;
  writeFileSync(manifestFile(id), JSON.stringify(change(manifest)));
};
const flip = (id: string): void => {
  const file = path.join(folder, id, VERSION, 'model.onnx');
  const bytes = readFileSync(file);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(file, bytes);
};
const fault = (code: string, detail?: string) =>
  expect.objectContaining({
    code,
    ...(detail !== undefined && { detail: expect.stringContaining(detail) as string }),
  }) as CdsError;

describe('readModel', () => {
  it('gives a file that is what its manifest says', () => {
    const { manifest, bytes } = readModel(folder, SCORE, VERSION);
    expect(manifest).toMatchObject({ id: SCORE, version: VERSION, kind: 'modality-score' });
    expect(bytes.length).toBeGreaterThan(100);
  });

  it('takes the newest version, by number, and no half-written folder', () => {
    for (const version of ['901.9.0', '901.10.0']) {
      cpSync(path.join(folder, SCORE, VERSION), path.join(folder, SCORE, version), { recursive: true });
      const file = path.join(folder, SCORE, version, 'manifest.json');
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as Raw;
      writeFileSync(file, JSON.stringify({ ...manifest, version }));
    }
    for (const other of ['901.10.0.new', 'latest', '.git']) mkdirSync(path.join(folder, SCORE, other));
    expect(readModel(folder, SCORE).manifest.version).toBe('901.10.0');
    expect(listModels(folder).filter(({ id }) => id === SCORE)).toEqual(
      [VERSION, '901.9.0', '901.10.0'].map((version) => ({ id: SCORE, version })),
    );
  });

  it('finds one flipped bit', () => {
    flip(SCORE);
    expect(() => readModel(folder, SCORE)).toThrow(fault('MODEL_DIGEST_MISMATCH', `${SCORE}/${VERSION}`));
  });

  it('says what is missing', () => {
    expect(() => readModel(folder, 'no-such')).toThrow(fault('MODEL_MISSING', 'no-such'));
    expect(() => readModel(folder, SCORE, '9.9.9')).toThrow(fault('MODEL_MISSING', '9.9.9'));
    expect(() => readModel('/no/such/folder', SCORE)).toThrow(fault('MODEL_MISSING'));
    rmSync(path.join(folder, SCORE, VERSION, 'model.onnx'));
    expect(() => readModel(folder, SCORE)).toThrow(fault('MODEL_MISSING', 'model.onnx'));
    expect(listModels('/no/such/folder')).toEqual([]);
  });

  it.each<[string, string, (manifest: Raw) => unknown]>([
    ['sha256', 'sha256', (manifest) => ({ ...manifest, sha256: 'abc' })],
    ['a file elsewhere', 'file', (manifest) => ({ ...manifest, file: '../../etc/passwd' })],
    ['an unknown kind', 'kind', (manifest) => ({ ...manifest, kind: 'oracle' })],
    ['an unknown modality', 'modality', (manifest) => ({ ...manifest, modality: 'proteomics' })],
    ['no features', 'features', (manifest) => ({ ...manifest, features: [] })],
    [
      'a feature twice',
      'features: a feature repeats',
      (manifest) => ({ ...manifest, features: Array(2).fill({ name: 'a', unit: '' }) }),
    ],
    ['no training cohort', 'trainingCohort', (manifest) => ({ ...manifest, trainingCohort: undefined })],
    ['a field nobody knows', 'Unrecognized key', (manifest) => ({ ...manifest, extra: 1 })],
    ['another id', 'id and version', (manifest) => ({ ...manifest, id: 'other' })],
    ['another version', 'id and version', (manifest) => ({ ...manifest, version: '902.0.0' })],
    ['a list', '', () => []],
  ])('a manifest with %s names the field', (_, detail, change) => {
    edit(SCORE, change);
    expect(() => readModel(folder, SCORE)).toThrow(fault('MODEL_MANIFEST_INVALID', detail));
  });

  it.each<[string, string, (manifest: Raw) => unknown]>([
    ['strata', 'strataThresholds', (manifest) => ({ ...manifest, strataThresholds: [0.25, 0.1] })],
    ['strata of per cents', 'strataThresholds', (manifest) => ({ ...manifest, strataThresholds: [10, 25] })],
    ['other horizons', 'horizonMonths', (manifest) => ({ ...manifest, horizonMonths: [6, 12, 36] })],
    ['landmarks', 'landmarkMonths', (manifest) => ({ ...manifest, landmarkMonths: { from: 9, to: 3 } })],
    ['at risk', 'subsets', (manifest) => ({ ...manifest, subsets: { cfdna: { atRisk: [-1] } } })],
    [
      'a modality twice',
      'each modality once, in the order metabolomics, radiomics, cfdna',
      (manifest) => {
        const [first] = manifest['modalities'] as unknown[];
        return { ...manifest, modalities: [first, first] };
      },
    ],
  ])("a layer's %s", (_, detail, change) => {
    edit(LAYER, change);
    expect(() => readModel(folder, LAYER)).toThrow(fault('MODEL_MANIFEST_INVALID', detail));
  });

  it('a manifest that is no JSON is invalid, not missing', () => {
    writeFileSync(manifestFile(SCORE), '{');
    expect(() => readModel(folder, SCORE)).toThrow(fault('MODEL_MANIFEST_INVALID', 'not JSON'));
    rmSync(manifestFile(SCORE));
    expect(() => readModel(folder, SCORE)).toThrow(fault('MODEL_MISSING', 'manifest.json'));
  });
});

describe('loadModels', () => {
  it('refuses a layer whose score has another digest than it was fitted on', async () => {
    edit(LAYER, (manifest) => ({
      ...manifest,
      modalities: (manifest['modalities'] as Raw[]).map((each) => ({ ...each, sha256: '0'.repeat(64) })),
    }));
    await expect(loadModels(folder, LAYER)).rejects.toThrow(fault('MODEL_DIGEST_MISMATCH'));
  });

  it('refuses a score file that was changed, layer untouched', async () => {
    flip(SCORE);
    await expect(loadModels(folder, LAYER)).rejects.toThrow(fault('MODEL_DIGEST_MISMATCH'));
  });

  it("refuses a score that is not the modality's", async () => {
    edit(LAYER, (manifest) => {
      const [first, second] = manifest['modalities'] as Raw[];
      return { ...manifest, modalities: [{ ...second, modality: first?.['modality'] }] };
    });
    await expect(loadModels(folder, LAYER)).rejects.toThrow(
      fault('MODEL_MANIFEST_INVALID', 'is not a score of'),
    );
  });

  it('refuses a score in place of a layer, and a layer that is not there', async () => {
    await expect(loadModels(folder, SCORE)).rejects.toThrow(
      fault('MODEL_MANIFEST_INVALID', 'is not a risk layer'),
    );
    await expect(loadModels(folder, 'none')).rejects.toThrow(fault('MODEL_MISSING'));
  });

  it('refuses bytes that are no ONNX, though their digest is right', async () => {
    const { createHash } = await import('node:crypto');
    const bytes = Buffer.from('no graph');
    writeFileSync(path.join(folder, LAYER, VERSION, 'model.onnx'), bytes);
    edit(LAYER, (manifest) => ({ ...manifest, sha256: createHash('sha256').update(bytes).digest('hex') }));
    await expect(loadModels(folder, LAYER)).rejects.toThrow(fault('MODEL_RUN_FAILED'));
  });
});
