/** Every model in models/ is complete, is what its manifest says, and says what it was trained on. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { HORIZON_MONTHS, MODALITY_IDS } from '../../src/domain/index.ts';
import { interpretLayer, subsetName } from '../../src/fusion/index.ts';
import { listModels, loadModels, readModel } from '../../src/model-registry/index.ts';
import { MODELS } from '../unit/support/reading.ts';

const models = listModels(MODELS);

it('there are models, and a risk layer among them', () => {
  expect(models.map(({ id }) => id)).toContain('recurrence-risk');
});

describe.each(models)('$id $version', ({ id, version }) => {
  // Reading holds the file against the digest.
  const { manifest, bytes } = readModel(MODELS, id, version);
  const file = (name: string): string => path.join(MODELS, id, version, name);

  it('has a model card that names it, its digest and its training cohort', () => {
    const card = readFileSync(file('MODEL_CARD.md'), 'utf8');
    expect(card).toContain(`# ${id} ${version}`);
    expect(card).toContain(manifest.sha256);
    expect(card).toContain(`${String(manifest.trainingCohort.patients)} patients`);
    expect(card.includes('Trained on simulated patients. Not for clinical use.')).toBe(
      manifest.trainingCohort.kind === 'simulated',
    );
    for (const section of ['Intended use', 'Input and output', 'Training', 'Evaluation', 'Limits'])
      expect(card).toContain(`## ${section}`);
  });

  it('has an evaluation, which the card repeats', () => {
    const evaluation = JSON.parse(readFileSync(file('evaluation.json'), 'utf8')) as {
      fused: { c: number };
    } | null;
    if (evaluation === null) throw new Error('a shipped model was not evaluated');
    expect(evaluation.fused.c).toBeGreaterThan(0.5);
    expect(readFileSync(file('MODEL_CARD.md'), 'utf8')).toContain(evaluation.fused.c.toFixed(3));
  });

  it('is not empty, and holds no folder half written', () => {
    expect(bytes.length).toBeGreaterThan(100);
    expect(existsSync(`${path.join(MODELS, id, version)}.new`)).toBe(false);
  });

  it.runIf(manifest.kind === 'risk-layer')('loads, and answers for every subset it claims', async () => {
    if (manifest.kind !== 'risk-layer') return;
    const loaded = await loadModels(MODELS, id, { version });
    const ids = manifest.modalities.map(({ modality }) => modality);
    const order = MODALITY_IDS.filter((each) => ids.includes(each));
    expect(ids).toEqual(order);
    for (const subset of Object.keys(manifest.subsets)) {
      const members = subset.split('+').flatMap((name) => order.filter((each) => each === name));
      expect(subsetName(members)).toBe(subset);
      const scores = Float32Array.from(ids, (each) => (members.includes(each) ? 0 : NaN));
      const { risk, interval, logHazard } = await loaded.risk(subset, scores, 3);
      expect([risk.length, interval.length, logHazard.length]).toEqual([
        HORIZON_MONTHS.length,
        2 * HORIZON_MONTHS.length,
        members.length,
      ]);
      for (const value of [...risk, ...interval]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
    }
    await loaded.close();
  });

  it.runIf(manifest.kind === 'risk-layer')('estimates nothing beyond the last row it was fitted on', () => {
    if (manifest.kind !== 'risk-layer') return;
    const zeros = { risk: [0, 0, 0], interval: [0, 0, 0, 0, 0, 0], logHazard: [0, 0] };
    const estimable = (landmarkMonths: number) => {
      const estimate = interpretLayer(manifest, ['metabolomics', 'cfdna'], landmarkMonths, zeros);
      return estimate.status === 'estimated' && estimate.horizons.map(({ status }) => status === 'estimated');
    };
    // Rows end 24 months after their landmark, the last of which is 24: nobody is seen after month 48.
    expect(estimable(12)).toEqual([true, true, true]);
    expect(estimable(24)).toEqual([true, true, true]);
    expect(estimable(26)).toEqual([true, true, false]);
  });
});
