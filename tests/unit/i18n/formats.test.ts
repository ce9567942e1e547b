import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTranslator, LANGUAGES } from '../../../src/i18n/index.ts';

const en = createTranslator('en');
const zh = createTranslator('zh-CN');

describe('percent', () => {
  it.each([
    // below 1 % and above 99 % by name; one decimal below 10 %; whole per cent from there
    [0, '<1%'],
    [0.0099, '<1%'],
    [0.01, '1.0%'],
    [0.0445, '4.5%'],
    [0.0994, '9.9%'],
    [0.0995, '10%'],
    [0.1, '10%'],
    [0.274, '27%'],
    [0.275, '28%'],
    [0.99, '99%'],
    [0.9901, '>99%'],
    [1, '>99%'],
  ])('%d is %s', (probability, text) => {
    expect(en.percent(probability)).toBe(text);
    expect(zh.percent(probability)).toBe(text);
  });

  it('never shows a risk as none or as certain', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (probability) => {
        expect(en.percent(probability)).not.toMatch(/^(?:0(?:\.0)?|100)%$/);
      }),
    );
  });

  it('keeps order: a higher risk never shows a lower number', () => {
    const shown = (probability: number): number => Number(en.percent(probability).replaceAll(/[<>%]/g, ''));
    const probability = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(probability, probability, (first, second) => {
        const [low, high] = first <= second ? [first, second] : [second, first];
        expect(shown(low)).toBeLessThanOrEqual(shown(high));
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(() => en.percent(value)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });
});

describe('numbers, dates and durations', () => {
  it('writes dates unambiguously, from the calendar date alone', () => {
    expect(en.date('2026-03-04')).toBe('4 Mar 2026');
    expect(zh.date('2026-03-04')).toBe('2026年3月4日');
    expect(en.date('2026-03-04T23:59:00+08:00')).toBe('4 Mar 2026');
  });

  it('writes partial dates as precisely as they are, and refuses what is none', () => {
    expect([en.date('2026'), en.date('2026-09')]).toEqual(['2026', 'Sept 2026']);
    expect([zh.date('2026'), zh.date('2026-09')]).toEqual(['2026年', '2026年9月']);
    for (const text of ['', 'yesterday', '2026-13-01']) {
      expect(() => en.date(text)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    }
  });

  it('writes durations with the right number', () => {
    expect(en.duration(1, 'mo')).toBe('1 month');
    expect(en.duration(6, 'mo')).toBe('6 months');
    expect(en.duration(0, 'd')).toBe('0 days');
    expect(en.duration(2, 'wk')).toBe('2 weeks');
    expect(en.duration(1, 'a')).toBe('1 year');
    expect(zh.duration(6, 'mo')).toBe('6个月');
    expect(zh.duration(21, 'd')).toBe('21天');
  });

  it('writes signs', () => {
    expect(en.signed(1.26)).toBe('+1.3');
    expect(en.signed(-0.4)).toBe('-0.4');
    expect(en.signed(0)).toBe('0.0');
    expect(en.signed(8.2, 0)).toBe('+8');
    expect(en.number(1234.56, 0)).toBe('1,235');
  });

  it('gives one translator a language', () => {
    for (const language of LANGUAGES) expect(createTranslator(language)).toBe(createTranslator(language));
  });
});
