import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import { accepted, AT, metric, overridden, post, send, showCard, type ShownCard } from './feedback-client.ts';

const COMMENT = 'COMMENT-CANARY: the patient, Judith Exemplar, is on holiday';
const FEEDBACK = 'recurrence_card_feedback_total';

let stack: Stack;
let card: ShownCard;
beforeAll(async () => {
  stack = await startStack();
  card = await showCard(stack);
});
afterAll(() => stack.close());

describe('feedback', () => {
  it('accepted: 200 with an empty object, not to be cached; counted, with what was accepted', async () => {
    const before = await metric([stack], 'recurrence_suggestions_accepted_total');
    const answer = await send(stack, accepted(card));
    expect([answer.status, answer.text, answer.headers.get('cache-control')]).toEqual([
      200,
      '{}',
      'no-store',
    ]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await metric([stack], FEEDBACK, 'outcome="accepted",reason="none"')).toBe(1);
    expect(await metric([stack], 'recurrence_suggestions_accepted_total')).toBe(before + 1);
    expect(await metric([stack], 'recurrence_cards_issued_total', 'topic="recurrence-risk"')).toBe(1);
  });

  it('overridden, with a reason of ours and a comment: counted by the reason', async () => {
    const reason = card.overrideReasons![0]!;
    expect((await send(stack, overridden(card, { reason, userComment: COMMENT }))).status).toBe(200);
    expect(await metric([stack], FEEDBACK, `outcome="overridden",reason="${reason.code}"`)).toBe(1);
  });

  it('the same again, in one body and in others at a time, is answered well and counted once', async () => {
    const fresh = await showCard(stack);
    const before = await metric([stack], FEEDBACK);
    const item = overridden(fresh);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(stack, item, item)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await metric([stack], FEEDBACK)).toBe(before + 1);
    // UUIDs are the same in capitals.
    expect((await send(stack, { ...item, card: fresh.uuid.toUpperCase() })).status).toBe(200);
    expect(await metric([stack], FEEDBACK)).toBe(before + 1);
  });

  it('accepted, then overridden, then both again: two facts', async () => {
    const fresh = await showCard(stack);
    const before = await metric([stack], FEEDBACK);
    for (const item of [accepted(fresh), overridden(fresh), accepted(fresh), overridden(fresh)])
      expect((await send(stack, item)).status).toBe(200);
    expect(await metric([stack], FEEDBACK)).toBe(before + 2);
  });

  it('times with any offset and in the future are taken: clocks differ', async () => {
    const fresh = await showCard(stack);
    for (const at of ['2026-11-23T18:05:00+08:00', '2027-03-01T00:00:00Z', '2026-11-23T10:05:00.123456Z'])
      expect((await send(stack, overridden(fresh, undefined, at))).status).toBe(200);
  });

  it('members that nobody has heard of are let through; an empty list is well', async () => {
    const fresh = await showCard(stack);
    const item = { ...overridden(fresh, { reason: undefined, extension: {} }), extension: { 'org.x': 1 } };
    expect((await post(stack, { feedback: [item], extension: { a: [] } })).status).toBe(200);
    expect((await post(stack, { feedback: [] })).status).toBe(200);
  });

  it('an unknown card is named by its place, never its value; the others are taken', async () => {
    const fresh = await showCard(stack);
    const before = await metric([stack], FEEDBACK);
    const unknown = randomUUID();
    const answer = await send(stack, overridden(fresh), overridden({ uuid: unknown }), accepted(fresh));
    expect([answer.status, answer.code]).toEqual([404, 'CDS_CARD_UNKNOWN']);
    expect(answer.said).toContain('feedback[1].card');
    expect(answer.text).not.toContain(unknown);
    expect(await metric([stack], FEEDBACK)).toBe(before + 2);
  });

  it("another card's suggestion is named by its place", async () => {
    const [fresh, other] = [await showCard(stack), await showCard(stack)];
    const item = {
      ...accepted(fresh),
      acceptedSuggestions: [{ id: fresh.suggestions![0]!.uuid }, { id: other.suggestions![0]!.uuid }],
    };
    const answer = await send(stack, overridden(fresh), item);
    expect([answer.status, answer.code]).toEqual([400, 'CDS_REQUEST_INVALID']);
    expect(answer.said).toContain('feedback[1].acceptedSuggestions[1].id');
    expect(answer.text).not.toContain(other.suggestions![0]!.uuid);
  });

  it.each([
    ['nothing', undefined, /feedback: /],
    ['a list', [], /body/],
    ['no list', { feedback: {} }, /feedback: /],
    ['an item that is none', { feedback: ['x'] }, /feedback\[0\]/],
    ['no card', { feedback: [{ outcome: 'overridden', outcomeTimestamp: AT }] }, /feedback\[0\]\.card/],
    ['a card that is no UUID', { feedback: [overridden({ uuid: 'SECRET' })] }, /feedback\[0\]\.card/],
    [
      'another outcome',
      { feedback: [{ ...overridden({ uuid: randomUUID() }), outcome: 'SECRET' }] },
      /feedback\[0\]\.outcome/,
    ],
    [
      'accepted without a suggestion',
      { feedback: [{ card: randomUUID(), outcome: 'accepted', outcomeTimestamp: AT }] },
      /feedback\[0\]\.acceptedSuggestions/,
    ],
    [
      'a time without a zone',
      { feedback: [overridden({ uuid: randomUUID() }, undefined, '2026-11-23T10:00:00')] },
      /feedback\[0\]\.outcomeTimestamp/,
    ],
    [
      'a long comment',
      { feedback: [overridden({ uuid: randomUUID() }, { userComment: 'SECRET'.repeat(1000) })] },
      /feedback\[0\]\.overrideReason\.userComment/,
    ],
    [
      'more than a hundred',
      { feedback: Array.from({ length: 101 }, () => overridden({ uuid: randomUUID() })) },
      /feedback: /,
    ],
  ])('%s: 400 naming the field', async (_what, body, where) => {
    const answer = await post(stack, body, body === undefined ? { raw: '' } : {});
    expect([answer.status, answer.code]).toEqual([400, 'CDS_REQUEST_INVALID']);
    expect(answer.said).toMatch(where);
    expect(answer.text).not.toContain('SECRET');
  });

  it('a service that is none, another method, another type, too much', async () => {
    const unknown = await post(stack, { feedback: [] }, { path: '/cds-services/nonsense/feedback' });
    expect([unknown.status, unknown.code]).toEqual([404, 'CDS_SERVICE_UNKNOWN']);
    const got = await post(stack, undefined, { method: 'GET' });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect((await post(stack, { feedback: [] }, { type: 'text/plain' })).status).toBe(415);
    const large = JSON.stringify({ feedback: [], more: 'x'.repeat(5_000_000) });
    expect((await post(stack, undefined, { raw: large })).status).toBe(413);
    expect((await post(stack, undefined, { raw: '{"feedback": [' })).code).toBe('CDS_REQUEST_INVALID');
  });

  it('whatever the body: never a failure of ours, never an echo', async () => {
    const fresh = await showCard(stack);
    const canary = fc.constantFrom('ECHO-CANARY', '<script>ECHO-CANARY</script>', 'ECHO-CANARY\u0000\ud800');
    const leaf = fc.oneof(canary, fc.constantFrom(fresh.uuid, AT, 'accepted', 'overridden'), fc.jsonValue());
    const mostly = (usual: unknown) => fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, leaf);
    const item = fc.record(
      {
        card: mostly(fresh.uuid),
        outcome: mostly('overridden'),
        outcomeTimestamp: mostly(AT),
        acceptedSuggestions: fc.oneof(
          leaf,
          fc.array(fc.record({ id: mostly(fresh.suggestions![0]!.uuid) }), { maxLength: 3 }),
        ),
        overrideReason: fc.oneof(
          leaf,
          fc.record(
            { reason: fc.oneof(leaf, fc.record({ code: leaf, system: leaf })), userComment: leaf },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: ['card'] },
    );
    const body = fc.oneof(leaf, fc.record({ feedback: fc.oneof(leaf, fc.array(item, { maxLength: 4 })) }));
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const { status, text } = await post(stack, sent);
        expect([200, 400, 404]).toContain(status);
        expect(text).not.toContain('ECHO-CANARY');
        expect(text).not.toContain(fresh.uuid);
      }),
      { numRuns: 400 },
    );
  });

  it('what clinicians wrote is in no log and no metric', async () => {
    const metrics = await (await fetch(`${stack.service.url}/metrics`)).text();
    for (const text of [metrics, stack.logged.join('')])
      expect(text).not.toMatch(/COMMENT-CANARY|ECHO-CANARY|Judith/);
  });
});
