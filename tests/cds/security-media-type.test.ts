/** A body is read as UTF-8 or not at all: its bounds are judged by bytes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAuthService, type RunningAuthService } from './client-auth-service.ts';
import { hookRequest, SERVICE_PATH } from '../http/running-service.ts';

let running: RunningAuthService;
beforeAll(async () => {
  running = await startAuthService({ tenants: [{}] });
});
afterAll(() => running.service.close());

const send = async (mediaType: string, text: string) => {
  const answer = await fetch(running.url + SERVICE_PATH, {
    method: 'POST',
    headers: { 'Content-Type': mediaType },
    body: Buffer.from(text, mediaType.includes('16') ? 'utf16le' : 'utf8'),
  });
  return answer.status;
};

/** In UTF-16 the last byte of this character is a quote's: what follows it looks like a string. */
const HIDDEN = `{"more":"∀","deep":${'['.repeat(100)}${']'.repeat(100)},${JSON.stringify(hookRequest('anybody')).slice(1)}`;

it.each([
  'application/json; charset=utf-16le',
  'application/json; charset="utf-16le"',
  'application/json; x="; charset=utf-8"; charset=utf-16le',
  'application/json; charset=utf-16le; charset=utf-8',
])('%s: 415', async (mediaType) => {
  expect(await send(mediaType, JSON.stringify(hookRequest('anybody')))).toBe(415);
  expect(await send(mediaType, HIDDEN)).toBe(415);
});

it('a second charset is not read by: the first one says what it is, and it is not', async () => {
  expect(await send('application/json; charset=utf-8; charset=utf-16le', HIDDEN)).toBe(400);
});

it.each(['application/json', 'application/json; charset=UTF-8', 'application/json; charset="utf-8"'])(
  '%s: read, and its depth is seen',
  async (mediaType) => {
    const body = (text: string) =>
      fetch(running.url + SERVICE_PATH, {
        method: 'POST',
        headers: { 'Content-Type': mediaType },
        body: text,
      }).then(({ status }) => status);
    expect(await body(JSON.stringify(hookRequest('anybody')))).toBe(412);
    expect(await body(HIDDEN)).toBe(400);
  },
);
