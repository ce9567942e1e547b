import type { Benchmark } from './lib/benchmark.ts';
import { hookBody } from './lib/hook-body.ts';
import { startMeasuredServer, type Load, type MeasuredServer } from './lib/measured-server.ts';

const CONNECTIONS = [1, 16] as const;
const SECONDS = 2;

const row = (name: string, connections: number, loads: readonly Load[]): string => {
  const median = (of: (load: Load) => number): number =>
    loads.map(of).sort((a, b) => a - b)[loads.length >> 1] ?? 0;
  return [
    `  ${name.padEnd(22)} ${String(connections).padStart(2)} connections`,
    `${median((load) => load.cpuMillisecondsPerRequest).toFixed(3)} ms CPU`,
    `${median((load) => load.requestsPerSecond)
      .toFixed(0)
      .padStart(5)} requests/s`,
    `p50 ${median((load) => load.p50Milliseconds).toFixed(0)} ms`,
    `p99 ${median((load) => load.p99Milliseconds).toFixed(0)} ms`,
  ].join('  ');
};

/** Answers must be what they claim to be, or the figure measures something else. */
const requireRisk = (answer: unknown): void => {
  const summary = (answer as { cards?: { summary?: string }[] }).cards?.[0]?.summary ?? '';
  if (!/\d ?%/.test(summary)) throw new Error(`not a risk card: ${summary}`);
};

/**
 * A hook request with a fresh stored result (chart parsed from prefetch, eligibility judged, fingerprint, store,
 * policy, card), against an express endpoint that parses the same body and does nothing. Each server runs in a
 * process of its own; the figure is that process's CPU time.
 */
export const benchmark: Benchmark = {
  name: 'hook',
  question:
    'What does a hook request with a fresh stored result cost, beside parsing its body and doing nothing?',
  unit: 'ms CPU/request',
  limit: 5,
  peer: { name: 'express.json() and an empty answer', find: () => 'express' },
  setup: async () => {
    const body = await hookBody();
    console.log(`body: ${(body.length / 1024).toFixed(1)} KB`);
    const servers = { ours: await startMeasuredServer('ours'), peer: await startMeasuredServer('peer') };
    requireRisk(await servers.ours.ask(body));
    const loads = { ours: new Map<number, Load[]>(), peer: new Map<number, Load[]>() };
    const round = async (name: 'ours' | 'peer', server: MeasuredServer): Promise<number> => {
      for (const connections of CONNECTIONS) {
        const all = loads[name].get(connections) ?? [];
        all.push(await server.load(body, connections, SECONDS));
        loads[name].set(connections, all);
      }
      return loads[name].get(16)?.at(-1)?.cpuMillisecondsPerRequest ?? Number.NaN;
    };
    return {
      ours: () => round('ours', servers.ours),
      peer: () => round('peer', servers.peer),
      teardown: async () => {
        requireRisk(await servers.ours.ask(body));
        for (const connections of CONNECTIONS) {
          console.log(row('recurrence-cds', connections, loads.ours.get(connections) ?? []));
          console.log(row('empty express endpoint', connections, loads.peer.get(connections) ?? []));
        }
        await Promise.all([servers.ours.stop(), servers.peer.stop()]);
      },
    };
  },
};
