/** Keys at an address: a real server that rotates, fails, hangs, redirects and sends too much. */
import type { Request, Response } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RemoteLimits } from '../../../../src/http/client-auth/remote-keys.ts';
import { startScriptedServer, type ScriptedServer } from '../../chart/scripted-server.ts';
import { INFERNO_ES384, SANDBOX_KEY, SANDBOX_TOKEN } from './published-keys.ts';
import { bearer, ISSUER, makeSigner, openAuth, tokenOf, type OpenedAuth, type Signer } from './support.ts';

let old: Signer;
let next: Signer;
beforeAll(async () => {
  old = await makeSigner('ES384', 'old');
  next = await makeSigner('ES384', 'next');
});

type Answer = (request: Request, response: Response) => void;
const keys =
  (...all: readonly unknown[]): Answer =>
  (_request, response) => {
    response.json({ keys: all });
  };

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A busy machine is no reason: what a test says of waiting it sets itself. */
const PATIENT: Partial<RemoteLimits> = { patienceMs: 10_000 };

interface Site {
  answer: Answer;
  readonly server: ScriptedServer;
  readonly auth: OpenedAuth;
}

const open = async (
  answer: Answer,
  limits: Partial<RemoteLimits> = {},
  change: { issuer?: string; environment?: 'demo' } = {},
): Promise<Site> => {
  const script = { answer };
  const server = await startScriptedServer((request, response) => {
    script.answer(request, response);
  });
  servers.push(server);
  const { issuer = ISSUER, environment = 'test' } = change;
  const client = { issuer, jwksUrl: `${server.url}/jwks.json` };
  const auth = await openAuth({
    tenants: [{ clientAuth: { clients: [client] } }],
    environment,
    limits: { ...PATIENT, ...limits },
  });
  return Object.assign(script, { server, auth });
};

const judged = ({ auth }: Site, signer: Signer, kid?: string): Promise<unknown> =>
  auth.judge(bearer(tokenOf(signer, kid === undefined ? {} : { header: { kid } })));

/** Until the fetch of the start has ended. */
const settled = (site: Site): Promise<unknown> =>
  vi.waitFor(async () => {
    expect(await judged(site, old)).toEqual(['tenant-0']);
  });

