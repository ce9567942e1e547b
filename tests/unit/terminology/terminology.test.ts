import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { analyteName, LANGUAGES } from '../../../src/i18n/index.ts';
import { loadTerminology, SYSTEMS } from '../../../src/terminology/index.ts';
import { PROFILES, terminology } from '../support/reading.ts';

const folders: string[] = [];
const folderWith = (resources: Readonly<Record<string, unknown>>): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'terminology-'));
  folders.push(folder);
  for (const [name, resource] of Object.entries(resources))
    writeFileSync(
      path.join(folder, name),
      typeof resource === 'string' ? resource : JSON.stringify(resource),
    );
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const valueSet = (id: string, include: unknown[], change: Record<string, unknown> = {}) => ({
  resourceType: 'ValueSet',
  id,
  compose: { include, ...change },
});
const listed = (system: string, ...codes: string[]) => ({ system, concept: codes.map((code) => ({ code })) });
const coding = (token: string) => {
  const bar = token.lastIndexOf('|');
  return { system: token.slice(0, bar), code: token.slice(bar + 1) };
};
const isA = (system: string, value: string, op = 'is-a') => ({
  system,
  filter: [{ property: 'concept', op, value }],
});
const INVALID = expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error;

describe('membership', () => {
  it('is of system and code together, in any coding', () => {
    expect(terminology.includes('nsclc', [{ system: SYSTEMS.snomed, code: '254637007' }])).toBe(true);
    expect(terminology.includes('nsclc', [{ system: SYSTEMS.loinc, code: '254637007' }])).toBe(false);
    expect(terminology.includes('nsclc', [{ code: '254637007' }])).toBe(false);
    expect(terminology.includes('nsclc', [{ system: SYSTEMS.snomed }])).toBe(false);
    expect(
      terminology.includes('nsclc', [
        { system: 'urn:local', code: 'x' },
        { system: SYSTEMS.snomed, code: '254637007' },
      ]),
    ).toBe(true);
    expect(terminology.includes('nsclc', [])).toBe(false);
    expect(terminology.includes('nsclc', undefined)).toBe(false);
  });

  it.each([
    ['lung-cancer', 'http://hl7.org/fhir/sid/icd-10-cm', ['C34.11', 'C3411', 'c34.11', 'c3411']],
    ['secondary-malignancy', 'http://hl7.org/fhir/sid/icd-10', ['C77.0', 'C770', 'c77.0']],
    ['severe-psychiatric-disorder', 'http://hl7.org/fhir/sid/icd-10', ['F32.2', 'F322', 'f322']],
  ])('of ICD is the same however it is written: %s', (id, system, codes) => {
    for (const code of codes) expect(terminology.includes(id, [{ system, code }]), code).toBe(true);
    expect(terminology.includes(id, [{ system, code: 'C77.1' }])).toBe(false);
    expect(terminology.includes(id, [{ system: SYSTEMS.snomed, code: codes[0] }])).toBe(false);
  });

  it('of a list of ICD codes too, which searches name as the list does', () => {
    const system = 'http://hl7.org/fhir/sid/icd-10';
    const site = loadTerminology([
      PROFILES,
      folderWith({ 'a.json': valueSet('lung-cancer', [listed(system, 'd02.2')]) }),
    ]);
    expect(site.includes('lung-cancer', [{ system, code: 'D022' }])).toBe(true);
    expect(site.tokens('lung-cancer')).toContain(`${system}|d02.2`);
  });

  it('follows is-a where the code spells the hierarchy', () => {
    const member = (code: string): boolean =>
      terminology.includes('platinum', [{ system: SYSTEMS.atc, code }]);
    expect([
      member('L01XA'),
      member('L01XA01'),
      member('L01XA03'),
      member('L01XB01'),
      member('L01X'),
    ]).toEqual([true, true, true, false, false]);
    const icd = loadTerminology([
      folderWith({
        'a.json': valueSet('below', [isA('http://hl7.org/fhir/sid/icd-10', 'C34', 'descendent-of')]),
      }),
    ]);
    const below = (code: string) =>
      icd.includes('below', [{ system: 'http://hl7.org/fhir/sid/icd-10', code }]);
    expect([below('C34'), below('C34.1'), below('C35')]).toEqual([false, true, false]);
  });

  it('refuses to be asked for what is not there', () => {
    expect(() => terminology.includes('no-such', [])).toThrow(INVALID);
    expect(() => terminology.translate('no-such', [])).toThrow(INVALID);
    expect(() => terminology.codes('no-such')).toThrow(INVALID);
  });
});

