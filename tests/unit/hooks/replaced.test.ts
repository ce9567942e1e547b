import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CardLedger, IssuedCard } from '../../../src/assessment/index.ts';
import { RISK_TOPICS } from '../../../src/cards/index.ts';
import { CdsError } from '../../../src/domain/index.ts';
import { familyOf, lastCard, replacementOf, RISK_SERVICES } from '../../../src/hooks/common/replaced.ts';
import { createTranslator, LANGUAGES } from '../../../src/i18n/index.ts';

const issued = (parts: Partial<IssuedCard> = {}): IssuedCard => ({
  uuid: '7e1a0d7c-5a55-4a52-9d0b-0d7c5a554a52',
  tenant: 'hospital',
  service: 'recurrence-risk-patient-view',
  family: 'recurrence-risk',
  patientId: 'p1',
  topic: 'pending',
  issuedAt: '2026-11-24T02:15:00.000Z',
  content: 'old',
  suggestions: [],
  ...parts,
});
const reader = {
  translator: createTranslator('en'),
  timeZone: 'Asia/Shanghai',
  now: new Date('2026-11-24T04:00:00Z'),
};
const fresh = { topic: 'recurrence-risk', content: 'new' };
const replaced = (last: Partial<IssuedCard> = {}, card = fresh) => replacementOf(issued(last), card, reader);

describe('what a card replaces', () => {
  it('is said in one line, in the site’s time and the reader’s language, and named', () => {
    expect(replaced()).toEqual({
      line: 'Replaces the card of 24 Nov 2026, 10:15: the risk was being computed.',
      uuids: [issued().uuid],
    });
    const chinese = { ...reader, translator: createTranslator('zh-CN') };
    expect(replacementOf(issued(), fresh, chinese)?.line).toBe(
      '本卡片取代2026年11月24日 10:15的卡片：当时风险正在计算。',
    );
  });

  it('has words for every topic, in every language', () => {
    for (const language of LANGUAGES) {
      const lines = RISK_TOPICS.map(
        (topic) =>
          replacementOf(
            issued({ topic }),
            { topic: topic === 'pending' ? 'unavailable' : 'pending', content: 'new' },
            { ...reader, translator: createTranslator(language) },
          )?.line,
      );
      expect(new Set(lines).size).toBe(RISK_TOPICS.length);
      for (const line of lines) expect(line).toMatch(/^[^\n{}]+[.。]$/);
    }
    expect(replaced({ topic: 'recurrence-risk' })?.line).toContain('has changed');
  });

  it('is nothing where the card says the same', () => {
    expect(replaced({ topic: 'recurrence-risk', content: 'new' })).toBeUndefined();
  });

  it('is nothing where there was no card, or none within a day', () => {
    expect(replacementOf(undefined, fresh, reader)).toBeUndefined();
    expect(replaced({ issuedAt: '2026-11-23T04:00:00.000Z' })).toBeDefined();
    expect(replaced({ issuedAt: '2026-11-23T03:59:59.999Z' })).toBeUndefined();
    expect(replaced({ issuedAt: 'never' })).toBeUndefined();
    // Another process's clock is ahead.
    expect(replaced({ issuedAt: '2026-11-24T04:00:02.000Z' })).toBeDefined();
  });

  it('is of either risk service, and of no other', () => {
    for (const service of RISK_SERVICES) expect(replaced({ service })).toBeDefined();
    expect(replaced({ service: 'followup-scheduling-appointment-book' })).toBeUndefined();
    expect(replaced({ service: 'recurrence-risk-order-select' })).toBeUndefined();
    expect(replaced({ topic: 'appointment' })).toBeUndefined();
    expect(replaced({ topic: 'out-of-scope' })).toBeUndefined();
    expect(replaced({}, { topic: 'order', content: 'new' })).toBeUndefined();
  });
});

describe('a family', () => {
  it('is of services whose cards take each other’s place', () => {
    expect(new Set(RISK_SERVICES.map(familyOf)).size).toBe(1);
    const others = ['followup-scheduling-appointment-book', 'recurrence-risk-order-select'];
    expect(new Set([...RISK_SERVICES, ...others].map(familyOf)).size).toBe(3);
  });
});

describe('the last card', () => {
  const ask = (last: CardLedger['last']) => lastCard({ last }, 'hospital', 'p1', 'recurrence-risk');

  it('is what the ledger says', async () => {
    expect(await ask(() => Promise.resolve(issued()))).toEqual(issued());
    expect(await ask(() => Promise.resolve(undefined))).toBeUndefined();
  });

  it('is not known where the store is down, now or never', async () => {
    expect(await ask(() => Promise.reject(new CdsError('STORE_UNAVAILABLE')))).toBeUndefined();
    expect(
      await ask(() => {
        throw new CdsError('STORE_UNAVAILABLE');
      }),
    ).toBeUndefined();
    expect(await ask(() => new Promise(() => undefined))).toBeUndefined();
  });

  it('leaves no rejection behind that comes too late', async () => {
    const late = sleep(80).then(() => {
      throw new CdsError('STORE_UNAVAILABLE');
    });
    expect(await ask(() => late)).toBeUndefined();
    await expect(late).rejects.toThrow();
  });
});