describe('keys at an address', () => {
  it('are fetched once, at the start, however many come at once', async () => {
    // Signed before: fifty signatures hold the loop for longer than a request waits.
    const headers = Array.from({ length: 50 }, () => bearer(tokenOf(old)));
    const site = await open(keys(old.publicJwk));
    const answers = await Promise.all(headers.map((header) => site.auth.judge(header)));
    expect(new Set(answers.map(String))).toEqual(new Set(['tenant-0']));
    expect(site.server.seen.map(({ line }) => line)).toEqual(['GET /jwks.json']);
    expect(site.server.seen[0]?.authorization).toBeUndefined();
  });

  it('tenants that name the same address share them', async () => {
    const server = await startScriptedServer(keys(old.publicJwk));
    servers.push(server);
    const client = { issuer: ISSUER, jwksUrl: `${server.url}/jwks.json` };
    const tenant = { clientAuth: { clients: [client] } };
    const auth = await openAuth({ tenants: [tenant, tenant, tenant], limits: PATIENT });
    expect(await auth.judge(bearer(tokenOf(old)))).toHaveLength(3);
    expect(server.seen).toHaveLength(1);
  });

  it('a rotation is picked up by the first token of the new key, once the cool-down is over', async () => {
    const site = await open(keys(old.publicJwk), { cooldownMs: 300 });
    await settled(site);
    site.answer = keys(old.publicJwk, next.publicJwk);
    await sleep(350);
    expect(await judged(site, next)).toEqual(['tenant-0']);
    expect(site.server.seen).toHaveLength(2);
    expect(await judged(site, old)).toEqual(['tenant-0']);
    // A key that was taken away counts no more from the next fetch on.
    site.answer = keys(next.publicJwk);
    await sleep(350);
    expect(await judged(site, next, 'made-up')).toBe('unknown-key');
    expect(await judged(site, old)).toBe('unknown-key');
  });

  it('within the cool-down a made-up kid fetches nothing: 200 of them, one fetch', async () => {
    const site = await open(keys(old.publicJwk));
    await settled(site);
    const kids = Array.from({ length: 200 }, (_, index) => `made-up-${String(index)}`);
    const answers = await Promise.all(kids.map((kid) => judged(site, next, kid)));
    expect(new Set(answers)).toEqual(new Set(['unknown-key']));
    expect(site.server.seen).toHaveLength(1);
    expect(await judged(site, old)).toEqual(['tenant-0']);
  });

  it('over several cool-downs a flood leads to one fetch for each', async () => {
    const cooldownMs = 200;
    const site = await open(keys(old.publicJwk), { cooldownMs });
    const began = performance.now();
    await settled(site);
    for (let round = 0; performance.now() - began < 3 * cooldownMs; round++)
      await judged(site, next, `k${String(round)}`);
    const fetched = site.server.seen.length;
    expect(fetched).toBeGreaterThan(1);
    // The one of the start, and one for each cool-down that began since.
    expect(fetched).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - began) / cooldownMs));
  });

  it('the same holds while the server fails: it is not asked more often for it', async () => {
    const site = await open((_request, response) => {
      response.status(503).end();
    });
    for (let round = 0; round < 50; round++) expect(await judged(site, old)).toBe('keys-unavailable');
    expect(site.server.seen).toHaveLength(1);
    expect(site.auth.logged.filter((line) => line.includes('"why":"status 503"'))).toHaveLength(1);
  });

  it('a failed start heals', async () => {
    const site = await open(
      (_request, response) => {
        response.status(500).end();
      },
      { cooldownMs: 100 },
    );
    expect(await judged(site, old)).toBe('keys-unavailable');
    site.answer = keys(old.publicJwk);
    await settled(site);
  });
});

