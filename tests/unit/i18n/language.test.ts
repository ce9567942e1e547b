import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLanguage, LANGUAGES } from '../../../src/i18n/index.ts';

describe('chooseLanguage', () => {
  it.each([
    // [Accept-Language, configured default, chosen]
    [undefined, 'zh-CN', 'zh-CN'],
    ['', 'en', 'en'],
    ['zh', 'en', 'zh-CN'],
    ['zh-CN', 'en', 'zh-CN'],
    ['zh-Hans', 'en', 'zh-CN'],
    ['zh-Hans-SG', 'en', 'zh-CN'],
    ['ZH-cn', 'en', 'zh-CN'],
    ['en-GB', 'zh-CN', 'en'],
    ['de, fr;q=0.9', 'zh-CN', 'zh-CN'],
    // Traditional Chinese is no language of ours; its reader's next choice is.
    ['zh-TW, en;q=0.3', 'zh-CN', 'en'],
    ['zh-Hant', 'en', 'en'],
    // Quality values order, not places; equals keep their order.
    ['en;q=0.5, zh-CN;q=0.8', 'en', 'zh-CN'],
    ['en;q=0.8,zh;q=0.8', 'zh-CN', 'en'],
    ['en;q=0, zh', 'en', 'zh-CN'],
    ['en; q=0.001 , zh ;q=0.002', 'en', 'zh-CN'],
    // "*" is whatever the site prefers.
    ['de, *;q=0.5, en;q=0.1', 'zh-CN', 'zh-CN'],
    ['en;q=0.4, *;q=0.1', 'zh-CN', 'en'],
    // Malformed weights make a range unusable.
    ['zh;q=1.5, en;q=0.1', 'zh-CN', 'en'],
    ['zh;q=-1, en;q=0.1', 'zh-CN', 'en'],
    ['zh;q=0.1234, en;q=0.1', 'zh-CN', 'en'],
    [';;;,,,q=1', 'en', 'en'],
  ] as const)('%j with default %s is %s', (header, configured, chosen) => {
    expect(chooseLanguage(header, configured)).toBe(chosen);
  });

  it('answers any header with one of our languages', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (header) => {
        expect(LANGUAGES).toContain(chooseLanguage(header, 'en'));
      }),
    );
  });

  it('reads no more of a hostile header than a browser would send', () => {
    expect(chooseLanguage(`${'de,'.repeat(1000)}zh`, 'en')).toBe('en');
  });
});
