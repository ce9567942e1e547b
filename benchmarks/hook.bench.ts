import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findOnPath } from '../tests/setup/programs.ts';
import { startRedis } from '../tests/setup/redis.ts';
import type { Benchmark, Figure } from './lib/benchmark.ts';
import { createClient, type BenchClient, type ClientAlgorithm } from './lib/client-tokens.ts';
import { HOOK_PATH, hookBody } from './lib/hook-body.ts';
import { median } from './lib/measure.ts';
import { startMeasuredServer, type Load, type MeasuredServer } from './lib/measured-server.ts';

const REQUESTS = 1000;
const CPU_LIMIT_MS = 2.5;
const P99_LIMIT_MS = 60;

type Server = 'ours' | 'peer' | 'redis';

/** One load: who is asked, by how many, and how the client signs. */
interface Setting {
  readonly server: Server;
  readonly algorithm: ClientAlgorithm;
  readonly connections: number;
}

const NAMES: Readonly<Record<Server, string>> = {
  ours: 'recurrence-cds',
  redis: 'recurrence-cds on Redis',
  peer: 'express and jose',
};

/** ES384 is the dearer of the two to verify: its figures are the ones that are judged, and RS384's the same way. */
const JUDGED = 'ES384';
const ALGORITHMS: readonly ClientAlgorithm[] = ['ES384', 'RS384'];
const CONNECTIONS = 16;

const settingsOf = (server: Server): readonly Setting[] => [
  { server, algorithm: JUDGED, connections: 1 },
  ...ALGORITHMS.map((algorithm) => ({ server, algorithm, connections: CONNECTIONS })),
];

const nameOf = ({ server, algorithm, connections }: Setting): string =>
  `${NAMES[server].padEnd(23)} ${algorithm} ${String(connections).padStart(2)} connections`;

const row = (setting: string, loads: readonly Load[]): string => {
  const middle = (of: (load: Load) => number): number => median(loads.map(of));
  return [
    `  ${setting}`,
    `${middle((load) => load.cpuMillisecondsPerRequest).toFixed(3)} ms CPU`,
    `${middle((load) => load.requestsPerSecond)
      .toFixed(0)
      .padStart(5)} requests/s`,
    `p50 ${middle((load) => load.p50Milliseconds).toFixed(0)} ms`,
    `p99 ${middle((load) => load.p99Milliseconds).toFixed(0)} ms`,
  ].join('  ');
};

const figuresOf = (setting: Setting, loads: readonly Load[]): readonly Figure[] => [
  {
    what: `CPU a request, ${nameOf(setting)}`,
    value: median(loads.map((load) => load.cpuMillisecondsPerRequest)),
    unit: 'ms',
    limit: CPU_LIMIT_MS,
  },
  {
    what: `p99, ${nameOf(setting)}`,
    value: median(loads.map((load) => load.p99Milliseconds)),
    unit: 'ms',
    limit: P99_LIMIT_MS,
  },
];

/** Answers must be what they claim to be, or the figure measures something else. */
const requireRisk = (answer: unknown): void => {
  const summary = (answer as { cards?: { summary?: string }[] }).cards?.[0]?.summary ?? '';
  if (!/\d ?%/.test(summary)) throw new Error(`not a risk card: ${summary}`);
};

const createClients = async (): Promise<ReadonlyMap<ClientAlgorithm, BenchClient>> =>
  new Map(await Promise.all(ALGORITHMS.map(async (each) => [each, await createClient(each)] as const)));

/** Signing is dearer than verifying: done before, and not by the process that is measured. */
const tokensOf = (client: BenchClient | undefined, count: number): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: count }, async () => (await client?.token(HOOK_PATH)) ?? ''));

async function startServers(jwksFile: string) {
  const redis = findOnPath('redis-server') === undefined ? undefined : await startRedis();
  const servers = new Map<Server, MeasuredServer>([
    ['ours', await startMeasuredServer('ours', jwksFile)],
    ['peer', await startMeasuredServer('peer', jwksFile)],
  ]);
  if (redis !== undefined) servers.set('redis', await startMeasuredServer('ours', jwksFile, redis.address));
  const stop = async (): Promise<void> => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
    await redis?.stop();
  };
  return { servers, stop };
}

/**
 * A hook request with a fresh stored result (the client's JWT verified and recorded, chart parsed from prefetch,
 * eligibility judged, fingerprint, store, policy, card), against an express endpoint that parses the same body,
 * verifies the same JWT and does nothing else. Each server runs in a process of its own; the figure is that process's
 * CPU time, all its threads.
 */
export const benchmark: Benchmark = {
  name: 'hook',
  question:
    'What does a hook request with a fresh stored result cost, beside verifying its JWT, parsing its body and nothing else?',
  unit: 'ms CPU/request',
  limit: 2.5,
  rounds: 5,
  peer: { name: 'express.json(), jose and an empty answer', find: () => 'express' },
  setup: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-bench-'));
    const jwksFile = path.join(folder, 'jwks.json');
    const clients = await createClients();
    writeFileSync(jwksFile, JSON.stringify({ keys: [...clients.values()].flatMap(({ jwks }) => jwks.keys) }));
    const body = await hookBody();
    console.log(`body: ${(body.length / 1024).toFixed(1)} KB, ${String(REQUESTS)} requests a load`);
    const { servers, stop } = await startServers(jwksFile);
    const loads = new Map<string, Load[]>();
    const checkAnswers = async (): Promise<void> => {
      for (const [name, server] of servers) {
        const [token = ''] = await tokensOf(clients.get(JUDGED), 1);
        const answer = await server.ask(body, token);
        if (name !== 'peer') requireRisk(answer);
      }
    };
    await checkAnswers();
    const round = async (name: Server): Promise<number> => {
      const server = servers.get(name);
      if (server === undefined) return Number.NaN;
      let judged = Number.NaN;
      for (const setting of settingsOf(name)) {
        const tokens = await tokensOf(clients.get(setting.algorithm), REQUESTS);
        const load = await server.load(body, tokens, setting.connections);
        loads.set(nameOf(setting), [...(loads.get(nameOf(setting)) ?? []), load]);
        if (setting.algorithm === JUDGED && setting.connections === CONNECTIONS)
          judged = load.cpuMillisecondsPerRequest;
      }
      return judged;
    };
    return {
      ours: async () => {
        const figure = await round('ours');
        await round('redis');
        return figure;
      },
      peer: () => round('peer'),
      figures: () =>
        settingsOf('ours')
          .filter(({ connections }) => connections === CONNECTIONS)
          .flatMap((setting) => figuresOf(setting, loads.get(nameOf(setting)) ?? [])),
      teardown: async () => {
        await checkAnswers();
        for (const [setting, all] of loads) console.log(row(setting, all));
        await stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
