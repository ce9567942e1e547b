import { describe, expect, it } from 'vitest';
import { UNKNOWN_REASONS } from '../../../src/chart/index.ts';
import {
  CRITERION_IDS,
  MODALITY_FLAGS,
  MODALITY_IDS,
  MODALITY_REASONS,
  STRATA,
} from '../../../src/domain/index.ts';
import { analyteName, CATALOGUES, createTranslator, LANGUAGES } from '../../../src/i18n/index.ts';
import type { MessageKey } from '../../../src/i18n/index.ts';

const keys = Object.keys(CATALOGUES.en) as MessageKey[];
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();

describe.each(LANGUAGES)('the %s catalogue', (language) => {
  const catalogue = CATALOGUES[language];

  it('has exactly the English keys', () => {
    expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
  });

  it.each(keys)('%s is a text that asks for the same values as the English one', (key) => {
    expect(catalogue[key].trim()).not.toBe('');
    expect(placeholders(catalogue[key])).toEqual(placeholders(CATALOGUES.en[key]));
    // A brace that is not of a placeholder would show.
    expect(catalogue[key].replaceAll(/\{\{\w+\}\}/g, '')).not.toMatch(/[{}]/);
  });

  it.each([
    ...MODALITY_IDS.map((id) => `modality.${id}`),
    ...MODALITY_REASONS.map((id) => `reason.${id}`),
    ...MODALITY_FLAGS.map((id) => `flag.${id}`),
    ...STRATA.map((id) => `stratum.${id}`),
    ...CRITERION_IDS.map((id) => `criterion.${id}`),
    ...['met', 'not-met', 'unknown'].map((id) => `criterion.${id}`),
    ...UNKNOWN_REASONS.map((id) => `unknown.${id}`),
    ...['present', 'absent', 'rejected', 'too-old'].map((id) => `status.${id}`),
    ...['no-modality', 'too-early', 'too-late', 'too-few-at-risk'].map((id) => `risk.none.${id}`),
  ])('has a text for %s', (key) => {
    expect(catalogue).toHaveProperty([key]);
  });
});

it('the Chinese texts are Chinese', () => {
  const sameInBoth = keys.filter((key) => CATALOGUES.en[key] === CATALOGUES['zh-CN'][key]);
  expect(sameInBoth).toEqual([]);
  const layoutOnly = new Set<MessageKey>([
    'format.range',
    'format.joiner',
    'format.clauses',
    'sentence.end',
    'status.with-reason',
    'score.value',
    'evidence.date-age',
    'followup.source',
    'followup.label',
    'feature.change',
    'criteria.item',
  ]);
  for (const key of keys.filter((candidate) => !layoutOnly.has(candidate))) {
    expect(CATALOGUES['zh-CN'][key], key).toMatch(/\p{Script=Han}/u);
  }
});

describe('createTranslator', () => {
  it('fills in values as they are, however they look', () => {
    const { t } = createTranslator('en');
    expect(t('format.range', { from: '{{to}}', to: '$t(stratum.low) <b>&' })).toBe(
      '{{to}}–$t(stratum.low) <b>&',
    );
    expect(t('risk.horizon-months', { months: 12 })).toBe('12-month');
  });

  it('keeps every text whole', () => {
    for (const language of LANGUAGES) {
      const { t } = createTranslator(language);
      expect(t('stratum.high')).toBe(CATALOGUES[language]['stratum.high']);
    }
  });
});

describe('analyteName', () => {
  it('knows common plasma metabolites in any spelling', () => {
    expect(analyteName('leucine', 'zh-CN')).toBe('亮氨酸');
    expect(analyteName('3-Hydroxybutyrate', 'en')).toBe('3-hydroxybutyrate');
    expect(analyteName('3hydroxybutyrate', 'zh-CN')).toBe('3-羟基丁酸');
  });

  it('knows no other word, and nothing of Object', () => {
    for (const id of ['unobtainium', '', 'constructor', '__proto__', 'toString']) {
      expect(analyteName(id, 'en')).toBeUndefined();
    }
  });
});
