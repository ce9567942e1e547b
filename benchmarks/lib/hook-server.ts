/**
 * The process that `hook.bench.ts` measures, as its first argument says:
 *
 * - ours: our service, its store a SQLite file in memory, or the Redis of the third argument
 * - peer: an express endpoint that parses the same body, verifies the same JWT by jose against the same JWKS, refuses
 *   one that it has seen, and answers nothing
 *
 * The second argument is the JWKS file of the client. Tells its address over IPC, and its CPU time when asked.
 */
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import express from 'express';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { startService } from '../../src/app/index.ts';
import { createLog, listen, LOOPBACK, parseConfig, systemClock } from '../../src/platform/index.ts';
import { CLIENT_ISSUER, PUBLIC_BASE_URL } from './client-tokens.ts';
import { HOOK_PATH } from './hook-body.ts';

const [, , kind, jwksFile = '', redisUrl] = process.argv;

const startOurs = async (): Promise<string> => {
  const config = parseConfig({
    environment: 'test',
    // Counted, never refused.
    http: { port: 0, publicBaseUrl: PUBLIC_BASE_URL, requestsPerMinute: 100_000_000 },
    hook: { deadlineMs: 5000 },
    // Assessed on prefetch alone: the first request computes and stores, the rest find it stored.
    tenants: [
      {
        id: 'bench',
        fhirBaseUrl: 'http://127.0.0.1:9/fhir',
        backgroundAccess: false,
        clientAuth: { clients: [{ issuer: CLIENT_ISSUER, jwksFile }] },
      },
    ],
    ...(redisUrl !== undefined && { queue: { redisUrl } }),
    store: { key: randomBytes(32).toString('base64') },
    log: { level: 'warn' },
  });
  const service = await startService({ config, clock: systemClock, log: createLog(config.log.level) });
  return service.url;
};

const startPeer = async (): Promise<string> => {
  const keys = createLocalJWKSet(JSON.parse(readFileSync(jwksFile, 'utf8')) as JSONWebKeySet);
  const expected = {
    issuer: CLIENT_ISSUER,
    audience: PUBLIC_BASE_URL + HOOK_PATH,
    algorithms: ['ES384', 'RS384'],
    requiredClaims: ['exp', 'iat', 'jti'],
  };
  const seen = new Set<string>();
  const app = express();
  app.post(HOOK_PATH, express.json({ limit: '4mb' }), async (request, response) => {
    const token = request.get('authorization')?.replace(/^Bearer /, '') ?? '';
    const { payload } = await jwtVerify(token, keys, expected);
    if (seen.has(payload.jti ?? '')) throw new Error('replayed');
    seen.add(payload.jti ?? '');
    response.json({ cards: [] });
  });
  return (await listen(app, LOOPBACK, 0)).url;
};

const url = await (kind === 'ours' ? startOurs() : startPeer());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicroseconds: user + system });
});
process.on('disconnect', () => process.exit());
process.send?.({ url });
