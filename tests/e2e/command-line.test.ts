import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/assessment/index.ts';
import { widthOf } from '../../src/cli/terminal.ts';
import { featureNamesOf, listModels, loadModels, readModel } from '../../src/model-registry/index.ts';
import { createRandom } from '../../src/numerics/index.ts';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import { freePort } from '../setup/service.ts';
import { runCli, startCli, type CliResult } from './processes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'cli-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('help and errors', () => {
  it.each([
    'serve',
    'worker',
    'subscribe',
    'demo',
    'simulate',
    'export',
    'train',
    'extract',
    'feedback',
    'erase',
  ])('%s --help', async (command) => {
    const { code, out } = await runCli([command, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Usage: recurrence-cds ${command}`));
  });

  it.each([
    [['nonsense'], 2, /unknown command 'nonsense'/],
    [['simulate'], 2, /required option '-o, --out/],
    [['simulate', '--out', 'x', '--patients', 'many'], 2, /COMMAND_INVALID.*whole number/],
    [['extract', '--patient', 'x'], 2, /COMMAND_INVALID.*--fhir/],
    [['serve'], 1, /CONFIG_INVALID.*tenants/],
    [['serve', '--config', 'no-such.yaml'], 1, /CONFIG_INVALID.*no-such\.yaml/],
    [['train', '--cohort', '/nonexistent', '--out', 'x'], 1, /COHORT_INVALID/],
  ])('%j: exit %i and what to do', async (args, code, text) => {
    const result = await runCli(args);
    expect([result.code, result.out]).toEqual([code, '']);
    expect(result.err).toMatch(text);
    expect(result.err).not.toMatch(/\n\s+at /);
  });

  it('worker without Redis says that it needs one', async () => {
    const { code, err } = await runCli(['worker'], {
      RECURRENCE_ENVIRONMENT: 'test',
      FHIR_BASE_URL: 'http://127.0.0.1:9',
    });
    expect([code, err]).toEqual([1, expect.stringMatching(/CONFIG_INVALID.*REDIS_URL/) as string]);
  });

  it('production refuses to serve without a key, without clients, and with a simulated model', async () => {
    const env = { FHIR_BASE_URL: 'http://127.0.0.1:9' };
    expect(await runCli(['serve'], env)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/store\.key/) as string,
    });
    const RECURRENCE_STORE_KEY = Buffer.alloc(32, 1).toString('base64');
    expect(await runCli(['serve'], { ...env, RECURRENCE_STORE_KEY })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/CONFIG_INVALID.*clientAuth\.clients/) as string,
    });
    const open = { id: 'a', fhirBaseUrl: 'http://127.0.0.1:9', clientAuth: { required: false } };
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'site-')), 'site.yaml');
    writeFileSync(file, JSON.stringify({ tenants: [open] }));
    const simulated = await runCli(['serve', '--config', file], { RECURRENCE_STORE_KEY });
    expect(simulated).toMatchObject({
      code: 1,
      err: expect.stringMatching(/MODEL_NOT_FOR_PRODUCTION/) as string,
    });
  });

  it('demo on a taken port says which', async () => {
    const port = await freePort();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const { code, err } = await runCli(['demo', '--port', String(port)]);
    taken.close();
    expect(code).toBe(1);
    expect(err).toContain(`127.0.0.1:${String(port)}`);
  });

  it('demo with a Redis that is not there says so', async () => {
    const REDIS_URL = `redis://127.0.0.1:${String(await freePort())}`;
    const { code, err } = await runCli(['demo', '--once'], { REDIS_URL });
    expect(code).toBe(1);
    expect(err).toMatch(/STORE_UNAVAILABLE.*\n.*REDIS_URL|STORE_UNAVAILABLE[\s\S]*Redis/);
  });
});

interface PrintedAnswer {
  readonly patientId: string;
  readonly body: { readonly cards: any[] };
}

describe('demo --once', () => {
  let english: CliResult;
  let answers: PrintedAnswer[];
  beforeAll(async () => {
    const json = path.join(folder, 'cards.json');
    english = await runCli(['demo', '--once', '--json', json]);
    answers = JSON.parse(readFileSync(json, 'utf8')) as PrintedAnswer[];
  });

  it('prints cards for at least five patients, one partial, one not eligible, none without lung cancer', () => {
    const { code, out } = english;
    expect(code).toBe(0);
    const risks = answers.flatMap(({ body }) =>
      body.cards.map((card) => /\d+(\.\d)?%/.exec(card.summary)?.[0]),
    );
    expect(new Set(risks.filter((risk) => risk !== undefined)).size).toBeGreaterThanOrEqual(5);
    expect(out).toMatch(/criterion not met/);
    const details = answers.flatMap(({ body }) => body.cards.map((card) => card.detail as string));
    expect(details.some((detail) => detail.includes('cell-free DNA | absent'))).toBe(true);
    expect(answers.find(({ patientId }) => patientId === 'demo-no-lung-cancer')?.body.cards).toEqual([]);
    expect(out).toMatch(/no card/);
  });

  it('lists the four services, and shows a visit with each of them, and the feedback that was counted', () => {
    const { out } = english;
    const listed = out.slice(out.indexOf('What the EHR registers'), out.indexOf('The nightly sweep'));
    for (const [hook, id] of [
      ['patient-view', 'recurrence-risk-patient-view'],
      ['encounter-start', 'recurrence-risk-encounter-start'],
      ['appointment-book', 'followup-scheduling-appointment-book'],
      ['order-select', 'recurrence-risk-order-select'],
    ] as const)
      expect(listed).toMatch(new RegExp(`^    ${hook} +${id}$`, 'm'));
    expect(listed).toMatch(/4 CDS services at http[\s\S]*JWT/);
    const visit = out.slice(out.indexOf('At the visit of'), out.indexOf('New data without a hook'));
    expect(visit).toMatch(
      /encounter-start ->[\s\S]*12-month risk[\s\S]*appointment-book ->[\s\S]*later than proposed[\s\S]*order-select ->[\s\S]*\[info\] Chest CT is (later than|due)/,
    );
    expect(visit).toMatch(/recurrence-risk-patient-view: accepted 1\n/);
    expect(visit).toMatch(/recurrence-risk-patient-view: overridden \(already-scheduled\) 1\n/);
    expect(visit).toMatch(/ordered once more[\s\S]*already proposed/);
  });

  it('shows a new sample lead to a new assessment without a hook, and the card that then waits', () => {
    const { out, err } = english;
    expect(err).toMatch(/11 Subscriptions active/);
    const story = out.slice(out.indexOf('New data without a hook'));
    expect(story).toMatch(/1\. A laboratory writes 6 resources[\s\S]*Observation\/\S+-met-today/);
    expect(story).toMatch(/2\. .*notify[\s\S]*6 changes named a resource/);
    expect(story).toMatch(
      /3\. \d+\.\d s after the last write a new result is stored[\s\S]*before the draw: no number/,
    );
    expect(story).toMatch(/4\. [\s\S]*the result was there already/);
    expect(story).toMatch(/5\. [\s\S]*RiskAssessment\/rc-\S+, as of [\s\S]*within 12 months +\d+\.\d\d%/);
    const [before, after] = answers.filter(({ patientId }) => patientId === 'demo-too-old-15-months');
    expect(before?.body.cards[0].summary).not.toMatch(/\d ?%/);
    expect(after?.body.cards[0].summary).toMatch(/\d ?%/);
    expect(after?.body.cards[0].detail).toMatch(/cell-free DNA \| used \| .*\(0 days ago\)/);
    expect(after?.body.cards[0].detail).toMatch(/12-month risk on .*percentage points/);
  });

  it('shows what a sweep came to, and what was written back, by the count of the FHIR server', () => {
    const { out } = english;
    expect(out).toMatch(
      /nightly sweep, run now[\s\S]*3 patients, done in[\s\S]*3 assessed, the result is stored/,
    );
    for (const id of ['demo-low-3-months', 'demo-intermediate-7-months', 'demo-high-10-months'])
      expect(out).toMatch(new RegExp(`\\(${id}\\)[^=]*?1 card, .*the result was there already`));
    const [, risks, provenances, reports] =
      /(\d+) RiskAssessment, (\d+) Provenance, (\d+) DiagnosticReport, 1 Device, \d+ AuditEvent/.exec(out) ??
      [];
    expect(Number(risks)).toBeGreaterThanOrEqual(13);
    expect([provenances, reports]).toEqual([risks, risks]);
    expect(out).toMatch(
      /Provenance\/rc-\S+, \d\d entities, .*agent:\s+recurrence-risk .*sha256:[0-9a-f]{64}/,
    );
  });

  it('in Chinese too: names the evidence of every criterion, explains who is out of scope when asked', async () => {
    const chinese = await runCli(['demo', '--once', '--explain-out-of-scope', '--language', 'zh-CN']);
    expect(chinese.out).toMatch(/demo-no-lung-cancer[\s\S]*\[info\] .*肺癌/);
    for (const { out } of [english, chinese]) {
      const patients = out.split('='.repeat(100)).filter((part) => part.includes('(~ = demo-'));
      expect(patients).toHaveLength(17);
      // Surgery, stage, histology and samples are in every chart of the study's patients.
      for (const part of patients.slice(0, 14))
        for (const kind of ['Procedure/~', 'Observation/~', 'Condition/~', 'Specimen/~'])
          expect(part).toContain(kind);
      expect(out.split('\n').filter((line) => widthOf(line) > 100 && !line.includes('http'))).toEqual([]);
    }
  });

  it('validates what is written against the profile it claims', async () => {
    const port = await freePort();
    const demo = startCli(['demo', '--port', String(port)]);
    try {
      const [, fhir = ''] = await demo.noted(/(http:\S+\/fhir)\/metadata/);
      const found = (await (await fetch(`${fhir}/RiskAssessment?_count=1`)).json()) as any;
      const risk = found.entry[0].resource;
      const put = (resource: any) =>
        fetch(`${fhir}/RiskAssessment/${risk.id}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/fhir+json' },
          body: JSON.stringify(resource),
        });
      const { method, ...withoutMethod } = risk;
      expect(method).toBeDefined();
      expect((await put(withoutMethod)).status).toBe(422);
      expect((await put(risk)).status).toBe(200);
      const { text } = await fetch(`http://127.0.0.1:${String(port)}/patients/demo-too-old-15-months`).then(
        async (answer) => ({ text: await answer.text() }),
      );
      expect(text).toMatch(/Since then:[\s\S]*id="criteria"[\s\S]*id="written"[\s\S]*RiskAssessment\/rc-/);
    } finally {
      await demo.stop();
    }
  });
});

describeWith('redis-server', 'demo --once with Redis', () => {
  it('does the same, and leaves no key behind', async () => {
    // One of its own: on the one that all files share other demos run too.
    const server = await startRedis();
    try {
      const { code, out } = await runCli(['demo', '--once'], { REDIS_URL: server.address });
      expect(code).toBe(0);
      expect(out).toMatch(/3 assessed, the result is stored/);
      expect(out).toMatch(/1[56] RiskAssessment/);
      expect(out).toMatch(/a new result is stored/);
      const redis = connectRedis(server.address, 2000);
      await once(redis, 'ready');
      expect(await redis.keys('*')).toEqual([]);
      redis.disconnect();
    } finally {
      await server.stop();
    }
  }, 90_000);
});

describe('simulate, train, extract', () => {
  const committed = path.join(PACKAGE_ROOT, 'models');
  const cohort = path.join(folder, 'cohort');
  const out = path.join(folder, 'models');
  const digests = (directory: string) =>
    listModels(directory).map(({ id, version }) => [id, readModel(directory, id, version).manifest.sha256]);

  /** Scores of made-up features and risks of made-up scores, through the inference that serves. */
  const predictions = async (directory: string): Promise<number[]> => {
    const models = await loadModels(directory, 'recurrence-risk');
    const random = createRandom(1);
    const numbers: number[] = [];
    for (let patient = 0; patient < 20; patient++) {
      for (const { modality } of models.layer.modalities) {
        const names = featureNamesOf(models.scoreManifest(modality));
        const vector = Object.fromEntries(names.map((name) => [name, random.normal() * 2]));
        numbers.push((await models.score(modality, vector)).score);
      }
      for (const subset of Object.keys(models.layer.subsets)) {
        const scores = Float32Array.from(models.layer.modalities, () => random.normal());
        const { risk, interval } = await models.risk(subset, scores, 1 + 25 * random.uniform());
        numbers.push(...risk, ...interval);
      }
    }
    await models.close();
    return numbers;
  };

  it('the models in models/ are what these commands make', async () => {
    expect(
      (await runCli(['simulate', '--no-images', '--patients', '300', '--seed', '7', '--out', cohort])).code,
    ).toBe(0);
    const trained = await runCli(['train', '--cohort', cohort, '--seed', '7', '--out', out]);
    expect(trained.code).toBe(0);
    expect(trained.out).toMatch(/fused risk +0\.\d{3}/);
    expect(trained.out).toMatch(/oracle \(true hazard\) +0\.\d{3}/);
    expect(digests(out)).toHaveLength(3);
    // The same bytes on the same kind of machine; elsewhere predictions to 1e-5.
    if (JSON.stringify(digests(out)) === JSON.stringify(digests(committed))) return;
    const [made, kept] = [await predictions(out), await predictions(committed)];
    expect(made).toHaveLength(kept.length);
    made.forEach((number, at) => {
      expect(Math.abs(number - kept[at]!)).toBeLessThan(1e-5);
    });
  }, 240_000);

  it('extract shows what the models would be given', async () => {
    const { code, out: text } = await runCli([
      'extract',
      ...['--cohort', cohort, '--patient', 'sim-0001', '--landmark', '2023-06-01'],
    ]);
    expect(code).toBe(0);
    const { modalities, eligibility } = JSON.parse(text);
    expect(eligibility.eligible).toBe(true);
    expect(Object.keys(modalities)).toEqual(['metabolomics', 'radiomics', 'cfdna']);
    expect(Object.keys(modalities.metabolomics.features)).toHaveLength(300);
  });

  it.each([
    [['--landmark', '2026-02-31'], /--landmark must be a date/],
    [['--time-zone', 'Nowhere'], /--time-zone must be an IANA name/],
    [['--patient', 'nobody'], /FHIR_PATIENT_UNKNOWN/],
  ])('extract %j says what is wrong', async (args, text) => {
    const { err, code } = await runCli(['extract', '--cohort', cohort, '--patient', 'sim-0001', ...args]);
    expect([code, text.test(err)]).toEqual([expect.toBeOneOf([1, 2]), true]);
  });
});
