/** `extract` and `train` by a tenant's settings: its codes, time zone, eligibility rules and credentials. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import type { FhirResource } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram, exitCodeOf } from '../../src/cli/index.ts';
import { createFhirServer } from '../../src/demo/index.ts';
import { listen, LOOPBACK, PACKAGE_ROOT, type Listening } from '../../src/platform/index.ts';
import { simulateCohort, writeCohort } from '../../src/simulation/index.ts';
import { concept, eligibleStory, PATIENT_ID, procedure, stage } from '../unit/support/fhir.ts';
import { PROFILES } from '../unit/support/reading.ts';

const TOKEN = 'site-token-0123456789';
const folder = mkdtempSync(path.join(tmpdir(), 'site-settings-'));
const config = path.join(folder, 'site.json');
const simulated = path.join(folder, 'simulated');
let server: Listening;

/** By the national table, in the evening of the day before in UTC, and staged by an edition that is not said. */
const story = [
  ...eligibleStory().filter(({ id }) => id !== 'lobectomy' && id !== 'stage'),
  procedure('lobectomy', '2026-01-14T20:00:00Z', {
    code: concept('urn:oid:2.16.156.10011.2.3.3.12', '32.4100x001'),
  }),
  stage('stage', 'pathologic', 'IIB', '2026-01-20', { method: undefined }),
];

/** Each at an address of its own: two tenants with one are refused. */
const tenant = (id: string, change: object = {}) => ({
  id,
  fhirBaseUrl: `${server.url}/${id}/fhir`,
  bearerToken: TOKEN,
  ...change,
});

beforeAll(async () => {
  const embedded = createFhirServer({ validate: false });
  await embedded.load(story as unknown as FhirResource[]);
  const guarded = express();
  guarded.use((request, response, next) => {
    if (request.headers.authorization === `Bearer ${TOKEN}`) next();
    else response.status(401).end();
  });
  guarded.use(['/north', '/strict', '/stranger'], embedded.app);
  server = await listen(guarded, LOOPBACK, 0);
  await writeCohort(simulateCohort({ patients: 20, seed: 3 }), simulated);
  const settings = {
    environment: 'test',
    terminology: [PROFILES, path.join(PACKAGE_ROOT, 'config/terminology-zh-example')],
    tenants: [
      tenant('north', { timeZone: 'Asia/Shanghai', eligibility: { tnmEditionWhenUnstated: '8' } }),
      tenant('strict', { eligibility: { minimumNeoadjuvantCycles: 90 } }),
      tenant('stranger', { bearerToken: 'another' }),
    ],
  };
  writeFileSync(config, JSON.stringify(settings));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** The command line without a process of its own. */
const run = async (...args: readonly string[]) => {
  let out = '';
  const program = createProgram({
    env: {},
    out: (text) => (out += text),
    note: () => undefined,
    stopped: new Promise(() => undefined),
  });
  try {
    await program.parseAsync(['node', 'recurrence-cds', ...args]);
    return { code: 0, out, err: '' };
  } catch (error) {
    const { code, text = '' } = exitCodeOf(error);
    return { code, out, err: text };
  }
};

interface Extracted {
  readonly landmark: { readonly surgeryDate?: string };
  readonly eligibility: {
    readonly eligible: boolean;
    readonly criteria: readonly { readonly text: string; readonly result: string; readonly found?: string }[];
  };
}

const extract = async (...args: readonly string[]): Promise<Extracted> => {
  const { out, err } = await run('extract', '--patient', PATIENT_ID, '--landmark', '2026-06-01', ...args);
  expect(err).toBe('');
  return JSON.parse(out) as Extracted;
};
const resultOf = ({ eligibility }: Extracted, text: RegExp): string | undefined =>
  eligibility.criteria.find((each) => text.test(each.text))?.result;

describe('extract --config', () => {
  it("judges by the tenant's codes, time zone and rules, with its credentials", async () => {
    const { landmark, eligibility } = await extract('--config', config, '--tenant', 'north');
    expect(landmark.surgeryDate).toBe('2026-01-15');
    expect(eligibility.eligible).toBe(true);
  });

  it('by those of another tenant it comes to something else', async () => {
    const found = await extract('--config', config, '--tenant', 'strict');
    expect(found.landmark.surgeryDate).toBe('2026-01-14');
    expect(found.eligibility.eligible).toBe(false);
    expect(resultOf(found, /neoadjuvant/i)).toBe('not-met');
  });

  it('a time zone that is given goes before that of the tenant', async () => {
    const zone = ['--time-zone', 'America/New_York'];
    const { landmark } = await extract('--config', config, '--tenant', 'north', ...zone);
    expect(landmark.surgeryDate).toBe('2026-01-14');
  });

  it('beside a cohort lends its settings alone', async () => {
    const at = ['extract', '--cohort', simulated, '--patient', 'sim-0001', '--landmark', '2024-06-01'];
    const strict = JSON.parse((await run(...at, '--config', config, '--tenant', 'strict')).out) as Extracted;
    expect(resultOf(strict, /neoadjuvant/i)).toBe('not-met');
    expect(resultOf(JSON.parse((await run(...at)).out) as Extracted, /neoadjuvant/i)).toBe('met');
  });

  it.each<[string, string[], RegExp]>([
    ['no tenant of that id', ['--tenant', 'nobody'], /COMMAND_INVALID.*No tenant/],
    ['which of several is not said', [], /COMMAND_INVALID.*More than one tenant/],
    ['credentials that are refused', ['--tenant', 'stranger'], /FHIR_/],
    [
      'an address that is not its own',
      ['--tenant', 'north', '--fhir', 'http://127.0.0.1:9'],
      /COMMAND_INVALID/,
    ],
  ])('%s', async (_, args, expected) => {
    const { code, out, err } = await run('extract', '--patient', PATIENT_ID, '--config', config, ...args);
    expect([code === 0, out]).toEqual([false, '']);
    expect(err).toMatch(expected);
    expect(err).not.toContain(TOKEN);
  });

  it('a cohort and an address at once are refused', async () => {
    const { err } = await run('extract', '--patient', 'x', '--cohort', simulated, '--fhir', server.url);
    expect(err).toMatch(/COMMAND_INVALID.*one of --fhir, --config and --cohort/);
  });
});

it("train --config judges who is eligible by the tenant's rules", async () => {
  const out = ['--out', path.join(folder, 'models'), '--quick', '--config', config];
  const { err } = await run('train', '--cohort', simulated, ...out, '--tenant', 'strict');
  expect(err).toMatch(/COHORT_INVALID.*no patient in it is eligible/);
});
