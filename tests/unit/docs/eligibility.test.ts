import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { UNKNOWN_REASONS } from '../../../src/chart/index.ts';
import { CRITERION_IDS, DEFAULT_BLOCKING } from '../../../src/domain/index.ts';
import { CRITERION_TEXTS, DEFAULT_ELIGIBILITY } from '../../../src/eligibility/index.ts';
import { configSchema } from '../../../src/platform/config.ts';
import { codeSpans, readDocument, ROOT, section, tableRows } from './markdown.ts';

const document = readDocument('docs/eligibility.md');
const rows = tableRows(section(document, '## The criteria'));

describe('docs/eligibility.md', () => {
  it("has every criterion once, in the study's order, with its text", () => {
    expect(rows.map(([id = '']) => codeSpans(id))).toEqual(CRITERION_IDS.map((id) => [id]));
    for (const [at, id] of CRITERION_IDS.entries()) {
      const text = CRITERION_TEXTS[id];
      expect(rows[at]?.[1], id).toBe(`${text.charAt(0).toLowerCase()}${text.slice(1, -1)}`);
    }
  });

  it('says of each what blocks by default', () => {
    const blocks = CRITERION_IDS.map((id) => {
      const results = [
        ...(DEFAULT_BLOCKING.notMet.includes(id) ? ['not met'] : []),
        ...(DEFAULT_BLOCKING.unknown.includes(id) ? ['unknown'] : []),
      ];
      return results.length === 0 ? 'never' : results.join(', ');
    });
    expect(rows.map((row) => row[4])).toEqual(blocks);
  });

  it('says of each what facts it rests on and when it is unknown', () => {
    for (const row of rows) {
      expect(row).toHaveLength(5);
      expect(row.slice(2, 4).every((cell) => cell.length > 5)).toBe(true);
    }
  });

  it('names ValueSets and ConceptMaps that are there', () => {
    const known = new Set(
      ['valuesets', 'conceptmaps'].flatMap((folder) =>
        readdirSync(path.join(ROOT, 'fhir-profiles', folder)).map((file) =>
          file.replace(/^.*?-|\.json$/g, ''),
        ),
      ),
    );
    const named = rows
      .flatMap((row) => codeSpans(row[2] ?? ''))
      // What is no id of ours: elements of resources and criteria.
      .filter((name) => !name.includes('.') && !(CRITERION_IDS as readonly string[]).includes(name));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(15);
  });

  it('explains every reason', () => {
    const explained = tableRows(section(document, '## Why a criterion is unknown'));
    expect(explained.map(([reason = '']) => codeSpans(reason)[0])).toEqual([...UNKNOWN_REASONS]);
  });

  it('shows settings that the configuration takes, and that are its defaults', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(document) ?? [];
    const { tenants } = configSchema.parse(parse(yaml));
    expect(tenants[0]?.eligibility).toEqual(DEFAULT_ELIGIBILITY);
  });
});
