/** A site of its own for one scenario: `serve`, a FHIR server that hangs, Redis, a worker, each its own process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCli } from '../../tests/e2e/processes.ts';
import { startRedis } from '../../tests/setup/redis.ts';
import { createClient, CLIENT_ISSUER, PUBLIC_BASE_URL } from './client-tokens.ts';
import { HOOK_PATH } from './hook-body.ts';

export type FhirHang = 'silent' | 'stalled' | 'trickling';

export interface HookSite {
  /** Of the patient-view service. */
  readonly url: string;
  readonly fhirBaseUrl: string;
  token(): Promise<string>;
  /** Stops the process where it is: its sockets stay open and say nothing. */
  hang(part: 'redis' | 'worker'): void;
  close(): Promise<void>;
}

const startHungFhir = async (mode: FhirHang) => {
  const child = fork(path.join(import.meta.dirname, 'hung-fhir-server.ts'), [mode]);
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { url, stop: () => void child.kill('SIGKILL') };
};

const settings = (folder: string, fhirBaseUrl: string, redisUrl: string) => ({
  environment: 'test',
  http: { port: 0, publicBaseUrl: PUBLIC_BASE_URL, requestsPerMinute: 1_000_000 },
  tenants: [
    {
      id: 'bench',
      fhirBaseUrl,
      sweep: { enabled: false },
      clientAuth: { clients: [{ issuer: CLIENT_ISSUER, jwksFile: path.join(folder, 'jwks.json') }] },
    },
  ],
  queue: { redisUrl },
  store: { key: randomBytes(32).toString('base64') },
  log: { level: 'error' },
});

const untilReady = async (url: string): Promise<void> => {
  const { ok } = await fetch(`${url}/health/ready`);
  if (!ok) throw new Error('serve is not ready');
};

/** @param options.worker a worker is started, and takes jobs until it hangs */
export async function startHookSite(options: {
  readonly fhir: FhirHang;
  readonly worker?: true;
}): Promise<HookSite> {
  const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-bench-'));
  const client = await createClient('ES384');
  writeFileSync(path.join(folder, 'jwks.json'), JSON.stringify(client.jwks));
  const [fhir, redis] = await Promise.all([startHungFhir(options.fhir), startRedis()]);
  const fhirBaseUrl = `${fhir.url}/fhir`;
  const file = path.join(folder, 'site.json'); // JSON is YAML
  writeFileSync(file, JSON.stringify(settings(folder, fhirBaseUrl, redis.address)));
  const serve = startCli(['serve', '--config', file]);
  const worker = options.worker === true ? startCli(['worker', '--config', file]) : undefined;
  const [, url = ''] = await serve.noted(/listens on (\S+) \(/);
  await worker?.noted(/worker takes/);
  await untilReady(url);
  return {
    url: url + HOOK_PATH,
    fhirBaseUrl,
    token: () => client.token(HOOK_PATH),
    hang: (part) => {
      process.kill(part === 'redis' ? redis.pid : (worker?.child.pid ?? 0), 'SIGSTOP');
    },
    close: async () => {
      // Whoever is stopped hears nothing but this.
      for (const each of [serve, worker]) each?.child.kill('SIGKILL');
      process.kill(redis.pid, 'SIGCONT');
      fhir.stop();
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
