/** Whatever is sent as Authorization: it is refused by one of the known words, or it was good. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { REFUSALS } from '../../../../src/http/client-auth/index.ts';
import { codeSpans, ROOT, section, tableRows } from '../../docs/markdown.ts';
import {
  bearer,
  bySigner,
  compact,
  goodClaims,
  makeSigner,
  openAuth,
  pinned,
  type OpenedAuth,
  type Signer,
} from './support.ts';

let ehr: Signer;
let opened: OpenedAuth;
beforeAll(async () => {
  ehr = await makeSigner('ES384', 'ehr-1');
  opened = await openAuth({ tenants: [pinned(ehr)] });
});

const base64url = fc.oneof(
  fc.stringMatching(/^[\w-]{0,40}$/),
  fc.json().map((text) => Buffer.from(text).toString('base64url')),
  fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
);
const jwtShaped = fc.tuple(base64url, base64url, base64url).map((parts) => bearer(parts.join('.')));

/** A good header and good claims in which some members are anything. */
const nearlyGood = fc
  .tuple(
    fc.dictionary(fc.constantFrom('alg', 'typ', 'kid', 'jku', 'crit', 'b64', 'jwk', 'zip'), fc.jsonValue()),
    fc.dictionary(fc.constantFrom('iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'tenant'), fc.jsonValue()),
  )
  .map(([header, claims]) =>
    bearer(compact({ alg: 'ES384', typ: 'JWT', kid: 'ehr-1', ...header }, goodClaims(claims), bySigner(ehr))),
  );

describe('garbage', () => {
  it.each([
    ['any text', fc.string({ maxLength: 200 }), 1000],
    ['any bytes as a token', fc.string({ unit: 'binary' }).map(bearer), 1000],
    ['JWT-shaped', jwtShaped, 1000],
    ['nearly good', nearlyGood, 300],
    ['several', fc.array(fc.oneof(jwtShaped, fc.string()), { minLength: 2, maxLength: 4 }), 200],
  ] as const)('%s', async (_name, headers: fc.Arbitrary<string | string[]>, numRuns) => {
    await fc.assert(
      fc.asyncProperty(headers, async (header) => {
        const answer = await opened.judge(header);
        if (typeof answer === 'string') expect(REFUSALS).toContain(answer);
        else expect(answer).toEqual(['tenant-0']);
      }),
      { numRuns },
    );
  });

  it('is told by words that are documented, each of them', () => {
    const text = readFileSync(path.join(ROOT, 'docs/client-authentication.md'), 'utf8');
    const rows = tableRows(section(text, '## When a client is refused'));
    expect(rows.flatMap(([word = '']) => codeSpans(word)).sort()).toEqual([...REFUSALS].sort());
  });
});
