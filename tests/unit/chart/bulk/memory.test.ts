import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { exportCohort } from '../../../../src/chart/index.ts';
import { bulkClient, instantPacing } from '../../support/bulk-client.ts';
import { manifestOf } from './scripted-export.ts';

const MEGABYTE = 1024 * 1024;
const FILES = 4;
/** Together 200 MB, four files at a time. */
const BYTES = (200 * MEGABYTE) / FILES;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use, garbage excepted. */
const live = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** So many bytes of resources of about 1 kB, no faster than they are taken. */
const sendMany = async (response: ServerResponse): Promise<void> => {
  const note = 'x'.repeat(1000);
  for (let sent = 0, id = 0; sent < BYTES;) {
    let block = '';
    for (let row = 0; row < 60; row++)
      block += `${JSON.stringify({ resourceType: 'Patient', id: String(id++), note })}\n`;
    sent += block.length;
    if (!response.write(block)) await once(response, 'drain');
  }
  response.end();
};

it('200 MB pass through memory, they do not stay there', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'bulk-memory-'));
  const server = createServer((request, response) => {
    const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    if (request.method === 'DELETE') response.end();
    else if (request.url?.includes('$export') === true)
      response.writeHead(202, { 'content-location': `${base}/job` }).end();
    else if (request.url === '/job') {
      const output = Array.from({ length: FILES }, (_, index) => ({
        type: 'Patient',
        url: `${base}/file-${String(index)}`,
      }));
      response.end(JSON.stringify(manifestOf(output, { requiresAccessToken: false })));
    } else void sendMany(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const [rssBefore, liveBefore] = [process.memoryUsage.rss(), live()];
  let [rss, alive] = [rssBefore, liveBefore];
  const watchRss = setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 20);
  const watchLive = setInterval(() => (alive = Math.max(alive, live())), 200);
  const { output } = await exportCohort({
    client: bulkClient(`http://127.0.0.1:${String(port)}`),
    scope: { level: 'patient' },
    types: ['Patient'],
    directory: path.join(directory, 'cohort'),
    concurrency: FILES,
    signal: new AbortController().signal,
    report: () => undefined,
    pacing: instantPacing(),
  });
  clearInterval(watchRss);
  clearInterval(watchLive);
  server.close();
  await rm(directory, { recursive: true });

  expect(output.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThanOrEqual(200 * MEGABYTE);
  // What is in use: a few lines, blocks and buffers a file.
  expect((alive - liveBefore) / MEGABYTE).toBeLessThan(64);
  // With the garbage in between; held whole, it would be the 200 MB and their strings.
  expect((rss - rssBefore) / MEGABYTE).toBeLessThan(200);
}, 60_000);
