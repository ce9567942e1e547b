/** What a site sets of how charts become features, and that a model of other settings does not fit. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createReading } from '../../../src/app/index.ts';
import {
  DEFAULT_MODALITY_SETTINGS,
  type DrawRules,
  type MetabolomicsRules,
  type ModalitySettings,
} from '../../../src/domain/index.ts';
import { PACKAGE_ROOT } from '../../../src/platform/index.ts';
import { createModalities } from '../../../src/modalities/index.ts';
import { parseConfig } from '../../../src/platform/config.ts';
import { createAssessor } from '../../../src/assessment/index.ts';
import { startBench } from '../assessment/bench.ts';
import { chartOf, markers, panel, patient, readings, SURGERY } from '../support/fhir.ts';
import { PROFILES, terminology, units } from '../support/reading.ts';

const { draws, metabolomics } = DEFAULT_MODALITY_SETTINGS;
const versions = (settings?: ModalitySettings) =>
  createModalities({ terminology, units, ...(settings !== undefined && { settings }) }).map(
    ({ preprocessing }) => preprocessing,
  );
const withDraws = (change: Partial<DrawRules>): ModalitySettings => ({
  ...DEFAULT_MODALITY_SETTINGS,
  draws: { ...draws, ...change },
});
const withPanel = (change: Partial<MetabolomicsRules>): ModalitySettings => ({
  ...DEFAULT_MODALITY_SETTINGS,
  metabolomics: { ...metabolomics, ...change },
});

describe('the version of a preprocessing', () => {
  it('is plain under the defaults, however they are written', () => {
    const plain = ['metabolomics/3', 'radiomics/1', 'cfdna/3'];
    expect(versions()).toEqual(plain);
    const { haemolysisSensitive, ...rest } = metabolomics;
    const turned = { haemolysisSensitive: haemolysisSensitive.toReversed(), ...rest };
    const { maxAgeDays, ...days } = draws;
    expect(
      versions({ ...DEFAULT_MODALITY_SETTINGS, metabolomics: turned, draws: { maxAgeDays, ...days } }),
    ).toEqual(plain);
  });

  it.each<[string, ModalitySettings, boolean]>([
    ['turnaroundDays', withDraws({ turnaroundDays: 10 }), true],
    ['baselineWindowDays', withDraws({ baselineWindowDays: 90 }), true],
    ['firstPostoperativeDay', withDraws({ firstPostoperativeDay: 5 }), true],
    ['maxAgeDays', withDraws({ maxAgeDays: 100 }), true],
    ['minimumMeasuredShare', withPanel({ minimumMeasuredShare: 0.9 }), false],
    ['maximumPooledQcRsdPercent', withPanel({ maximumPooledQcRsdPercent: 20 }), false],
    ['onHaemolysis', withPanel({ onHaemolysis: 'reject' }), false],
    ['haemolysisSensitive', withPanel({ haemolysisSensitive: ['leucine'] }), false],
  ])('carries a digest of other settings: %s', (_, settings, ofAllBlood) => {
    const [panelVersion, ct, cfdna] = versions(settings);
    expect(panelVersion).toMatch(/^metabolomics\/3\+[0-9a-f]{12}$/);
    expect(ct).toBe('radiomics/1');
    if (ofAllBlood) expect(cfdna).toMatch(/^cfdna\/3\+[0-9a-f]{12}$/);
    else expect(cfdna).toBe('cfdna/3');
    expect(versions(settings)).toEqual([panelVersion, ct, cfdna]);
  });

  it('tells different settings apart', () => {
    const all = [10, 11, 12].map((turnaroundDays) => versions(withDraws({ turnaroundDays }))[0]);
    expect(new Set(all).size).toBe(3);
  });

  it('refuses an analyte that there is not', () => {
    expect(() => versions(withPanel({ haemolysisSensitive: ['haemoglobin'] }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error,
    );
  });
});

it('a model that was trained under other settings does not load', async () => {
  const cfdnaUnder = (settings: ModalitySettings) =>
    createModalities({ terminology, units, settings }).filter(({ id }) => id === 'cfdna');
  const bench = await startBench({ modalities: cfdnaUnder(DEFAULT_MODALITY_SETTINGS) });
  try {
    const modalities = cfdnaUnder(withDraws({ maxAgeDays: 100 }));
    expect(() => createAssessor({ ...bench.dependencies, modalities })).toThrow(
      expect.objectContaining({ code: 'MODEL_MANIFEST_INVALID' }) as Error,
    );
  } finally {
    await bench.close();
  }
});

describe('the settings', () => {
  const at = (date: string) => ({ date, surgeryDate: SURGERY });
  const select = (
    settings: ModalitySettings,
    date: string,
    id: 'metabolomics' | 'cfdna' = 'metabolomics',
  ) => {
    const modality = createModalities({ terminology, units, settings }).find((each) => each.id === id);
    const chart = chartOf([
      patient(),
      panel('m0', '2025-11-01'), // 75 days before surgery
      panel('m1', '2026-01-20', readings(), { issued: undefined }), // day 5
      ...markers('f1', '2026-01-20').map((each) => ({ ...each, issued: undefined })),
    ]);
    return modality?.select(chart, at(date));
  };

  it.each(['metabolomics', 'cfdna'] as const)('move the draws of %s', (id) => {
    const day = '2026-01-30'; // ten days after the draw
    expect(select(withDraws({}), day, id)).toMatchObject({ reason: 'not-yet-usable' });
    expect(select(withDraws({ turnaroundDays: 10 }), day, id)).toMatchObject({ status: 'present' });
    expect(select(withDraws({ firstPostoperativeDay: 6 }), '2026-03-01', id)).toMatchObject({
      reason: 'no-data',
    });
    expect(select(withDraws({ maxAgeDays: 30 }), '2026-03-01', id)).toMatchObject({ status: 'too-old' });
  });

  it('move the baseline', () => {
    expect(select(withDraws({}), '2026-03-01')).toMatchObject({ flags: ['no-baseline'] });
    expect(select(withDraws({ baselineWindowDays: 75 }), '2026-03-01')).toMatchObject({
      baselineCollectedOn: '2025-11-01',
    });
  });
});

describe('the configuration', () => {
  const config = (modalities?: unknown) =>
    parseConfig({
      environment: 'test',
      tenants: [{ id: 'a', fhirBaseUrl: 'https://fhir.example' }],
      terminology: [PROFILES],
      ...(modalities !== undefined && { modalities }),
    });

  it('has the statistical contract as its default, and no digest', () => {
    expect(config().modalities).toEqual(DEFAULT_MODALITY_SETTINGS);
    expect(createReading(config()).modalities.map(({ preprocessing }) => preprocessing)).toEqual(versions());
  });

  it('reaches the modalities', () => {
    const set = config({ draws: { maxAgeDays: 100 } });
    expect(createReading(set).modalities.map(({ preprocessing }) => preprocessing)).toEqual(
      versions(withDraws({ maxAgeDays: 100 })),
    );
  });

  it.each([
    { draws: { turnaroundDays: -1 } },
    { draws: { maxAgeDays: 0 } },
    { draws: { firstPostoperativeDay: 0 } },
    { draws: { baselineWindowDays: 1.5 } },
    { metabolomics: { minimumMeasuredShare: 0 } },
    { metabolomics: { minimumMeasuredShare: 1.1 } },
    { metabolomics: { maximumPooledQcRsdPercent: 0 } },
    { metabolomics: { onHaemolysis: 'ignore' } },
    { metabolomics: { haemolysisSensitive: 'taurine' } },
    { metabolomics: { unknown: true } },
    { imaging: { postoperativeFirstDay: 200 } },
    { imaging: { tensor: { windowHu: [400, -1000] } } },
  ])('refuses %j', (modalities) => {
    expect(() => config(modalities)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
  });
});

describe('the documentation', () => {
  it('has every setting, with its default', () => {
    const documented = ['metabolomics.md', 'imaging.md'].flatMap((name) => {
      const page = readFileSync(path.join(PACKAGE_ROOT, 'docs', name), 'utf8');
      const rows = page.matchAll(/^\| `((?:draws|metabolomics|imaging)\.[\w.]+)` +\| ([^|]+?) +\|/gm);
      return [...rows].map(([, setting, value]) => [setting, value]);
    });
    const leaves = (prefix: string, rules: object): [string, string][] =>
      Object.entries(rules).flatMap(([name, value]): [string, string][] => {
        if (name === 'haemolysisSensitive')
          return [[`${prefix}.${name}`, `${String((value as string[]).length)} analytes`]];
        return typeof value === 'object' && !Array.isArray(value)
          ? leaves(`${prefix}.${name}`, value as object)
          : [[`${prefix}.${name}`, String(value)]];
      });
    const settings = Object.entries(DEFAULT_MODALITY_SETTINGS).flatMap(([part, rules]) =>
      leaves(part, rules as object),
    );
    expect(documented).toEqual(settings);
  });
});
