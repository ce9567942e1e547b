/** `serve` and `worker` as processes at a FHIR server that lets nobody in without a token of SMART Backend Services. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { calendarDate, systemClock } from '../../src/platform/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { hookRequest, SERVICE_PATH } from '../http/running-service.ts';
import { describeWith } from '../setup/requires.ts';
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../unit/chart/smart/authorization-server.ts';
import { runCli, startCli, type RunningCli } from './processes.ts';

const EHR_TOKEN = 'ehr-token-of-this-request';

interface Keys {
  readonly keys: readonly { readonly kid: string; readonly d?: string }[];
}

describeWith('redis-server', 'SMART Backend Services over processes', (redisUrl) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'e2e-'));
  const [config, keyFile] = [path.join(folder, 'site.yaml'), path.join(folder, 'keys.jwks.json')];
  let authorization: AuthorizationServer;
  let serve: RunningCli;
  let url = '';

  const published = async (): Promise<Keys> =>
    (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as Keys;
  const keysInFile = (): Keys => JSON.parse(readFileSync(keyFile, 'utf8')) as Keys;
  const generate = (...args: readonly string[]) => runCli(['keys', 'generate', '--out', keyFile, ...args]);

  beforeAll(async () => {
    expect((await generate()).code).toBe(0);
    const patients = simulateDemoPatients(calendarDate(systemClock.now(), 'UTC'));
    authorization = await startAuthorizationServer(
      published,
      patients.flatMap((each) => each.resources),
    );
    authorization.accept(EHR_TOKEN);
    const settings = {
      environment: 'test',
      http: { port: 0 },
      hook: { deadlineMs: 8000 },
      tenants: [
        { id: 'site', fhirBaseUrl: authorization.fhirBaseUrl, smart: { clientId: 'recurrence-cds' } },
      ],
      fhir: { smartKeys: keyFile },
      queue: { prefix: `e2e-${randomUUID()}` },
      store: { key: randomBytes(32).toString('base64') },
      log: { level: 'debug' },
    };
    writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
    serve = startCli(['serve', '--config', config], { REDIS_URL: redisUrl });
    [, url = ''] = await serve.noted(/listens on (http:\/\/\S+)/);
  });
  afterAll(async () => {
    await serve.stop();
    await authorization.close();
    rmSync(folder, { recursive: true });
  });

  const topic = async (patientId: string): Promise<string> => {
    const fhirAuthorization = {
      access_token: EHR_TOKEN,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'patient/*.rs',
      subject: 'ehr',
    };
    const body = hookRequest(patientId, authorization.fhirBaseUrl, { fhirAuthorization });
    const { body: answer } = await request(url).post(SERVICE_PATH).send(body);
    return answer.cards[0].source.topic.code as string;
  };

  it('a worker reads with a token that its key has earned, and goes on with a new key without a restart', async () => {
    expect((await published()).keys.map(({ d }) => d)).toEqual([undefined]);
    const worker = startCli(['worker', '--config', config], { REDIS_URL: redisUrl });
    try {
      await worker.noted(/worker takes/);
      expect(await topic('demo-high-10-months')).toBe('recurrence-risk');
      const first = authorization.tokenRequests.length;
      expect(authorization.tokenRequests).toContain('granted');
      // The EHR's token read for the request; what the worker read, it read with its own.
      expect(new Set(authorization.fhirTokens).has(EHR_TOKEN)).toBe(true);
      expect(authorization.fhirTokens.some((token) => /^token-\d+$/.test(token))).toBe(true);

      // Rotation: the new key is published first, then signs, then the old one goes.
      expect((await generate('--append')).code).toBe(0);
      const [old, added] = keysInFile().keys;
      expect((await published()).keys.map(({ kid }) => kid)).toEqual([old!.kid, added!.kid]);
      writeFileSync(keyFile, JSON.stringify({ keys: [added] }));
      expect((await published()).keys.map(({ kid }) => kid)).toEqual([added!.kid]);
      authorization.revokeAll();
      authorization.accept(EHR_TOKEN);
      expect(await topic('demo-high-13-months')).toBe('recurrence-risk');
      expect(authorization.tokenRequests.slice(first)).toContain('granted');
      expect(authorization.tokenRequests.filter((each) => each !== 'granted')).toEqual([]);
    } finally {
      const { err } = await worker.stop();
      expect(err).not.toMatch(/token-\d|ehr-token|demo-high/);
    }
  });
});
