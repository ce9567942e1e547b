/** What comes over a socket that no HTTP client would send: slow, broken off, or meant to be read in two ways. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import { RawClient, rawRequest, type RawAnswer } from './raw-http.ts';
import { post, requestTo, SERVICES, servicePath } from './service-requests.ts';

const [FIRST] = SERVICES;
if (FIRST === undefined) throw new Error('no services');
const PATH = servicePath(FIRST);
const POST = `POST ${PATH} HTTP/1.1`;
const JSON_TYPE = 'Content-Type: application/json';

let stack: Stack;
let url: string;
let body: string;
beforeAll(async () => {
  stack = await startStack({ http: { headersTimeoutMs: 400, requestTimeoutMs: 800 } });
  ({ url } = stack.service);
  body = JSON.stringify(requestTo(FIRST, 'demo-no-lung-cancer', { fhirServer: stack.fhirBaseUrl }));
});
afterAll(() => stack.close());

const length = (text: string): string => `Content-Length: ${String(text.length)}`;
const statuses = (answers: readonly RawAnswer[]): number[] => answers.map(({ status }) => status);

/** Others are served, rightly, at this moment. */
const expectServed = async () => {
  const answer = await post(url, FIRST, body);
  expect([answer.status, answer.body]).toEqual([200, { cards: [] }]);
};

describe('slow clients', () => {
  it('headers a byte at a time: 408 without a body, while others are served', async () => {
    const client = new RawClient(url).send(`${POST}\r\nHost: localhost\r\nX-Slow: `);
    while (!client.closed) {
      client.send('a');
      await expectServed();
      await sleep(20);
    }
    const [answer] = await client.ended();
    expect([answer?.status, answer?.body, answer?.headers['connection']]).toEqual([408, '', 'close']);
  });

  it('a connection that says nothing is closed', async () => {
    const client = new RawClient(url);
    await client.ended(3000);
    expect(client.closed).toBe(true);
  });

  it('a body a byte at a time: 408, while others are served', async () => {
    const client = new RawClient(url).send(rawRequest(POST, [JSON_TYPE, length(body)]));
    for (let sent = 0; !client.closed; sent++) {
      client.send(body[sent] ?? ' ');
      await expectServed();
      await sleep(20);
    }
    expect(statuses(await client.ended())).toEqual([408]);
  });

  it('a body shorter than its length: 408, and nothing was done with it', async () => {
    const client = new RawClient(url).send(
      rawRequest(POST, [JSON_TYPE, `Content-Length: ${String(body.length + 1)}`], body),
    );
    expect(statuses(await client.ended())).toEqual([408]);
    await expectServed();
  });

  it('chunks without an end: 408', async () => {
    const client = new RawClient(url).send(
      rawRequest(POST, [JSON_TYPE, 'Transfer-Encoding: chunked'], `5\r\n{"hoo\r\n`),
    );
    expect(statuses(await client.ended())).toEqual([408]);
  });

  it('a client that goes in the middle of its body leaves nothing behind', async () => {
    const client = new RawClient(url).send(rawRequest(POST, [JSON_TYPE, length(body)], body.slice(0, 50)));
    await sleep(50);
    client.socket.destroy();
    await sleep(50);
    await expectServed();
  });

  it('a half-open client, that has ended its side, is taken for gone: the connection does not stay', async () => {
    const client = new RawClient(url, { allowHalfOpen: true });
    client.socket.end(rawRequest(POST, [JSON_TYPE, length(body)], body.slice(0, 50)));
    await client.ended();
    expect(client.closed).toBe(true);
    await expectServed();
  });

  it('100 slow connections at once do not stand in the way of others', async () => {
    const clients = Array.from({ length: 100 }, () => new RawClient(url).send(`${POST}\r\nHost: loc`));
    await sleep(50);
    for (let count = 0; count < 5; count++) await expectServed();
    const answers = await Promise.all(clients.map((client) => client.ended()));
    expect(new Set(answers.flatMap(statuses))).toEqual(new Set([408]));
  });
});

