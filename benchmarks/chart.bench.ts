/**
 * A chart of 2,000 resources from a FHIR server that takes 50 ms for each request: our whole reading (nine queries, a
 * limit, retries at the ready, pages, identity checks) and its parsing into facts, against a bare loop over the
 * longest chain of pages, which nobody can be faster than.
 *
 * Fails too when the reading is more than four round trips deep, or when the heap grows over 1,000 charts.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  CHART_QUERY_KEYS,
  chartQueries,
  createFhirClient,
  createFhirSource,
  parseChart,
  staticToken,
  type ChartSource,
} from '../src/chart/index.ts';
import { PACKAGE_ROOT } from '../src/platform/index.ts';
import { loadTerminology } from '../src/terminology/index.ts';
import type { Benchmark } from './lib/benchmark.ts';
import { LARGE_CHART_PATIENT } from './lib/large-chart.ts';

const RESOURCES = 2000;
const LATENCY_MS = 50;
const MAX_DEPTH = 4;
const CHARTS = 1000;
/** After so many charts caches are full and code is compiled: from here on the heap must not grow. */
const WARM_CHARTS = 100;
const MAX_GROWTH_MB = 8;

const MB = 1024 * 1024;
const queries = chartQueries(loadTerminology([path.join(PACKAGE_ROOT, 'fhir-profiles')]));

interface Round {
  readonly requests: number;
  readonly depth: number;
}

const reply = async <T>(child: ChildProcess): Promise<T> => ((await once(child, 'message')) as [T])[0];

/** Begins a round at the server; what the round before it took. */
const nextRound = async (child: ChildProcess, latencyMs: number): Promise<Round> => {
  const answer = reply<Round>(child);
  child.send({ latencyMs });
  return answer;
};

const readChart = async (source: ChartSource): Promise<void> => {
  const sets = await source.read(LARGE_CHART_PATIENT, CHART_QUERY_KEYS, AbortSignal.any([]));
  const chart = parseChart(sets, 'Europe/Berlin', CHART_QUERY_KEYS);
  const { conditions, procedures, medications, observations, reports } = chart;
  const facts = 1 + [conditions, procedures, medications, observations, reports].flat().length;
  // An answer that is not the whole chart would be fast for the wrong reason.
  if (facts !== RESOURCES || chart.unread.size > 0) throw new Error(`${String(facts)} facts were read`);
};

/** The pages of the longest query, one after the other, parsed as JSON and no further. */
const readLongestChain = async (baseUrl: string): Promise<void> => {
  const query = queries.find(({ key }) => key === 'metabolomics');
  const codes = query?.parameters.find(([name]) => name === 'code')?.[1] ?? '';
  const body = new URLSearchParams({ patient: LARGE_CHART_PATIENT, code: codes, _count: '1000' });
  let response = await fetch(`${baseUrl}/Observation/_search`, { method: 'POST', body });
  for (;;) {
    const { link } = (await response.json()) as { link: { url: string }[] };
    const next = link[0]?.url;
    if (next === undefined) return;
    response = await fetch(next);
  }
};

const timed = async (work: () => Promise<void>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};

/** The heap's growth from the warm state to the last chart, MB. */
const heapGrowth = async (source: ChartSource): Promise<number> => {
  const collect = collector();
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed / MB;
  };
  let warm = 0;
  for (let charts = 1; charts <= CHARTS; charts++) {
    await readChart(source);
    if (charts === WARM_CHARTS) warm = heap();
  }
  const end = heap();
  const rss = process.memoryUsage.rss() / MB;
  console.log(
    `heap after ${String(WARM_CHARTS)} charts ${warm.toFixed(1)} MB, after ${String(CHARTS)} ${end.toFixed(1)} MB ` +
      `(limit +${String(MAX_GROWTH_MB)}); RSS ${rss.toFixed(0)} MB`,
  );
  return end - warm;
};

export const benchmark: Benchmark = {
  name: 'chart',
  question:
    'How long does it take to read and parse a chart of 2,000 resources at 50 ms a request, beside its longest chain of pages?',
  unit: 'ms',
  limit: 1.3,
  peer: { name: 'fetch of the longest chain', find: () => 'fetch' },
  setup: async () => {
    const child = fork(path.join(import.meta.dirname, 'lib/chart-server.ts'), [String(RESOURCES)]);
    const { baseUrl } = await reply<{ baseUrl: string }>(child);
    const client = createFhirClient({
      baseUrl,
      tokens: staticToken(),
      concurrency: 16,
      retries: 3,
      maxPages: 50,
    });
    const source = createFhirSource({ client, queries, timeoutMs: 10_000 });
    const rounds: Round[] = [];
    return {
      ours: async () => {
        await nextRound(child, LATENCY_MS);
        const took = await timed(() => readChart(source));
        rounds.push(await nextRound(child, LATENCY_MS));
        return took;
      },
      peer: () => timed(() => readLongestChain(baseUrl)),
      teardown: async () => {
        try {
          const deepest = Math.max(...rounds.map(({ depth }) => depth));
          console.log(`${String(rounds[0]?.requests)} requests, ${String(deepest)} round trips deep`);
          if (deepest > MAX_DEPTH)
            throw new Error(`more than ${String(MAX_DEPTH)} round trips deep: ${String(deepest)}`);
          await nextRound(child, 0);
          const growth = await heapGrowth(source);
          if (growth > MAX_GROWTH_MB) throw new Error(`the heap grew by ${growth.toFixed(1)} MB`);
        } finally {
          const exited = once(child, 'exit');
          child.disconnect();
          await exited;
        }
      },
    };
  },
};
