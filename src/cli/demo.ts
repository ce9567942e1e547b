import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { startService, startWorker, type Service } from '../app/index.ts';
import { isReady } from '../assessment/index.ts';
import { CHART_QUERY_KEYS, parseChart } from '../chart/index.ts';
import { createDemoEhr, createFhirServer } from '../demo/index.ts';
import { addDays, CdsError } from '../domain/index.ts';
import {
  calendarDate,
  createLog,
  listen,
  LOOPBACK,
  parseConfig,
  systemClock,
  type Config,
  type Listening,
} from '../platform/index.ts';
import { simulateDemoPatients, type DemoCase } from '../simulation/index.ts';
import { wholeNumber, type CliContext } from './context.ts';
import { callHook, printAnswer, type HookAnswer } from './demo-calls.ts';
import { bringNewData, NEW_DATA_STORY, printNewData, subscribeDemo } from './demo-new-data.ts';

interface DemoOptions {
  readonly port: number;
  readonly once?: true;
  readonly json?: string;
  readonly language: 'en' | 'zh-CN';
  readonly explainOutOfScope?: true;
}

const SERVICE_ID = 'recurrence-risk-patient-view';
/** The visit before this one: what "changed since" is told against. */
const PREVIOUS_VISIT_DAYS = 91;
const TIME_ZONE = 'UTC';

const demoConfig = (fhirBaseUrl: string, options: DemoOptions, redisUrl: string | undefined): Config =>
  parseConfig({
    environment: 'demo',
    http: { port: options.once === true ? 0 : options.port + 1 },
    hook: { explainOutOfScope: options.explainOutOfScope === true, language: options.language },
    tenants: [
      {
        id: 'demo',
        fhirBaseUrl,
        timeZone: TIME_ZONE,
        subscriptions: { secret: randomBytes(32).toString('base64url'), quietMs: 500 },
        // A schedule would stay in Redis when the demo is over.
        sweep: { enabled: false },
      },
    ],
    // A prefix of its own: a demo meets neither another demo's results nor a real site's.
    queue: {
      prefix: `recurrence-demo-${randomUUID().slice(0, 8)}`,
      ...(redisUrl !== undefined && { redisUrl }),
    },
    store: { key: randomBytes(32).toString('base64'), ttlDays: 1 },
    log: { level: 'warn' },
  });

/** Assesses each patient as of the visit before, so that today's card can say what changed. */
const rememberPreviousVisits = async (
  { core }: Service,
  today: string,
  cases: readonly DemoCase[],
): Promise<void> => {
  const [site] = core.sites.values();
  if (site === undefined) return;
  const { tenant, source } = site;
  const { fhirBaseUrl } = tenant;
  const { signal } = new AbortController();
  for (const { id } of cases) {
    const chart = parseChart(await source.read(id, CHART_QUERY_KEYS, signal), TIME_ZONE, CHART_QUERY_KEYS);
    const plan = core.assessor.plan(
      { tenant: tenant.id, fhirBaseUrl },
      chart,
      addDays(today, -PREVIOUS_VISIT_DAYS),
      {
        retrospective: true,
      },
    );
    if (isReady(plan) && plan.assessable.scoreFingerprints.size > 0)
      await core.assessor.complete(plan, chart, signal);
  }
};

/** @throws {CdsError} STORE_UNAVAILABLE: of what the service needs, only Redis is not the demo's own */
const requireReady = async (url: string): Promise<void> => {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new CdsError('STORE_UNAVAILABLE');
};

interface Running {
  readonly ehr: Listening;
  readonly fhirBaseUrl: string;
  readonly service: Service;
  readonly cases: readonly DemoCase[];
  readonly today: string;
  close(): Promise<void>;
}

