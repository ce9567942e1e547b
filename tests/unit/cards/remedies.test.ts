import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { barredCard, notEligibleCard } from '../../../src/cards/index.ts';
import { UNKNOWN_REASONS } from '../../../src/chart/index.ts';
import { CRITERION_IDS, type CriterionId } from '../../../src/domain/index.ts';
import type { CriterionResult } from '../../../src/eligibility/index.ts';
import { CATALOGUES, LANGUAGES, type Language } from '../../../src/i18n/index.ts';
import { contextIn, criteriaWith } from './fixtures.ts';

const detailOf = (
  changed: Partial<Record<CriterionId, Partial<CriterionResult>>>,
  language: Language = 'en',
) =>
  notEligibleCard({
    ...contextIn(language),
    eligibility: { outOfScope: [], criteria: criteriaWith(changed), eligible: false },
  }).detail;

const unknown = (reason: CriterionResult['reason'], blocks = true) =>
  ({ result: 'unknown', blocks, ...(reason !== undefined && { reason }) }) as const;

describe.each([...LANGUAGES])('what is missing, in %s', (language) => {
  it.each(CRITERION_IDS.flatMap((id) => UNKNOWN_REASONS.map((reason) => [id, reason] as const)))(
    '%s, %s: says where the service looks, and shows no code word',
    (id, reason) => {
      const detail = detailOf({ [id]: unknown(reason) }, language);
      const texts = CATALOGUES[language];
      expect(detail).toContain(texts[`remedy.${reason}`].replace('{{where}}', texts[`where.${id}`]));
      expect(detail).not.toContain(reason);
      expect(detail).not.toMatch(/\{\{|undefined/);
      expect(new MarkdownIt().enable('table').render(detail)).toContain('<table>');
    },
  );
});

it('one entry that settles two criteria is one line', () => {
  const reason = unknown('not-recorded');
  const detail = detailOf({ nsclc: reason, 'no-other-histology': reason });
  expect(detail).toContain(
    '- Non-small-cell lung cancer, NSCLC as the only histology – not in the chart; expected: ' +
      'a confirmed Condition that names the histology',
  );
});

it('nothing is asked for where what blocks is known, or what is unknown does not block', () => {
  const detail = detailOf({
    stage: { result: 'not-met', blocks: true },
    consent: unknown('not-recorded', false),
  });
  expect(detail).not.toContain(CATALOGUES.en['remedy.title']);
});

it('a card of a recurrence or a second operation says where it is recorded, and nothing more than that', () => {
  const evidence = [{ reference: 'Condition/relapse_1', version: '1' }];
  for (const reason of ['recurred', 'second-operation'] as const)
    expect(barredCard({ ...contextIn('en'), barred: { reason, evidence } }).detail).toContain(
      'Recorded in: Condition&#47;relapse&#95;1',
    );
  expect(barredCard({ ...contextIn('en'), barred: { reason: 'deceased' } }).detail).not.toContain('Recorded');
});
