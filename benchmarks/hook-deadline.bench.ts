import { startService } from '../src/app/index.ts';
import { createLog, parseConfig, systemClock } from '../src/platform/index.ts';
import { findOnPath } from '../tests/setup/programs.ts';
import type { Benchmark } from './lib/benchmark.ts';
import { demoPrefetch, HOOK_PATH, patientViewBody, type Prefetch } from './lib/hook-body.ts';
import { startHookSite, type FhirHang, type HookSite } from './lib/hook-site.ts';
import { askAll, type Answered } from './lib/timed-requests.ts';

const REQUESTS = 200;
const CONNECTIONS = 16;
/** hook.deadlineMs where the site says nothing. */
const DEADLINE_MS = 450;
/** On the way, in the queue of the process that is asked, and for the card. */
const ALLOWANCE_MS = 50;

const PENDING = /^Recurrence risk is being computed/;
const NO_SERVER = /^Recurrence risk is not available now: the record server did not answer/;
const NO_STORE = /^Recurrence risk is not available now: the queue or result store is down/;
/** Both hang: the card names the one that was waited for last. */
const EITHER = new RegExp(`${NO_SERVER.source}|${NO_STORE.source}`);

/** Of the demo patients with a risk, what their EHR prefetches. */
type Patients = ReadonlyMap<string, Prefetch>;

interface Scenario {
  readonly name: string;
  readonly fhir: FhirHang;
  readonly worker?: true;
  readonly hangs?: 'redis' | 'worker';
  /** What is sent of what the EHR could prefetch. */
  readonly sent: (prefetch: Prefetch) => Prefetch | undefined;
  /** The server is offered for the rest. */
  readonly callback?: true;
  readonly expected: RegExp;
}

const everything = (prefetch: Prefetch): Prefetch => prefetch;
const nothing = (): undefined => undefined;
/** Enough to judge eligibility: the rest is asked for, and the store when that has failed. */
const withoutSamples = (prefetch: Prefetch): Prefetch =>
  Object.fromEntries(Object.entries(prefetch).filter(([key]) => key !== 'metabolomics'));

const SCENARIOS: readonly Scenario[] = [
  ...(['silent', 'stalled', 'trickling'] as const).map((fhir): Scenario => ({
    ...{ name: `FHIR server ${fhir}`, fhir, sent: nothing, callback: true, expected: NO_SERVER },
  })),
  { name: 'Redis hung', fhir: 'silent', hangs: 'redis', sent: everything, expected: NO_STORE },
  {
    ...{ name: 'FHIR server silent, then Redis hung', fhir: 'silent', hangs: 'redis' },
    ...{ sent: withoutSamples, callback: true, expected: EITHER },
  },
  { name: 'no worker', fhir: 'silent', sent: everything, expected: PENDING },
  { name: 'worker hung', fhir: 'silent', worker: true, hangs: 'worker', sent: everything, expected: PENDING },
];

const summaryOf = (text: string): string =>
  (JSON.parse(text) as { cards?: { summary?: string }[] }).cards?.[0]?.summary ?? '';

/** Those whose answer hangs on the parts that hang: for the others the chart alone says that there is no risk. */
async function patientsWithRisk(): Promise<Patients> {
  const all = await demoPrefetch();
  const config = parseConfig({
    environment: 'test',
    http: { port: 0 },
    hook: { deadlineMs: 5000 },
    tenants: [{ id: 'bench', fhirBaseUrl: 'http://127.0.0.1:9/fhir', backgroundAccess: false }],
  });
  const service = await startService({ config, clock: systemClock, log: createLog('error') });
  try {
    const found = new Map<string, Prefetch>();
    for (const [id, prefetch] of all) {
      const asking = { body: patientViewBody(id, { prefetch }) };
      const url = service.url + HOOK_PATH;
      const [answer] = await askAll(url, [asking], 1);
      if (/\d ?%/.test(summaryOf(answer?.text ?? '{}'))) found.set(id, prefetch);
    }
    return found;
  } finally {
    await service.close();
  }
}

