/**
 * The FHIR server that `chart.bench.ts` reads from, in a process of its own: search, POST _search and pages of up to
 * 1,000, each answer made beforehand and held back by a latency. No database, no checks: what it costs is the wire.
 *
 * Tells its address over IPC; takes `{ latencyMs }` (a new round) and answers with what the last round took.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chartQueries, type ChartQueryKey } from '../../src/chart/index.ts';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { loadTerminology } from '../../src/terminology/index.ts';
import { largeChart } from './large-chart.ts';

const MAX_COUNT = 1000;
const RESOURCES = Number(process.argv[2]);

const queries = chartQueries(loadTerminology([path.join(PACKAGE_ROOT, 'fhir-profiles')]));
const chart = largeChart(queries, RESOURCES);
/** A search as `Type|codes`: what tells the queries apart. */
const keys = new Map<string, ChartQueryKey>(
  queries.map((query) => [
    `${query.resourceType}|${query.parameters.find(([name]) => name === 'code')?.[1] ?? ''}`,
    query.key,
  ]),
);

let latencyMs = 0;
let requests = 0;
/** The longest chain of requests each of which came after the one before it was answered. */
let depth = 0;

let base = '';
const pages = new Map<string, Buffer>();
const page = (key: ChartQueryKey, offset: number, count: number): Buffer => {
  const name = `${key} ${String(offset)} ${String(count)}`;
  const made = pages.get(name);
  if (made !== undefined) return made;
  const all = chart[key];
  const next = `${base}/page?key=${key}&offset=${String(offset + count)}&_count=${String(count)}`;
  const bundle = {
    resourceType: 'Bundle',
    type: 'searchset',
    total: all.length,
    link: offset + count < all.length ? [{ relation: 'next', url: next }] : [],
    entry: all.slice(offset, offset + count).map((resource) => ({
      fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
      resource,
      search: { mode: 'match' },
    })),
  };
  const written = Buffer.from(JSON.stringify(bundle));
  pages.set(name, written);
  return written;
};

const answerTo = (url: URL, form: string): Buffer | undefined => {
  const [, , type = '', id] = url.pathname.split('/');
  const parameters = form === '' ? url.searchParams : new URLSearchParams(form);
  const count = Math.min(MAX_COUNT, Number(parameters.get('_count') ?? 50));
  if (type === 'page')
    return page(parameters.get('key') as ChartQueryKey, Number(parameters.get('offset')), count);
  if (type === 'Patient') return id === undefined ? undefined : Buffer.from(JSON.stringify(chart.patient[0]));
  const key = keys.get(`${type}|${parameters.get('code') ?? ''}`);
  return key === undefined ? undefined : page(key, 0, count);
};

const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const own = depth + 1;
  requests++;
  const form = request.method === 'POST' ? await text(request) : '';
  const body = answerTo(new URL(request.url ?? '/', base), form);
  const answer = (): void => {
    depth = Math.max(depth, own);
    response
      .writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/fhir+json' })
      .end(body ?? '{}');
  };
  if (latencyMs === 0) answer();
  else setTimeout(answer, latencyMs);
};

const server = createServer((request, response) => void handle(request, response));
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/fhir`;
  process.send?.({ baseUrl: base });
});
process.on('message', (message: { latencyMs: number }) => {
  process.send?.({ requests, depth });
  [latencyMs, requests, depth] = [message.latencyMs, 0, 0];
});
process.on('disconnect', () => process.exit());
