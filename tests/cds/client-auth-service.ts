/** Services that ask for tokens, each with its key, for tests over HTTP: nothing in them is a double. */
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { startService, type Service } from '../../src/app/index.ts';
import { createLog, parseConfig, systemClock, type Config } from '../../src/platform/index.ts';
import { hookRequest, SERVICE_PATH } from '../http/running-service.ts';
import { ISSUER, tokenOf, type Change, type Signer } from '../unit/http/client-auth/support.ts';

export const DISCOVERY = '/cds-services';
/** Nobody listens there: what is asked here is who may call, not what is answered. */
const NO_FHIR = 'http://127.0.0.1:9/fhir';

export interface RunningAuthService {
  readonly service: Service;
  readonly logged: string[];
  /** What it is called by, without a trailing slash. */
  readonly url: string;
}

export interface ServiceOptions {
  readonly environment?: Config['environment'];
  readonly tenants: readonly Record<string, unknown>[];
  readonly http?: Record<string, unknown>;
  readonly queue?: Record<string, unknown>;
  readonly store?: Record<string, unknown>;
}

export async function startAuthService(options: ServiceOptions): Promise<RunningAuthService> {
  const logged: string[] = [];
  const service = await startService({
    config: parseConfig({
      environment: options.environment ?? 'test',
      http: { port: 0, ...options.http },
      tenants: options.tenants.map((tenant, index) => ({
        id: `tenant-${String(index)}`,
        fhirBaseUrl: `${NO_FHIR}/${String(index)}`,
        ...tenant,
      })),
      queue: { prefix: `test-${randomUUID()}`, ...options.queue },
      store: { ...options.store },
    }),
    clock: systemClock,
    log: createLog('trace', { write: (line: string) => void logged.push(line) }),
  });
  return { service, logged, url: service.url };
}

/** A token of now for an address. */
export const signedFor = (signer: Signer, address: string, change: Change = {}): string => {
  const now = Math.floor(Date.now() / 1000);
  return tokenOf(signer, {
    ...change,
    claims: { iss: ISSUER, aud: address, iat: now, exp: now + 300, ...change.claims },
  });
};

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface Call {
  readonly method?: string;
  readonly path?: string;
  /** As they go on the wire: name, value, name, value. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** By node's own client, which sends headers as they are given: twice, or another Host. */
export const send = (url: string, { method, path, headers = [], body }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(url);
    const hosted = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
    const content = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
    const sent = httpRequest(
      {
        ...{ hostname, port, path },
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: [...(hosted ? [] : ['Host', host]), ...headers, ...content],
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

const bodyFor = (tenant: number): string =>
  JSON.stringify(hookRequest('anybody', `${NO_FHIR}/${String(tenant)}`));

export const HOOK_BODY = bodyFor(0);

/** A hook for a tenant, by its number, under these Authorization headers. */
export const hook = (
  { url }: Pick<RunningAuthService, 'url'>,
  tokens: string | readonly string[],
  headers: readonly string[] = [],
  tenant = 0,
): Promise<Answer> => {
  const all = typeof tokens === 'string' ? [tokens] : tokens;
  return send(url, {
    path: SERVICE_PATH,
    headers: [
      ...['Content-Type', 'application/json'],
      ...all.flatMap((token) => ['Authorization', `Bearer ${token}`]),
      ...headers,
    ],
    body: bodyFor(tenant),
  });
};
