/** What cannot work is said at the start, and not in a log line every half minute. */
import { expect, it } from 'vitest';
import { createCore } from '../../../src/app/core.ts';
import { createLog, fixedClock, parseConfig } from '../../../src/platform/index.ts';

const start = (sweep: object, tenant: object = {}) =>
  createCore({
    config: parseConfig({
      environment: 'test',
      tenants: [{ id: 'north', fhirBaseUrl: 'http://127.0.0.1:1/fhir', sweep, ...tenant }],
    }),
    clock: fixedClock('2026-11-23T10:00:00Z'),
    log: createLog('silent'),
  });

it.each(['99 2 * * *', 'a b c d e', '0 2 31 2 *'])('a sweep at %s ends the start', async (cron) => {
  await expect(start({ cron })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    detail: expect.stringMatching(/^sweep\.cron/) as string,
  });
});

it.each([
  ['switched off', { enabled: false, cron: '99 2 * * *' }, {}],
  ['of a site that allows no access', { cron: '99 2 * * *' }, { backgroundAccess: false }],
])('a sweep %s is never planned, so its rule is let be', async (_how, sweep, tenant) => {
  const core = await start(sweep, tenant);
  await core.close();
});