describe("a site's own folder", () => {
  it('adds codes to a set and to a map, keeping the shipped ones', () => {
    const own = folderWith({
      'v.json': valueSet('lung-resection', [listed('urn:his', 'OP-7')]),
      'm.json': {
        resourceType: 'ConceptMap',
        id: 'analyte',
        group: [{ source: 'urn:his', element: [{ code: 'LEU', target: [{ code: 'leucine' }] }] }],
      },
    });
    const site = loadTerminology([PROFILES, own]);
    expect(site.includes('lung-resection', [{ system: 'urn:his', code: 'OP-7' }])).toBe(true);
    expect(site.includes('lung-resection', [{ system: SYSTEMS.snomed, code: '173171007' }])).toBe(true);
    expect(site.tokens('lung-resection')).toEqual([...terminology.tokens('lung-resection'), 'urn:his|OP-7']);
    expect(site.translate('analyte', [{ system: 'urn:his', code: 'LEU' }])).toBe('leucine');
    expect(site.sourceTokens('analyte')).toEqual([...terminology.sourceTokens('analyte'), 'urn:his|LEU']);
  });

  it('changes the version, also where its author forgot to', () => {
    const copy = folderWith({});
    cpSync(PROFILES, copy, { recursive: true });
    expect(loadTerminology([copy]).version).toBe(terminology.version);
    const one = loadTerminology([
      PROFILES,
      folderWith({ 'v.json': valueSet('mine', [listed('urn:a', '1')]) }),
    ]);
    const two = loadTerminology([
      PROFILES,
      folderWith({ 'v.json': valueSet('mine', [listed('urn:a', '2')]) }),
    ]);
    expect(new Set([terminology.version, one.version, two.version]).size).toBe(3);
  });

  it('may hold other resources, also of the same id', () => {
    const own = folderWith({
      'n.json': { resourceType: 'NamingSystem', id: 'analyte' },
      's.json': { resourceType: 'StructureDefinition', id: 'analyte' },
    });
    expect(loadTerminology([PROFILES, own]).codes('analyte')).toEqual(terminology.codes('analyte'));
  });

  it.each([
    ['no JSON', { 'v.json': '{' }],
    ['null', { 'v.json': 'null' }],
    [
      'a filter that needs a terminology server',
      { 'v.json': valueSet('x', [isA(SYSTEMS.snomed, '254637007')]) },
    ],
    ['a filter for everything', { 'v.json': valueSet('x', [isA(SYSTEMS.atc, '')]) }],
    ['another operator', { 'v.json': valueSet('x', [isA(SYSTEMS.atc, 'L01', 'regex')]) }],
    ['a whole code system', { 'v.json': valueSet('x', [{ system: SYSTEMS.snomed }]) }],
    ['another ValueSet', { 'v.json': valueSet('x', [{ valueSet: ['http://example.org/v'] }]) }],
    [
      'an exclusion',
      { 'v.json': valueSet('x', [listed('urn:a', '1')], { exclude: [listed('urn:a', '2')] }) },
    ],
  ])('is refused with %s: silence would leave patients out', (_, resources) => {
    const folder = folderWith(resources);
    expect(() => loadTerminology([folder])).toThrow(INVALID);
  });

  it('is refused where it is not', () => {
    expect(() => loadTerminology(['/no/such/folder'])).toThrow(INVALID);
  });
});