/** A second request hidden in the first: whoever answers it has let it pass. */
const HIDDEN = rawRequest(`GET /cds-services HTTP/1.1`, ['X-Hidden: 1']);

describe('requests that can be read in two ways', () => {
  const refused: readonly [what: string, request: string][] = [
    [
      'Content-Length beside Transfer-Encoding',
      rawRequest(POST, [JSON_TYPE, 'Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${HIDDEN}`),
    ],
    [
      'Transfer-Encoding before Content-Length',
      rawRequest(POST, [JSON_TYPE, 'Transfer-Encoding: chunked', 'Content-Length: 6'], `0\r\n\r\n${HIDDEN}`),
    ],
    [
      'two different Content-Lengths',
      rawRequest(
        POST,
        [JSON_TYPE, 'Content-Length: 2', `Content-Length: ${String(HIDDEN.length + 2)}`],
        `{}${HIDDEN}`,
      ),
    ],
    [
      'the same Content-Length twice',
      rawRequest(POST, [JSON_TYPE, 'Content-Length: 2', 'Content-Length: 2'], `{}${HIDDEN}`),
    ],
    ['a list of Content-Lengths', rawRequest(POST, [JSON_TYPE, 'Content-Length: 2, 2'], `{}${HIDDEN}`)],
    ['a negative Content-Length', rawRequest(POST, [JSON_TYPE, 'Content-Length: -1'], `{}${HIDDEN}`)],
    ['a Content-Length with a sign', rawRequest(POST, [JSON_TYPE, 'Content-Length: +2'], `{}${HIDDEN}`)],
    ['a Content-Length in hex', rawRequest(POST, [JSON_TYPE, 'Content-Length: 0x2'], `{}${HIDDEN}`)],
    [
      'Transfer-Encoding: xchunked',
      rawRequest(POST, [JSON_TYPE, 'Transfer-Encoding: xchunked'], `0\r\n\r\n${HIDDEN}`),
    ],
    [
      'Transfer-Encoding: chunked, identity',
      rawRequest(POST, [JSON_TYPE, 'Transfer-Encoding: chunked, identity'], `0\r\n\r\n${HIDDEN}`),
    ],
    [
      'Transfer-Encoding twice',
      rawRequest(
        POST,
        [JSON_TYPE, 'Transfer-Encoding: chunked', 'Transfer-Encoding: gzip'],
        `0\r\n\r\n${HIDDEN}`,
      ),
    ],
    [
      'a space before the colon',
      rawRequest(POST, [JSON_TYPE, 'Transfer-Encoding : chunked'], `0\r\n\r\n${HIDDEN}`),
    ],
    [
      'a chunk size that is none',
      rawRequest(POST, [JSON_TYPE, 'Transfer-Encoding: chunked'], `0x2\r\n{}\r\n0\r\n\r\n${HIDDEN}`),
    ],
    [
      'a chunk size beyond 64 bits',
      rawRequest(
        POST,
        [JSON_TYPE, 'Transfer-Encoding: chunked'],
        `10000000000000002\r\n{}\r\n0\r\n\r\n${HIDDEN}`,
      ),
    ],
    [
      'a chunk longer than it says',
      rawRequest(POST, [JSON_TYPE, 'Transfer-Encoding: chunked'], `1\r\n{}\r\n0\r\n\r\n${HIDDEN}`),
    ],
    [
      'a folded header',
      rawRequest(
        POST,
        [JSON_TYPE, 'X-Folded: one\r\n Transfer-Encoding: chunked', 'Content-Length: 2'],
        '{}',
      ),
    ],
    ['a NUL in a header', rawRequest(POST, [JSON_TYPE, 'X-Nul: a\0b', 'Content-Length: 2'], '{}')],
    [
      'a bare CR in a header',
      rawRequest(POST, [JSON_TYPE, 'X-Cr: a\rTransfer-Encoding: chunked', 'Content-Length: 2'], '{}'),
    ],
    ['a NUL in a header name', rawRequest(POST, [JSON_TYPE, 'X\0Y: 1', 'Content-Length: 2'], '{}')],
    ['no Host', [POST, JSON_TYPE, 'Content-Length: 2', '', '{}'].join('\r\n')],
    ['HTTP/3.0', rawRequest(POST.replace('1.1', '3.0'), [JSON_TYPE, 'Content-Length: 2'], '{}')],
    ['HTTP/1.10', rawRequest(POST.replace('1.1', '1.10'), [JSON_TYPE, 'Content-Length: 2'], '{}')],
    ['no version', rawRequest(`POST ${PATH}`, [JSON_TYPE, 'Content-Length: 2'], '{}')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    [
      'a space in the address',
      rawRequest(POST.replace(PATH, `${PATH} x`), [JSON_TYPE, 'Content-Length: 2'], '{}'),
    ],
    [
      'a method of no kind',
      rawRequest(POST.replace('POST', 'POS T'), [JSON_TYPE, 'Content-Length: 2'], '{}'),
    ],
  ];

  it.each(refused)('%s: one bare 400, and the connection ends', async (_what, request) => {
    const client = new RawClient(url).send(request);
    const answers = await client.ended();
    expect([statuses(answers), client.closed]).toEqual([[400], true]);
    expect(answers[0]?.body).not.toContain('services');
    await expectServed();
  });

  it('line ends without CR', async () => {
    const client = new RawClient(url).send(`${POST}\nHost: localhost\n${JSON_TYPE}\nContent-Length: 2\n\n{}`);
    expect(statuses(await client.ended())).toEqual([400]);
  });

  it('headers beyond 16 KB: a bare 431', async () => {
    const client = new RawClient(url).send(rawRequest(POST, [JSON_TYPE, `X-Long: ${'x'.repeat(17_000)}`]));
    const [answer] = await client.ended();
    expect([answer?.status, answer?.body]).toEqual([431, '']);
  });

  it('the address of another host as the target is an address here, or none', async () => {
    const target = `POST http://169.254.169.254/latest HTTP/1.1`;
    const client = new RawClient(url).send(
      rawRequest(target, [JSON_TYPE, length(body), 'Connection: close'], body),
    );
    expect(statuses(await client.ended())).toEqual([404]);
  });

  it.each(['CONNECT localhost:22 HTTP/1.1', 'CONNECT / HTTP/1.1'])('%s: no tunnel', async (line) => {
    const client = new RawClient(url).send(rawRequest(line));
    const answers = await client.ended();
    expect(client.closed).toBe(true);
    expect(statuses(answers).filter((status) => status < 400)).toEqual([]);
  });

  it('Upgrade is not taken up: the request is answered as it is', async () => {
    const client = new RawClient(url).send(
      rawRequest('GET /health/live HTTP/1.1', [
        'Connection: Upgrade',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABk',
      ]),
    );
    const [answer] = await client.answers(1);
    expect(answer?.status).toBe(200);
    client.socket.destroy();
  });

  it('Expect: 100-continue: first the go-ahead, then one answer', async () => {
    const client = new RawClient(url).send(
      rawRequest(POST, [JSON_TYPE, length(body), 'Expect: 100-continue', 'Connection: close']),
    );
    await client.answers(1);
    expect(client.received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    client.send(body);
    expect(statuses(await client.ended())).toEqual([100, 200]);
  });

  it('Expect: anything else: 417', async () => {
    const client = new RawClient(url).send(
      rawRequest(POST, [JSON_TYPE, length(body), 'Expect: more', 'Connection: close'], body),
    );
    expect(statuses(await client.ended())).toEqual([417]);
  });

  it('two requests in a row get two answers, in order', async () => {
    const client = new RawClient(url).send(
      rawRequest(POST, [JSON_TYPE, length(body)], body) +
        rawRequest('GET /health/live HTTP/1.1', ['Connection: close']),
    );
    const answers = await client.ended();
    expect(statuses(answers)).toEqual([200, 200]);
    expect(answers.map((answer) => answer.body)).toEqual(['{"cards":[]}', '{"status":"live"}']);
  });
});
