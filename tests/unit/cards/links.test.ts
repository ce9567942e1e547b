import { describe, expect, it } from 'vitest';
import {
  cardSchema,
  pendingCard,
  riskCard,
  unavailableCard,
  type SiteLink,
} from '../../../src/cards/index.ts';
import { LANGUAGES, type Language } from '../../../src/i18n/index.ts';
import { assessment, contextIn, contrast, criteriaWith, highProposals } from './fixtures.ts';

const LINKS: readonly SiteLink[] = [
  { label: { en: 'Protocol', 'zh-CN': '随访方案' }, url: 'https://intranet.example/p', type: 'absolute' },
  { label: { en: 'Trajectory' }, url: 'https://app.example/launch', type: 'smart' },
];

const risk = (language: Language, links?: readonly SiteLink[]) =>
  riskCard({
    ...contextIn(language),
    assessment: assessment(),
    proposals: highProposals(language),
    rechecked: true,
    ageDays: 0,
    criteria: criteriaWith(),
    contrast: contrast(),
    ...(links !== undefined && { links }),
  });

describe('the site’s links', () => {
  it('stand on a risk card in the reader’s language, English where it is not named', () => {
    expect(risk('en', LINKS).links?.map(({ label }) => label)).toEqual(['Protocol', 'Trajectory']);
    expect(risk('zh-CN', LINKS).links?.map(({ label }) => label)).toEqual(['随访方案', 'Trajectory']);
  });

  it('hand a SMART app the fingerprint and nothing of the patient', () => {
    const [absolute, smart] = risk('en', LINKS).links ?? [];
    expect(absolute).toEqual({ label: 'Protocol', url: 'https://intranet.example/p', type: 'absolute' });
    expect(smart).toEqual({
      label: 'Trajectory',
      url: 'https://app.example/launch',
      type: 'smart',
      appContext: JSON.stringify({ fingerprint: assessment().fingerprint }),
    });
  });

  it('stand on a card that shows an earlier risk, and on none that shows only its date', () => {
    const valid = { status: 'valid', assessment: assessment() } as const;
    const outlived = { status: 'outlived', landmarkDate: '2026-09-30' } as const;
    for (const language of LANGUAGES) {
      const context = { ...contextIn(language), links: LINKS };
      for (const card of [
        pendingCard({ ...context, previous: valid }),
        unavailableCard({ ...context, previous: valid, errorCode: 'FHIR_UNREACHABLE' }),
      ]) {
        expect(card.links).toHaveLength(2);
        expect(() => cardSchema.parse(card)).not.toThrow();
      }
      expect(pendingCard({ ...context, previous: outlived }).links).toBeUndefined();
      expect(pendingCard(context).links).toBeUndefined();
    }
  });

  it('are no part of what a card says: without them it is complete (the sandbox disables SMART links)', () => {
    for (const language of LANGUAGES) {
      const { links: _, ...rest } = risk(language, LINKS);
      expect(rest).toEqual(risk(language));
      expect(risk(language, [])).toEqual(risk(language));
      expect(() => cardSchema.parse(rest)).not.toThrow();
      for (const { url } of LINKS) expect(JSON.stringify(rest)).not.toContain(url);
    }
  });
});
