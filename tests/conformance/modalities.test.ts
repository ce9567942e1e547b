/** Every modality of the registry keeps what the others and the card rely on. */
import { describe, expect, it } from 'vitest';
import { CHART_QUERY_KEYS } from '../../src/chart/index.ts';
import { MODALITY_FLAGS, MODALITY_IDS, MODALITY_REASONS, type Landmark } from '../../src/domain/index.ts';
import { listModels, readModel } from '../../src/model-registry/index.ts';
import { simulateCohort } from '../../src/simulation/index.ts';
import { chartOf, patient } from '../unit/support/fhir.ts';
import { MODELS, modalities, NEVER } from '../unit/support/reading.ts';

const landmark: Landmark = { date: '2026-06-01', surgeryDate: '2026-01-15' };
const charts = [...simulateCohort({ patients: 30, seed: 4 }).charts].map(({ resources }) =>
  chartOf(resources),
);
const landmarks = charts.map(({ procedures }): Landmark => {
  const surgeryDate = procedures[0]?.performedOn ?? '2020-01-01';
  return { surgeryDate, date: `${String(Number(surgeryDate.slice(0, 4)) + 1)}-01-15` };
});

it('the registry holds one modality an id, in the order of cards', () => {
  expect(modalities.map(({ id }) => id)).toEqual([...MODALITY_IDS]);
});

describe.each(modalities.map((modality) => [modality.id, modality] as const))('%s', (id, modality) => {
  it('asks for known queries, and names features and preprocessing once', () => {
    for (const key of modality.queries) expect(CHART_QUERY_KEYS).toContain(key);
    expect(new Set(modality.queries).size).toBe(modality.queries.length);
    expect(new Set(modality.featureNames).size).toBe(modality.featureNames.length);
    expect(modality.preprocessing).toMatch(new RegExp(`^${id}/\\d+$`));
  });

  it('is absent on an empty chart, with a known reason', () => {
    const selection = modality.select(chartOf([patient()]), landmark);
    expect(selection).toMatchObject({ status: 'absent', evidence: [] });
    expect(selection.status === 'present' ? '' : selection.reason).toBeOneOf([...MODALITY_REASONS]);
  });

  it('refuses to extract where it selected nothing', async () => {
    // thrown or rejected: the same to a caller that awaits
    const attempt = async (): Promise<unknown> =>
      modality.extract(chartOf([patient()]), landmark, { signal: NEVER });
    await expect(attempt()).rejects.toHaveProperty('code');
  });

  it('selects and extracts without changing the chart: known flags, evidence, the features it names', async () => {
    for (const [index, chart] of charts.entries()) {
      const at = landmarks[index] ?? landmark;
      const before = structuredClone({ ...chart, unread: [] });
      const selection = modality.select(chart, at);
      expect(modality.select(chart, at)).toEqual(selection);
      if (selection.status !== 'present') {
        expect(MODALITY_REASONS).toContain(selection.reason);
        continue;
      }
      expect(selection.collectedOn <= at.date).toBe(true);
      expect(selection.evidence.length).toBeGreaterThan(0);
      for (const flag of selection.flags) expect(MODALITY_FLAGS).toContain(flag);
      // Images are extracted in tests/unit/radiomics/modality.test.ts, from real files.
      if (modality.needsImages === true) continue;
      const { features } = await modality.extract(chart, at, { signal: NEVER });
      expect(Object.keys(features).sort()).toEqual([...modality.featureNames].sort());
      for (const value of Object.values(features))
        expect(Number.isNaN(value) || Number.isFinite(value)).toBe(true);
      expect({ ...chart, unread: [] }).toEqual(before);
    }
  });

  it('fits every model that was made for it', () => {
    for (const { id: model, version } of listModels(MODELS)) {
      const { manifest } = readModel(MODELS, model, version);
      if (manifest.kind !== 'modality-score' || manifest.modality !== id) continue;
      expect(manifest.preprocessing).toBe(modality.preprocessing);
      expect(manifest.features.map(({ name }) => name)).toEqual(modality.featureNames);
    }
  });
});