const askedOf = async (site: HookSite, scenario: Scenario, patients: Patients, count: number) => {
  const inTurn = [...patients];
  const { callback, sent } = scenario;
  const bodies = inTurn.map(([id, all]) => {
    const prefetch = sent(all);
    return patientViewBody(id, {
      ...(callback === true && { fhirServer: site.fhirBaseUrl }),
      ...(prefetch !== undefined && { prefetch }),
    });
  });
  const asking = async (_: unknown, index: number) => ({
    body: bodies[index % bodies.length] ?? '',
    token: await site.token(),
  });
  return Promise.all(Array.from({ length: count }, asking));
};

const requireExpected = ({ name, expected }: Scenario, answers: readonly Answered[], count: number): void => {
  if (answers.length !== count)
    throw new Error(`${name}: ${String(answers.length)} of ${String(count)} came`);
  for (const { status, text } of answers) {
    if (status !== 200) throw new Error(`${name}: status ${String(status)}`);
    if (!expected.test(summaryOf(text)))
      throw new Error(`${name}: not the expected card: ${summaryOf(text)}`);
  }
};

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

const row = (name: string, answers: readonly Answered[]): string => {
  const sorted = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const [p50, p99, slowest] = [0.5, 0.99, 1].map((share) => `${quantile(sorted, share).toFixed(0)} ms`);
  return `  ${name.padEnd(46)} p50 ${p50 ?? ''}  p99 ${p99 ?? ''}  slowest ${slowest ?? ''}`;
};

const slowestOf = (answers: readonly Answered[]): number =>
  Math.max(...answers.map(({ milliseconds }) => milliseconds));

/**
 * The first requests of a process that has just started, whose code is still to be compiled, are shown and not judged.
 *
 * @returns milliseconds of the slowest of the rest
 */
async function play(scenario: Scenario, patients: Patients): Promise<number> {
  const site = await startHookSite(scenario);
  try {
    const asked = await askedOf(site, scenario, patients, CONNECTIONS + REQUESTS);
    if (scenario.hangs !== undefined) site.hang(scenario.hangs);
    const [first, rest] = [asked.slice(0, CONNECTIONS), asked.slice(CONNECTIONS)];
    const cold = await askAll(site.url, first, CONNECTIONS);
    const warm = await askAll(site.url, rest, CONNECTIONS);
    requireExpected(scenario, [...cold, ...warm], asked.length);
    console.log(row(`${scenario.name}, first ${String(CONNECTIONS)}`, cold));
    console.log(row(`${scenario.name}, next ${String(REQUESTS)}`, warm));
    return slowestOf(warm);
  } finally {
    await site.close();
  }
}

/**
 * Every part behind the hook hung in turn, and FHIR server and Redis together, where their limits add up: each answer
 * must be the right information card, and none later than the deadline and an allowance. Each scenario has processes
 * of its own.
 */
export const benchmark: Benchmark = {
  name: 'hook-deadline',
  question: 'How late is the slowest answer when a part behind the hook hangs, beside the deadline?',
  unit: 'ms',
  limit: (DEADLINE_MS + ALLOWANCE_MS) / DEADLINE_MS,
  rounds: 1,
  warmUp: false,
  peer: {
    name: 'hook.deadlineMs',
    // Redis is what hangs: without one there is nothing to measure.
    find: () => findOnPath('redis-server'),
    aptPackage: 'redis-server',
  },
  setup: async () => {
    const patients = await patientsWithRisk();
    console.log(
      `${String(REQUESTS)} requests at ${String(CONNECTIONS)} connections, ${[...patients.keys()].join(', ')}`,
    );
    return {
      ours: async () => {
        let slowest = 0;
        for (const scenario of SCENARIOS) slowest = Math.max(slowest, await play(scenario, patients));
        return slowest;
      },
      peer: () => Promise.resolve(DEADLINE_MS),
      teardown: () => Promise.resolve(),
    };
  },
};
