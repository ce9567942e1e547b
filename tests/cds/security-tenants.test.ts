/** Two hospitals on one service, each with its EHR: neither gets at the other's, nor gets in its way. */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, LOOPBACK, type Listening } from '../../src/platform/index.ts';
import { createFhirServer } from '../../src/demo/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { hookRequest, SERVICE_PATH } from '../http/running-service.ts';
import { ISSUER, jwksFile, makeSigner, type Signer } from '../unit/http/client-auth/support.ts';
import {
  send,
  signedFor,
  startAuthService,
  type Answer,
  type RunningAuthService,
} from './client-auth-service.ts';

const PATIENT = 'demo-high-13-months';
const TODAY = new Date().toISOString().slice(0, 10);
const JSON_TYPE = ['Content-Type', 'application/json'];
const FEEDBACK = `${SERVICE_PATH}/feedback`;

let north: Signer;
let south: Signer;
let fhirServers: Listening[];
let running: RunningAuthService;

beforeAll(async () => {
  [north, south] = await Promise.all([makeSigner('ES384', 'one'), makeSigner('ES384', 'one')]);
  const patients = simulateDemoPatients(TODAY).flatMap(({ resources }) => resources);
  fhirServers = await Promise.all(
    [0, 1, 2].map(async () => {
      const { app, load } = createFhirServer({ faults: { mode: 'ok' } });
      await load(patients);
      return listen(app, LOOPBACK, 0);
    }),
  );
  // As of one vendor: both EHRs have the same issuer, and each its key.
  const clients = (signer: Signer) => [{ issuer: ISSUER, jwksFile: jwksFile([signer.publicJwk]) }];
  running = await startAuthService({
    tenants: [
      { id: 'north', fhirBaseUrl: baseOf(0), clientAuth: { clients: clients(north) } },
      { id: 'south', fhirBaseUrl: baseOf(1), clientAuth: { clients: clients(south) } },
      { id: 'open', fhirBaseUrl: baseOf(2), clientAuth: { required: false } },
    ],
  });
});
afterAll(async () => {
  await running.service.close();
  await Promise.all(fhirServers.map((server) => server.close()));
});

const baseOf = (tenant: number): string => `${fhirServers[tenant]?.url ?? ''}/fhir`;

const call = (path: string, body: object, signer?: Signer, claims: Record<string, unknown> = {}) =>
  send(running.url, {
    path,
    headers: [
      ...JSON_TYPE,
      ...(signer === undefined
        ? []
        : ['Authorization', `Bearer ${signedFor(signer, running.url + path, { claims })}`]),
    ],
    body: JSON.stringify(body),
  });

const open = (tenant: number, signer?: Signer) =>
  call(SERVICE_PATH, hookRequest(PATIENT, baseOf(tenant)), signer);

const cardOf = ({ text }: Answer): string =>
  (JSON.parse(text) as { cards: { uuid: string }[] }).cards[0]?.uuid ?? 'none';

const say = (card: string) => ({
  feedback: [{ card, outcome: 'overridden', outcomeTimestamp: '2026-11-23T10:00:00Z' }],
});

/** An error without its request's id. */
const bare = ({ status, text }: Answer): string =>
  `${String(status)} ${text.replaceAll(/[0-9a-f-]{36}/g, '')}`;

describe('the patients of another', () => {
  it('each key opens its own, and with it what asks for none', async () => {
    expect((await open(0, north)).status).toBe(200);
    expect((await open(1, south)).status).toBe(200);
    expect((await open(2, south)).status).toBe(200);
    expect((await open(2)).status).toBe(200);
  });

  it('are not opened by another key, nor by none: a bare 401', async () => {
    for (const [tenant, signer] of [
      [1, north],
      [0, south],
      [0, undefined],
    ] as const)
      expect(bare(await open(tenant, signer))).toBe('401 ');
  });

  it('without fhirServer a request is never taken for one of several', async () => {
    expect((await call(SERVICE_PATH, hookRequest(PATIENT), north)).status).toBe(400);
  });

  it('a result of one is not another’s, though patient and chart are the same', async () => {
    await Promise.all([open(0, north), open(1, south)]);
    const { store } = running.service.core;
    const [ofNorth, ofSouth] = await Promise.all([
      store.history('north', PATIENT),
      store.history('south', PATIENT),
    ]);
    const names = new Set(ofNorth.map(({ fingerprint }) => fingerprint));
    expect(names.size).toBeGreaterThan(0);
    expect(ofSouth.filter(({ fingerprint }) => names.has(fingerprint))).toEqual([]);
  });
});

describe('feedback', () => {
  it('to another’s card, to another service’s and to none gets one answer', async () => {
    const card = cardOf(await open(0, north));
    const order = FEEDBACK.replace('patient-view', 'encounter-start');
    const answers = [
      await call(FEEDBACK, say(card), south),
      await call(order, say(card), north),
      await call(FEEDBACK, say(card)),
      await call(FEEDBACK, say(randomUUID()), south),
    ].map(bare);
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^404 .*CDS_CARD_UNKNOWN/);
    expect((await call(FEEDBACK, say(card), north)).status).toBe(200);
  });

  it('a uuid that is changed in any digit is nobody’s', async () => {
    const card = cardOf(await open(0, north));
    for (let at = 0; at < card.length; at++) {
      const digit = card[at];
      if (digit === '-' || at === 14) continue;
      const other = digit === '8' ? '9' : '8';
      const forged = card.slice(0, at) + other + card.slice(at + 1);
      expect((await call(FEEDBACK, say(forged), north)).status).toBe(404);
    }
  });
});

describe('one issuer, two keys', () => {
  it('a jti that one has used is still the other’s to use, and each once', async () => {
    const jti = `visit-${createHash('sha256').update(PATIENT).digest('hex').slice(0, 8)}`;
    const sent = (tenant: number, signer: Signer) =>
      call(SERVICE_PATH, hookRequest(PATIENT, baseOf(tenant)), signer, { jti }).then(({ status }) => status);
    expect(await sent(0, north)).toBe(200);
    expect(await sent(1, south)).toBe(200);
    expect(await sent(0, north)).toBe(401);
    expect(await sent(1, south)).toBe(401);
  });
});
