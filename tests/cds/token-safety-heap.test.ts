/** The access token is forgotten with its request: it is in no heap snapshot of the process a moment later. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createFhirServer, type Faults } from '../../src/demo/index.ts';
import { listen, LOOPBACK } from '../../src/platform/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { startCli } from '../e2e/processes.ts';
import { post, requestTo, SERVICES, token, type ListedService } from './service-requests.ts';

/** When Node's own pools have let go of what the last answer held. */
const AFTER_MS = 6000;

const snapshotOf = async (pid: number, folder: string): Promise<Buffer> => {
  process.kill(pid, 'SIGUSR2');
  for (let size = -1; ;) {
    const [name] = readdirSync(folder).filter((each) => each.endsWith('.heapsnapshot'));
    const now = name === undefined ? 0 : statSync(path.join(folder, name)).size;
    if (name !== undefined && now > 0 && now === size) return readFileSync(path.join(folder, name));
    size = now;
    await sleep(500);
  }
};

it('the token of a request is gone from memory afterwards; the requests that follow need none', async () => {
  // The FHIR server and the client hold the token too: only the service is looked at.
  const faults: Faults = { mode: 'ok' };
  const fhirServer = createFhirServer({ faults });
  const today = new Date().toISOString().slice(0, 10);
  await fhirServer.load(simulateDemoPatients(today).flatMap((each) => each.resources));
  const fhir = await listen(fhirServer.app, LOOPBACK, 0);
  const fhirServerUrl = `${fhir.url}/fhir`;
  const folder = mkdtempSync(path.join(tmpdir(), 'heap-'));
  const config = path.join(folder, 'config.yaml');
  const settings = {
    environment: 'test',
    http: { port: 0 },
    hook: { deadlineMs: 20_000 },
    tenants: [{ id: 'site', fhirBaseUrl: fhirServerUrl }],
  };
  writeFileSync(config, JSON.stringify(settings));
  const cli = startCli(['serve', '--config', config], {
    NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder}`,
  });
  const secret = `canary${randomBytes(18).toString('hex')}`;
  const inUse = `canary${randomBytes(18).toString('hex')}`;
  try {
    const url = (await cli.noted(/listens on (\S+)/))[1] ?? '';
    const send = (service: ListedService, access_token: string, fhirServerOfIt = fhirServerUrl) =>
      post(url, service, {
        // First in the body: snapshots hold only the beginning of long texts.
        fhirAuthorization: token({ access_token }),
        ...requestTo(service, 'demo-intermediate-7-months', { fhirServer: fhirServerOfIt }),
      });
    for (const service of SERVICES) {
      expect((await send(service, secret)).status).toBe(200);
      expect((await send(service, secret, 'https://elsewhere.example')).status).toBe(400);
    }
    // Connections that stay open are used again, as in any hospital's day.
    for (let count = 0; count < 20; count++)
      for (const service of SERVICES)
        await post(url, service, requestTo(service, 'demo-no-lung-cancer', { fhirServer: fhirServerUrl }));
    await sleep(AFTER_MS);
    // What is looked for can be found: the token of a request that still waits for the FHIR server.
    Object.assign(faults, { mode: 'slow', delayMs: 4000 });
    const waiting = send(SERVICES[0]!, inUse);
    await sleep(1000);
    const snapshot = await snapshotOf(cli.child.pid ?? 0, folder);
    expect(snapshot.length).toBeGreaterThan(1_000_000);
    expect(snapshot.includes(inUse)).toBe(true);
    expect(snapshot.includes(secret)).toBe(false);
    faults.mode = 'ok';
    expect((await waiting).status).toBe(200);
  } finally {
    await cli.stop();
    await fhirServer.close();
    await fhir.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
