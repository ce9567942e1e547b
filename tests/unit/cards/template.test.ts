import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
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