describe('a server that is away', () => {
  it('the keys in hand go on, and end when they are too old', async () => {
    const site = await open(keys(old.publicJwk), {
      ...{ cooldownMs: 100, renewMs: 100, freshMs: 150, keptMs: 4000 },
    });
    await settled(site);
    site.answer = (_request, response) => {
      response.status(502).end();
    };
    await sleep(500);
    expect(await judged(site, old)).toEqual(['tenant-0']);
    await vi.waitFor(
      async () => {
        expect(await judged(site, old)).toBe('keys-unavailable');
      },
      { timeout: 20_000, interval: 200 },
    );
    site.answer = keys(old.publicJwk);
    await settled(site);
  });

  it('hanging: nobody waits for longer than a moment, and the fetch that goes on is used', async () => {
    let release: (() => void) | undefined;
    const site = await open(
      (_request, response) => {
        release = () => {
          response.json({ keys: [old.publicJwk] });
        };
      },
      { patienceMs: 80, timeoutMs: 20_000 },
    );
    const answers = await Promise.all(Array.from({ length: 20 }, () => judged(site, old)));
    expect(new Set(answers)).toEqual(new Set(['keys-unavailable']));
    expect(site.server.seen).toHaveLength(1);
    release?.();
    await settled(site);
    expect(site.server.seen).toHaveLength(1);
  });

  it('hanging for good: the fetch is given up', async () => {
    const site = await open(() => undefined, { patienceMs: 10, timeoutMs: 100, cooldownMs: 50 });
    expect(await judged(site, old)).toBe('keys-unavailable');
    await vi.waitFor(() => {
      expect(site.auth.logged.some((line) => line.includes('"why":"late"'))).toBe(true);
    });
    expect(site.server.abandoned).toHaveLength(1);
  });

  it('not there at all', async () => {
    const site = await open(keys());
    await servers.pop()?.close();
    const gone = await openAuth({
      tenants: [{ clientAuth: { clients: [{ issuer: ISSUER, jwksUrl: `${site.server.url}/jwks.json` }] } }],
      limits: PATIENT,
    });
    expect(await gone.judge(bearer(tokenOf(old)))).toBe('keys-unavailable');
    expect(gone.logged.some((line) => line.includes('"why":"not reached"'))).toBe(true);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['HTML', 'not JSON', '<html><script>alert(1)</script></html>'],
    ['a list', 'no JWKS', '[]'],
    ['no keys', 'no JWKS', '{}'],
    ['keys that are no objects', 'no JWKS', '{"keys":[1,"a",null]}'],
    ['nothing', 'not JSON', ''],
    ['more than is read', 'too large', JSON.stringify({ keys: [], pad: 'x'.repeat(300_000) })],
  ])('%s', async (_name, why, text) => {
    const site = await open((_request, response) => {
      response.type('json').send(text);
    });
    expect(await judged(site, old)).toBe('keys-unavailable');
    const told = site.auth.logged.filter((line) => line.includes('keys cannot be fetched'));
    expect(told.map((line) => (JSON.parse(line) as { why: string }).why)).toEqual([why]);
    expect(told.join('')).not.toContain('script');
  });

  it('an endless body is let go of', async () => {
    let written = 0;
    const site = await open((_request, response) => {
      response.type('json').write('{"keys":[');
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65_536))) written++;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await vi.waitFor(() => {
      expect(site.auth.logged.some((line) => line.includes('"why":"too large"'))).toBe(true);
    });
    await vi.waitFor(() => {
      expect(site.server.abandoned).toHaveLength(1);
    });
    expect(written).toBeLessThan(2000);
  });

  it('a redirect is not followed, to nowhere', async () => {
    const other = await startScriptedServer(keys(old.publicJwk));
    servers.push(other);
    for (const status of [301, 302, 303, 307, 308]) {
      const site = await open((_request, response) => {
        response.redirect(status, `${other.url}/jwks.json`);
      });
      expect(await judged(site, old)).toBe('keys-unavailable');
      expect(site.auth.logged.some((line) => line.includes(`"why":"status ${String(status)}"`))).toBe(true);
    }
    expect(other.seen).toEqual([]);
  });

  it('of good and bad keys the good ones count, and the bad ones are told', async () => {
    const site = await open(
      keys(
        old.publicJwk,
        next.privateJwk,
        { kty: 'oct', kid: 'oct', k: 'c2VjcmV0' },
        INFERNO_ES384,
        SANDBOX_KEY,
      ),
    );
    await settled(site);
    expect(await judged(site, next)).toBe('unknown-key');
    const told = site.auth.logged.filter((line) => line.includes('is not used'));
    expect(told.map((line) => (JSON.parse(line) as { position: number }).position)).toEqual([2, 3, 4, 5]);
    expect(told.join('')).not.toMatch(/c2VjcmV0/);
    expect(told.join('')).not.toContain(next.privateJwk.d);
  });

  it('the sandbox’s published key at its own address: in the demo only', async () => {
    const issuer = 'https://sandbox.cds-hooks.org';
    // Its jku is the sandbox's address: a client that names another one is another client.
    const demo = await open(keys(SANDBOX_KEY), {}, { issuer, environment: 'demo' });
    expect(await demo.auth.judge(bearer(SANDBOX_TOKEN))).toBe('jku');
    expect(demo.auth.logged.some((line) => line.includes('is not used'))).toBe(false);
    const test = await open(keys(SANDBOX_KEY), {}, { issuer });
    await vi.waitFor(() => {
      expect(test.auth.logged.some((line) => line.includes('(the CDS Hooks sandbox)'))).toBe(true);
    });
  });
});

describe('the address', () => {
  it('is https in production', async () => {
    const tenants = [
      { clientAuth: { clients: [{ issuer: ISSUER, jwksUrl: 'http://ehr.example/jwks.json' }] } },
    ];
    await expect(openAuth({ tenants, environment: 'production' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      detail: 'tenants: clientAuth.clients.jwksUrl of tenant-0 must be https in production',
    });
  });
});
