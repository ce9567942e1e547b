/** Clients with keys of their own, tokens of every make, and the real thing that judges them. */
import { createHmac, createPrivateKey, randomBytes, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterAll } from 'vitest';
import { createReplayGuard, createSqliteRecords } from '../../../../src/assessment/index.ts';
import type { CdsError } from '../../../../src/domain/index.ts';
import { createClientAuth, type ClientAuth } from '../../../../src/http/client-auth/index.ts';
import type { RemoteLimits } from '../../../../src/http/client-auth/remote-keys.ts';
import { createLog, createMetrics, fixedClock, parseConfig } from '../../../../src/platform/index.ts';

export const BASE = 'https://cds.hospital.example';
export const SERVICE = '/cds-services/recurrence-risk-patient-view';
export const ISSUER = 'https://ehr.hospital.example';
const INSTANT = '2026-11-23T10:00:00Z';
/** Seconds since 1970: the clock of `openAuth` stands there. */
export const NOW = Date.parse(INSTANT) / 1000;

export type Algorithm = 'ES384' | 'RS384';

export interface Signer {
  readonly algorithm: Algorithm;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

export async function makeSigner(algorithm: Algorithm, kid?: string): Promise<Signer> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const named = kid === undefined ? {} : { kid };
  return {
    algorithm,
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...named },
    publicJwk: { ...(await exportJWK(pair.publicKey)), ...named, alg: algorithm, use: 'sig' },
  };
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const bySigner =
  ({ privateJwk }: Signer) =>
  (data: Buffer): Buffer =>
    sign('sha384', data, {
      key: createPrivateKey({ key: privateJwk, format: 'jwk' }),
      dsaEncoding: 'ieee-p1363',
    });

export const bySecret =
  (secret: string | Buffer, hash = 'sha256') =>
  (data: Buffer): Buffer =>
    createHmac(hash, secret).update(data).digest();

/** Any header and any claims under any signature. */
export const compact = (header: unknown, claims: unknown, signature: (data: Buffer) => Buffer): string => {
  const content = `${encoded(header)}.${encoded(claims)}`;
  return `${content}.${signature(Buffer.from(content)).toString('base64url')}`;
};

export const goodClaims = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  iss: ISSUER,
  aud: BASE + SERVICE,
  iat: NOW,
  exp: NOW + 300,
  jti: randomUUID(),
  ...change,
});

export interface Change {
  /** Over the good ones; undefined leaves one out. */
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
}

/** A token as an EHR signs it. */
export const tokenOf = (signer: Signer, { claims, header }: Change = {}): string =>
  compact(
    { alg: signer.algorithm, typ: 'JWT', kid: signer.publicJwk.kid, ...header },
    goodClaims(claims),
    bySigner(signer),
  );

export const bearer = (token: string): string => `Bearer ${token}`;

const folder = mkdtempSync(path.join(tmpdir(), 'client-auth-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A JWKS file. */
export const jwksFile = (keys: readonly unknown[], name = `${randomUUID()}.json`): string => {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify({ keys }));
  return file;
};

export interface AuthOptions {
  readonly tenants: readonly Record<string, unknown>[];
  readonly environment?: 'test' | 'demo' | 'production';
  readonly publicBaseUrl?: string | null;
  readonly limits?: Partial<RemoteLimits>;
}

export interface OpenedAuth {
  readonly auth: ClientAuth;
  readonly logged: string[];
  /** The tenants that a header proves, or the word of the log for why it does not. */
  judge(
    authorization: string | readonly string[] | undefined,
    at?: string,
    options?: { discovery?: boolean },
  ): Promise<string[] | string>;
  /** How often an outcome was counted. */
  counted(outcome: string): Promise<number>;
}

/** Client authentication over an in-memory store, with the clock standing at NOW. */
export async function openAuth(options: AuthOptions): Promise<OpenedAuth> {
  const { environment = 'test', publicBaseUrl = BASE, limits } = options;
  const key = randomBytes(32);
  const { tenants } = parseConfig({
    environment,
    tenants: options.tenants.map((tenant, index) => ({
      id: `tenant-${String(index)}`,
      fhirBaseUrl: `https://fhir-${String(index)}.example`,
      ...tenant,
    })),
    store: { key: key.toString('base64') },
    http: publicBaseUrl === null ? {} : { publicBaseUrl },
  });
  const logged: string[] = [];
  const log = createLog('trace', { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics();
  const auth = await createClientAuth({
    ...{ tenants, environment, log, metrics },
    publicBaseUrl: publicBaseUrl ?? undefined,
    replay: createReplayGuard({ records: createSqliteRecords(':memory:'), key, log }),
    clock: fixedClock(INSTANT),
    ...(limits !== undefined && { remoteLimits: limits }),
  });
  return {
    auth,
    logged,
    judge: async (authorization, at = SERVICE, how) => {
      const before = logged.length;
      try {
        return [...(await auth.authenticate(authorization, at, how)).tenants].sort();
      } catch (error) {
        if ((error as CdsError).code !== 'CDS_UNAUTHENTICATED') throw error;
        const lines = logged.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
        return String(lines.find(({ msg }) => msg === 'client refused')?.['reason']);
      }
    },
    counted: async (outcome) => {
      const { values } = await metrics.clientAuth.get();
      return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
    },
  };
}

/** A tenant of one client whose keys are in a file. */
export const pinned = (signer: Signer, clientAuth: Record<string, unknown> = {}, client = {}) => ({
  clientAuth: {
    clients: [{ issuer: ISSUER, jwksFile: jwksFile([signer.publicJwk]), ...client }],
    ...clientAuth,
  },
});
