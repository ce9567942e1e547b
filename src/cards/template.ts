import { hash, randomUUID } from 'node:crypto';
import type { RenderedCard } from './base.ts';
import { stampCard } from './base.ts';
import { REPLACES } from './replaced-card.ts';
import type { Card } from './schema.ts';

/** What a card takes the place of. */
export interface Replacement {
  /** Markdown of one line, the last of the detail. */
  readonly line: string;
  readonly uuids: readonly string[];
}

/** A rendered card as JSON bytes in which only the uuids, and what it replaces, are still to be written. */
export interface CardTemplate {
  readonly topic: string;
  /** Digest of what the card says, the same in all languages. */
  readonly content: string;
  /** What each suggestion suggests, in order. */
  readonly items: readonly string[];
  /** The card with fresh uuids, as JSON: asks for the card's first, then for each suggestion's in order. */
  stamp(uuid: () => string, replaces?: Replacement): Buffer;
}

/** Nobody can guess it: neither a chart nor what a client sent, and gets back in a suggestion, can hold it. */
const PLACEHOLDER = JSON.stringify(`uuid of ${randomUUID()}`);

/** The pieces between uuids. */
const cut = (json: string): Buffer[] => json.split(PLACEHOLDER).map((part) => Buffer.from(part));

const inner = (json: string): string => json.slice(1, -1);

const stamped = (rendered: RenderedCard): Card => stampCard(rendered, () => inner(PLACEHOLDER));

/** Of all but the uuids: the same in every process. */
const digestOf = (card: Card): string =>
  hash('sha256', Buffer.concat(cut(JSON.stringify(card))), 'base64url');

/**
 * Serialises a card once: a card is a few kilobytes of text, and turning it into bytes anew for each request
 * costs more than all that is decided in between.
 *
 * @param plain the same card in one language for all readers, for the digest; the card itself unless told
 */
export function cardTemplate(rendered: RenderedCard, plain: RenderedCard = rendered): CardTemplate {
  const card = stamped(rendered);
  const { uuid, summary, indicator, detail, extension, ...rest } = card;
  // The detail's closing quotation mark and the closing brace are left for what may be replaced.
  const begin = `{${inner(JSON.stringify({ uuid, summary, indicator }))},"detail":"${inner(JSON.stringify(detail))}`;
  const upToDetail = cut(begin);
  const afterDetail = cut(`",${inner(JSON.stringify(rest))}`);
  const end = (extra: object): Buffer => {
    const all = { ...extension, ...extra };
    return Buffer.from(Object.keys(all).length === 0 ? '}' : `,"extension":${JSON.stringify(all)}}`);
  };
  const plainEnd = end({});
  const withUuids = (parts: readonly Buffer[], next: () => string): Buffer[] =>
    parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(`"${next()}"`, 'latin1'), part]));
  return {
    topic: rendered.source.topic.code,
    content: digestOf(plain === rendered ? card : stamped(plain)),
    items: (rendered.suggestions ?? []).map(({ item }) => item),
    stamp: (next, replaces) =>
      Buffer.concat([
        ...withUuids(upToDetail, next),
        ...(replaces === undefined ? [] : [Buffer.from(inner(JSON.stringify(`\n\n${replaces.line}`)))]),
        ...withUuids(afterDetail, next),
        replaces === undefined ? plainEnd : end({ [REPLACES]: replaces.uuids }),
      ]),
  };
}
