import { describe, expect, it } from 'vitest';
import { nextRun, requireRule } from '../../../../src/assessment/tasks/cron.ts';

describe('nextRun', () => {
  it.each([
    // two in the morning there is six in the evening of the day before
    ['0 2 * * *', 'Asia/Shanghai', '2026-03-09T12:00:00Z', '2026-03-09T18:00:00.000Z'],
    ['0 2 * * *', 'UTC', '2026-03-09T02:00:00Z', '2026-03-10T02:00:00.000Z'],
    ['30 5 2 * * *', 'UTC', '2026-03-09T00:00:00Z', '2026-03-09T02:05:30.000Z'],
    // That night clocks go from two to three: half past two does not exist, and three o'clock stands in.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
    // In this one it comes twice; the task once.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
  ])('%s in %s after %s', (cron, timeZone, after, next) => {
    expect(nextRun({ cron, timeZone }, new Date(after))?.toISOString()).toBe(next);
  });

  it('a zone that is none is refused', () => {
    expect(() => {
      requireRule({ cron: '0 2 * * *', timeZone: 'Nowhere' });
    }).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