const start = async (options: DemoOptions, { env, note }: CliContext): Promise<Running> => {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.reverse()) await each();
  };
  try {
    const today = calendarDate(systemClock.now(), TIME_ZONE);
    const cases = simulateDemoPatients(today);
    const port = (offset: number): number => (options.once === true ? 0 : options.port + offset);
    const fhirServer = createFhirServer();
    await fhirServer.load(cases.flatMap((each) => each.resources));
    const fhir = await listen(fhirServer.app, LOOPBACK, port(2));
    closers.push(fhir.close, fhirServer.close);
    const fhirBaseUrl = `${fhir.url}/fhir`;
    note(`FHIR server up, ${String(cases.length)} simulated patients`);

    const redisUrl = env['REDIS_URL'] === '' ? undefined : env['REDIS_URL'];
    const config = demoConfig(fhirBaseUrl, options, redisUrl);
    const runtime = { config, clock: systemClock, log: createLog(config.log.level) };
    const service = await startService(runtime);
    closers.push(service.close);
    await requireReady(service.url);
    if (redisUrl !== undefined) closers.push((await startWorker(runtime)).close);
    note(
      `service up, ${redisUrl === undefined ? 'queue and worker in this process' : 'queue and worker on Redis'}`,
    );
    await rememberPreviousVisits(service, today, cases);
    note(`${String(await subscribeDemo(service))} Subscriptions active: the FHIR server tells of new data`);

    const page = createDemoEhr({
      patients: cases,
      serviceUrl: service.url,
      fhirUrl: fhirBaseUrl,
      serviceId: SERVICE_ID,
    });
    const ehr = await listen(page, LOOPBACK, port(0));
    closers.push(ehr.close);
    return { ehr, fhirBaseUrl, service, cases, today, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Opens a patient's chart. */
const showCard = async (
  running: Running,
  each: DemoCase,
  { language }: DemoOptions,
  out: CliContext['out'],
): Promise<HookAnswer> => {
  const answer = await callHook({
    serviceUrl: `${running.service.url}/cds-services/${SERVICE_ID}`,
    fhirServer: running.fhirBaseUrl,
    patientId: each.id,
    language,
  });
  out(printAnswer({ name: each.name, story: each.story[language === 'en' ? 'en' : 'zh'] }, answer));
  return answer;
};

const showCards = async (
  running: Running,
  options: DemoOptions,
  out: CliContext['out'],
): Promise<HookAnswer[]> => {
  const answers: HookAnswer[] = [];
  for (const each of running.cases) answers.push(await showCard(running, each, options, out));
  return answers;
};

const showNewData = async (
  running: Running,
  options: DemoOptions,
  out: CliContext['out'],
): Promise<HookAnswer[]> => {
  const brought = await bringNewData(running.service, running.today);
  out(printNewData(brought));
  const told = running.cases
    .filter(({ id }) => id === brought.patientId)
    .map((each) => ({ ...each, story: NEW_DATA_STORY }));
  return Promise.all(told.map((each) => showCard(running, each, options, out)));
};

const runDemo = async (options: DemoOptions, context: CliContext): Promise<void> => {
  const running = await start(options, context);
  try {
    const answers = await showCards(running, options, context.out);
    answers.push(...(await showNewData(running, options, context.out)));
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(answers, null, 2)}\n`);
    if (options.once === true) return;
    context.note(`
Open  ${running.ehr.url}/   the demo EHR: patients and their cards
      ${running.service.url}/cds-services   the CDS Hooks discovery
      ${running.fhirBaseUrl}/metadata   the FHIR server
Stop with Ctrl-C.`);
    await context.stopped;
  } finally {
    await running.close();
  }
};

export const addDemo = (program: Command, context: CliContext): void => {
  program
    .command('demo')
    .description(
      'run everything on this machine: FHIR server, service, worker, a demo EHR; call the hook for each patient',
    )
    .option(
      '--port <number>',
      'the demo EHR; the service takes the next port, FHIR the one after',
      wholeNumber('--port', 1),
      8080,
    )
    .option('--once', 'end after printing the cards; free ports')
    .option('--json <file>', 'keep the raw answers in a file')
    .option('--language <tag>', 'en or zh-CN', (tag) => (tag.startsWith('zh') ? 'zh-CN' : 'en'), 'en')
    .option('--explain-out-of-scope', 'a card with the reasons where the service otherwise stays silent')
    .action((options: DemoOptions) => runDemo(options, context));
};
