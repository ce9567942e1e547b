/** docs/scheduling-and-orders.md against what it is about. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/domain/index.ts';
import { RECENT_DAYS, SAME_OCCASION_DAYS } from '../../../src/hooks/recurrence-risk-order-select/compare.ts';
import { PACKAGE_ROOT } from '../../../src/platform/index.ts';
import { addInterval, windowAround } from '../../../src/policy/index.ts';
import { loadTerminology } from '../../../src/terminology/index.ts';

const read = (...file: string[]): string => readFileSync(path.join(PACKAGE_ROOT, ...file), 'utf8');
const doc = read('docs', 'scheduling-and-orders.md');

describe('docs/scheduling-and-orders.md', () => {
  it('has the two numbers that are our choice', () => {
    expect(doc).toContain(`within **${String(SAME_OCCASION_DAYS)} days**`);
    expect(doc).toContain(`within **${String(RECENT_DAYS)} days**`);
    expect(doc).toContain(`${String(SAME_OCCASION_DAYS)} days and ${String(RECENT_DAYS)} days`);
  });

  it('has the windows right', () => {
    const halves = [3, 6, 12].map((value) => {
      const due = addInterval('2026-11-23', { value, unit: 'mo' });
      const { windowStart, windowEnd } = windowAround(due, '2026-11-23');
      const half = [15, 30, 60].find((days) => addDays(due, -days) === windowStart);
      expect(addDays(due, half ?? 0)).toBe(windowEnd);
      return half;
    });
    expect(doc).toContain(
      `about ${String(halves[0])} days for three months, ${String(halves[1])} for six, ${String(halves[2])} for twelve`,
    );
    expect(addInterval('2026-11-30', { value: 3, unit: 'mo' })).toBe('2027-02-28');
  });

  it('quotes what the published examples say', () => {
    const quotes = [...doc.matchAll(/^> (.+)$/gm)].map(([, quote]) => quote ?? '');
    const summaries = ['followup-scheduling-appointment-book', 'recurrence-risk-order-select'].map((id) => {
      const { cards } = JSON.parse(read('cds-hooks', id, 'response.json')) as {
        cards: { summary: string }[];
      };
      return cards[0]?.summary ?? '';
    });
    expect(quotes).toHaveLength(2);
    expect(summaries.map((summary, index) => summary.startsWith(quotes[index] ?? '-'))).toEqual([true, true]);
  });

  it('names ValueSets that there are', () => {
    const terminology = loadTerminology([path.join(PACKAGE_ROOT, 'fhir-profiles')]);
    const rows = doc.slice(doc.indexOf('| ValueSet'), doc.indexOf('A policy that proposes with codes'));
    const ids = [...rows.matchAll(/`([a-z-]+)`/g)].map(([, id]) => id ?? '');
    expect(ids.length).toBeGreaterThan(6);
    for (const id of ids) expect(() => terminology.includes(id, [])).not.toThrow();
  });
});
