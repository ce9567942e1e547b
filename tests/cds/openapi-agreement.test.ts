/**
 * What is published is what is checked: the parser of the running service and the published schemas agree on whatever
 * is sent. The differences that remain are listed here and in docs/adr/0024-published-schemas.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { responseSchema } from '../../src/hooks/index.ts';
import { feedbackSchema } from '../../src/http/feedback-schema.ts';
import { EXAMPLES } from '../http/published-request.ts';
import { startStack, type Stack } from '../http/running-service.ts';
import { nearly } from './mutations.ts';
import { readContract, type Contract } from './published.ts';

let stack: Stack;
let contract: Contract;
beforeAll(async () => {
  stack = await startStack();
  contract = await readContract(stack.service.url);
});
afterAll(() => stack.close());

const folders = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const read = (folder: string, file: string): any =>
  JSON.parse(readFileSync(path.join(EXAMPLES, folder, `${file}.json`), 'utf8'));

/** What the parser refuses and JSON Schema cannot say, by what the refusal names. */
const UNSAYABLE: readonly RegExp[] = [
  // order-select: each of `selections` is the reference of an entry of `draftOrders`.
  /not in context\.draftOrders/,
  // A depth.
  /nested too deeply/,
];

/** Addresses are read by the parser as browsers read them, by JSON Schema as RFC 3986: it is the stricter one. */
const URLS_ARE_PLAIN = (text: string): boolean => /^[\x21-\x7e]*$/.test(text) && !/[\\^`{|}<>"]/.test(text);

const TOKEN = {
  access_token: 'secret-token',
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'patient/*.rs',
  subject: 'recurrence-cds',
  patient: 'demo-high-13-months',
};

/** The example, small: as it comes, with a prefetch of every kind of value, and with a token. */
const requests = (folder: string): unknown[] => {
  const { prefetch: _, ...bare } = read(folder, 'request');
  const fhirServer = 'https://elsewhere.example/fhir';
  return [
    bare,
    { ...bare, fhirServer, prefetch: { patient: null, conditions: { resourceType: 'Bundle', entry: [] } } },
    { ...bare, fhirServer, fhirAuthorization: TOKEN },
    { ...bare, fhirAuthorization: TOKEN },
    { ...bare, extension: { 'com.example.a': 1 } },
  ];
};

const REFUSED = new Set(['CDS_REQUEST_INVALID', 'CDS_HOOK_MISMATCH']);

/** Why the running service refuses a body, if it is for its form. */
const refusal = async (service: string, body: unknown): Promise<string | undefined> => {
  const answer = await fetch(`${stack.service.url}/cds-services/${service}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { issue } = (await answer.json()) as any;
  const code = issue?.[0]?.details?.coding?.[0]?.code as string | undefined;
  return code !== undefined && REFUSED.has(code) ? `${code} ${issue[0].details.text as string}` : undefined;
};

describe('requests', () => {
  it.each(folders)('%s: the parser and the schema accept the same', { timeout: 120_000 }, async (folder) => {
    const seen = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(nearly(...requests(folder)), async (body: any) => {
        fc.pre(typeof body?.fhirServer !== 'string' || URLS_ARE_PLAIN(body.fhirServer as string));
        const refused = await refusal(folder, body);
        const errors = contract.errors(`${folder}.request`, body);
        if (refused === undefined) {
          seen.accepted++;
          expect(errors).toEqual([]);
        } else {
          seen.refused++;
          if (!UNSAYABLE.some((reason) => reason.test(refused)))
            expect([refused, errors]).not.toEqual([refused, []]);
        }
      }),
      { numRuns: 1000 },
    );
    expect(seen.accepted).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(100);
  });
});

const agree = (schema: z.ZodType, name: string, documents: readonly unknown[]): void => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(nearly(...documents), (body: unknown) => {
      const accepted = schema.safeParse(body).success;
      seen[accepted ? 'accepted' : 'refused']++;
      const errors = contract.errors(name, body);
      if (accepted) expect(errors).toEqual([]);
      else expect(errors).not.toEqual([]);
    }),
    { numRuns: 3000 },
  );
  expect(seen.accepted).toBeGreaterThan(200);
  expect(seen.refused).toBeGreaterThan(200);
};

describe('responses', () => {
  it('the schema that cards are checked with and the published one accept the same', () => {
    const documents = folders.map((folder) => read(folder, 'response'));
    const [first] = documents;
    agree(responseSchema, 'response', [
      { cards: [] },
      ...documents,
      {
        ...first,
        systemActions: [{ type: 'create', description: 'x', resource: { resourceType: 'Basic' } }],
      },
    ]);
  });

  it.each([
    ['a summary of 140 characters', (card: any) => (card.summary = '😀'.repeat(140))],
    ['suggestions without selectionBehavior', (card: any) => delete card.selectionBehavior],
    ['selectionBehavior without suggestions', (card: any) => delete card.suggestions],
    ['an empty detail', (card: any) => (card.detail = '')],
    ['an empty array deep in a resource', (card: any) => (card.suggestions[0].actions[0].resource.note = [])],
    ['null in a resource', (card: any) => (card.suggestions[0].actions[0].resource.note = null)],
    [
      'two recommended of at most one',
      (card: any) => {
        card.selectionBehavior = 'at-most-one';
        card.suggestions[0].isRecommended = true;
        card.suggestions[1].isRecommended = true;
      },
    ],
    ['an unknown indicator', (card: any) => (card.indicator = 'hard-stop')],
    ['an override reason without display', (card: any) => delete card.overrideReasons[0].display],
    ['a member that is not of CDS Hooks', (card: any) => (card.extra = 1)],
  ])('%s: refused by both', (_name, spoil) => {
    const response = read('recurrence-risk-patient-view', 'response');
    expect([responseSchema.safeParse(response).success, contract.errors('response', response)]).toEqual([
      true,
      [],
    ]);
    spoil(response.cards[0]);
    expect(responseSchema.safeParse(response).success).toBe(false);
    expect(contract.errors('response', response)).not.toEqual([]);
  });
});

describe('feedback', () => {
  const card = 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea';
  const outcomeTimestamp = '2026-11-23T10:00:00.000Z';

  it('the parser and the schema accept the same', () => {
    agree(feedbackSchema, 'feedback', [
      { feedback: [{ card, outcome: 'accepted', acceptedSuggestions: [{ id: card }], outcomeTimestamp }] },
      { feedback: [{ card, outcome: 'overridden', outcomeTimestamp }] },
      {
        feedback: [
          {
            card,
            outcome: 'overridden',
            outcomeTimestamp,
            overrideReason: { reason: { code: 'a', system: 'https://x.example' }, userComment: 'no' },
          },
        ],
      },
    ]);
  });
});

describe('the published schemas', () => {
  it('say something of every part: nothing was published as "anything" for want of words', () => {
    const empty = (node: unknown, at: string): string[] => {
      if (typeof node !== 'object' || node === null) return [];
      const entries = Object.entries(node);
      if (entries.length === 0) return [at];
      return entries.flatMap(([key, inner]) => empty(inner, `${at}/${key}`));
    };
    const anything = [...contract.schemas].flatMap(([name, schema]) => empty(schema, name));
    // Prefetch values and resources are FHIR's to define.
    const expected = /\/(prefetch|resource|draftOrders|appointments|extension)(\/.*)?\/additionalProperties$/;
    expect(anything.filter((at) => !expected.test(at))).toEqual([]);
  });
});
