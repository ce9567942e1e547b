import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardTemplate, stampCard, type RenderedCard } from '../../../src/cards/index.ts';

const rendered = (detail: string): RenderedCard => ({
  summary: 'Summary – 摘要',
  indicator: 'info',
  detail,
  source: { label: 'recurrence-cds', topic: { system: 'urn:topic', code: 'recurrence-risk' } },
  selectionBehavior: 'any',
  suggestions: [
    { item: 'first', label: 'one', actions: [] },
    { item: 'second', label: 'two', actions: [] },
  ],
});

it('is the stamped card, byte for byte, with the uuids in their order', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (detail) => {
      const uuids = [randomUUID(), randomUUID(), randomUUID()];
      const next = () => {
        let at = 0;
        return () => uuids[at++] ?? '';
      };
      const card = rendered(detail);
      const stamped = JSON.parse(cardTemplate(card).stamp(next()).toString()) as object;
      expect(stamped).toEqual(JSON.parse(JSON.stringify(stampCard(card, next()))));
    }),
  );
});

it('gives new uuids each time', () => {
  const template = cardTemplate(rendered('x'));
  const uuidOf = () => (JSON.parse(template.stamp(randomUUID).toString()) as { uuid: string }).uuid;
  expect(uuidOf()).not.toBe(uuidOf());
});

it('takes nothing in a resource for a uuid’s place, and says the same in every process', () => {
  const card: RenderedCard = {
    ...rendered('x'),
    suggestions: [
      {
        item: 'first',
        label: 'one',
        actions: [
          {
            type: 'create',
            description: 'd',
            resource: { resourceType: 'Basic', a: '\u0001uuid', b: 'uuid of ' },
          },
        ],
      },
    ],
  };
  const uuids: string[] = [];
  const stamped: any = JSON.parse(
    cardTemplate(card)
      .stamp(() => {
        uuids.push(randomUUID());
        return uuids.at(-1) ?? '';
      })
      .toString(),
  );
  expect(uuids).toEqual([stamped.uuid, stamped.suggestions[0].uuid]);
  expect(stamped.suggestions[0].actions).toEqual(card.suggestions?.[0]?.actions);
  // By another process.
  expect(cardTemplate(rendered('x')).content).toBe('8_2H9hn_rKdbexzyzsdXAtTj6CChqztq81psi0r-wf8');
});

describe('what it replaces', () => {
  const replaces = { line: 'Replaces the card of 10:15: "old" – 旧.', uuids: [randomUUID(), randomUUID()] };

  it('is the last line of the detail and an extension, and nothing else changes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (detail, extended) => {
        const card: RenderedCard = {
          ...rendered(detail),
          ...(extended && { extension: { 'org.example.other': 'kept' } }),
        };
        const template = cardTemplate(card);
        const plain = JSON.parse(template.stamp(() => 'u').toString());
        const stamped = JSON.parse(template.stamp(() => 'u', replaces).toString());
        expect(stamped).toEqual({
          ...plain,
          detail: `${plain.detail}\n\n${replaces.line}`,
          extension: { ...plain.extension, 'org.recurrence-cds.replaces': replaces.uuids },
        });
        // The template keeps nothing of it.
        expect(JSON.parse(template.stamp(() => 'u').toString())).toEqual(plain);
      }),
    );
  });

  it('does not change what the card says', () => {
    const [one, other] = [rendered('x'), rendered('y')];
    expect(cardTemplate(one).content).toBe(cardTemplate(rendered('x')).content);
    expect(cardTemplate(one).content).not.toBe(cardTemplate(other).content);
    expect(cardTemplate(other, one).content).toBe(cardTemplate(one).content);
  });
});