describe('the shipped vocabulary', () => {
  it('holds a molar mass for each analyte, and a source code', () => {
    const targets = new Set(
      terminology.sourceTokens('analyte').map((token) => {
        const [system = '', code = ''] = token.split('|');
        return terminology.translate('analyte', [{ system, code }]);
      }),
    );
    for (const code of terminology.codes('analyte')) {
      expect(terminology.numberProperty('analyte', code, 'molar-mass')).toBeGreaterThan(50);
      expect(targets).toContain(code);
    }
    expect(targets.size).toBe(terminology.codes('analyte').length);
    expect(terminology.numberProperty('analyte', 'no-such', 'molar-mass')).toBeUndefined();
  });

  it('knows each of the sixty analytes in HMDB, and takes no code for two', () => {
    const hmdb = terminology.sourceTokens('analyte').filter((token) => token.startsWith(`${SYSTEMS.hmdb}|`));
    const targets = hmdb.map((token) => terminology.translate('analyte', [coding(token)]));
    expect(new Set(targets)).toEqual(new Set(terminology.codes('analyte')));
    expect(terminology.codes('analyte')).toHaveLength(60);
    for (const token of hmdb) expect(token).toMatch(/HMDB\d{7}$/);
  });

  it.each([
    // neutral, charged and zwitterion forms, and both hands where a usual assay does not tell them apart
    ['lactate', ['CHEBI:422', 'CHEBI:16651', 'CHEBI:78320', 'CHEBI:24996']],
    ['citrate', ['CHEBI:30769', 'CHEBI:16947']],
    ['leucine', ['CHEBI:15603', 'CHEBI:57427']],
    ['arginine', ['CHEBI:16467', 'CHEBI:32682']],
    ['spermidine', ['CHEBI:16610', 'CHEBI:57834']],
    ['glucose', ['CHEBI:4167', 'CHEBI:17634', 'CHEBI:17234']],
  ])('takes every form of %s in ChEBI for the one analyte', (analyte, codes) => {
    for (const code of codes)
      expect(terminology.translate('analyte', [{ system: SYSTEMS.chebi, code }])).toBe(analyte);
  });

  it('names every analyte in both languages', () => {
    for (const language of LANGUAGES)
      for (const analyte of terminology.codes('analyte'))
        expect(analyteName(analyte, language)).toEqual(expect.any(String));
    for (const analyte of terminology.codes('analyte'))
      expect(analyteName(analyte, 'zh-CN')).toMatch(/\p{Script=Han}/u);
  });

  it('keeps what is radical or sublobar within what is a resection', () => {
    for (const part of ['radical-lung-resection', 'sublobar-lung-resection'])
      for (const token of terminology.tokens(part))
        expect(terminology.tokens('lung-resection')).toContain(token);
  });

  it('maps to its own codes only, and takes no edition of TNM for two', () => {
    const project = terminology.codes('recurrence-cds');
    for (const [map, codes] of [
      ['residual-tumour', project],
      ['nodule-attenuation', project],
      ['investigator-judgement', project],
      ['tnm-nodes', terminology.codes('tnm-nodes')],
      ['tnm-metastases', terminology.codes('tnm-metastases')],
    ] as const)
      for (const token of terminology.sourceTokens(map)) {
        const [system = '', code = ''] = token.split('|');
        expect(codes).toContain(terminology.translate(map, [{ system, code }]));
      }
    const other = terminology.tokens('tnm-edition-other');
    for (const token of terminology.tokens('tnm-edition-8')) expect(other).not.toContain(token);
  });

  it('finds a code below any of many filters, however long it is', () => {
    const malignancy = (code: string): boolean =>
      terminology.includes('malignancy', [{ system: 'http://hl7.org/fhir/sid/icd-10', code }]);
    expect([malignancy('C50'), malignancy('C50.912'), malignancy('C5'), malignancy('D50')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(malignancy(`C50${'0'.repeat(1_000_000)}`)).toBe(true);
  });

  it('maps stage codes to groups of the CodeSystem only', () => {
    const groups = terminology.codes('tnm-stage-group');
    for (const token of terminology.sourceTokens('tnm-stage-group')) {
      const [system = '', code = ''] = token.split('|');
      expect(groups).toContain(terminology.translate('tnm-stage-group', [{ system, code }]));
    }
  });
});
