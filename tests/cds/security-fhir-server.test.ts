/** A FHIR server that was taken over must not stop the service: it answers for other hospitals as well. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBounded } from '../../src/chart/index.ts';
import type { CdsError } from '../../src/domain/index.ts';
import { startAuthService, type RunningAuthService } from './client-auth-service.ts';
import { post, requestTo, SERVICES } from './service-requests.ts';

const MIB = 1024 * 1024;
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const refusalOf = async (text: string, maxBytes?: number): Promise<unknown> => {
  try {
    await readBounded(new Response(text), maxBytes);
    return undefined;
  } catch (error) {
    const { code, detail } = error as CdsError;
    return [code, detail];
  }
};

describe('an answer is judged before it is parsed', () => {
  it('its depth', async () => {
    expect(await refusalOf(nested(64))).toBeUndefined();
    expect(await refusalOf(nested(65))).toEqual([
      'FHIR_ANSWER_INVALID',
      'It is nested deeper than 64 levels.',
    ]);
    expect(await refusalOf(`{"a":[${nested(2 * MIB)}]}`)).toEqual([
      'FHIR_ANSWER_INVALID',
      'It is nested deeper than 64 levels.',
    ]);
  });

  it('brackets in strings are no depth, whatever is escaped before them', async () => {
    const strings = ['['.repeat(100), `\\"${'{'.repeat(100)}`, `∀${'['.repeat(100)}`, '\\\\'];
    expect(await refusalOf(`[${strings.map((each) => `"${each}"`).join(',')}]`)).toBeUndefined();
    expect(await refusalOf(`["\\\\",${nested(65)}]`)).toBeDefined();
  });

  it('its values: as many as FHIR of the largest size has', async () => {
    const zeros = (count: number): string => `[${Array.from({ length: count }, () => '0').join(',')}]`;
    expect(await refusalOf(zeros(60_000), MIB)).toBeUndefined();
    expect(await refusalOf(zeros(70_000), MIB)).toEqual([
      'FHIR_ANSWER_INVALID',
      'It has more than 65536 values.',
    ]);
    // A small one may be dense.
    expect(await refusalOf(zeros(5000), 16 * 1024)).toBeUndefined();
  });
});

describe('hooks', () => {
  /** What the server answers a search with, by name. */
  const BOMBS: Readonly<Record<string, Buffer>> = {
    brackets: gzipSync(`{"resourceType":"Bundle","entry":[{"resource":${nested(4 * MIB)}}]}`),
    objects: gzipSync(
      `{"resourceType":"Bundle","x":{${Array.from({ length: 300_000 }, (_, at) => `"k${String(at)}":{}`).join(',')}}}`,
    ),
    size: gzipSync(`{"resourceType":"Bundle","x":"${'a'.repeat(9 * MIB)}"}`),
  };
  let bomb = '';
  let server: Server;
  let running: RunningAuthService;
  let base: string;
  const service = SERVICES.find(({ hook }) => hook === 'patient-view');
  if (service === undefined) throw new Error('no patient-view');

  beforeAll(async () => {
    server = createServer(({ url = '' }, response) => {
      const isBomb = url.includes('/Condition');
      const plain = url.includes('/Patient/')
        ? '{"resourceType":"Patient","id":"anybody"}'
        : '{"resourceType":"Bundle","type":"searchset"}';
      response.writeHead(200, {
        'Content-Type': 'application/fhir+json',
        ...(isBomb && { 'Content-Encoding': 'gzip' }),
      });
      response.end(isBomb ? BOMBS[bomb] : plain);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/fhir`;
    running = await startAuthService({ tenants: [{ fhirBaseUrl: base }] });
  });
  afterAll(async () => {
    await running.service.close();
    server.close();
  });

  it.each(Object.keys(BOMBS))(
    '%s: a card that says the server answered wrongly, and nothing parsed',
    async (name) => {
      bomb = name;
      const before = running.logged.length;
      const answer = await post(running.url, service, requestTo(service, 'anybody', { fhirServer: base }));
      expect([answer.status, answer.body.cards.length]).toEqual([200, 1]);
      const codes = running.logged.slice(before).map((line) => (JSON.parse(line) as { code?: string }).code);
      expect(codes).toContain('FHIR_ANSWER_INVALID');
    },
  );
});
