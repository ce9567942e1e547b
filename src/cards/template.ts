import { hash } from 'node:crypto';
import type { RenderedCard } from './base.ts';
import { stampCard } from './base.ts';

/** A rendered card as JSON bytes in which only the uuids are still to be written. */
export interface CardTemplate {
  readonly topic: string;
  /** Digest of everything a reader sees. */
  readonly content: string;
  /** What each suggestion suggests, in order. */
  readonly items: readonly string[];
  /** The card with fresh uuids, as JSON: asks for the card's first, then for each suggestion's in order. */
  stamp(uuid: () => string): Buffer;
}

/** In no text of a card: its Markdown has no control characters, and JSON writes this one as an escape. */
const PLACEHOLDER = '\u0001uuid';

/**
 * Serialises a card once: a card is a few kilobytes of text, and turning it into bytes anew for each request
 * costs more than all that is decided in between.
 */
export function cardTemplate(rendered: RenderedCard): CardTemplate {
  const json = JSON.stringify(stampCard(rendered, () => PLACEHOLDER));
  const parts = json.split(JSON.stringify(PLACEHOLDER)).map((part) => Buffer.from(part));
  return {
    topic: rendered.source.topic.code,
    content: hash('sha256', json, 'base64url'),
    items: (rendered.suggestions ?? []).map(({ item }) => item),
    stamp: (uuid) =>
      Buffer.concat(
        parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(`"${uuid()}"`, 'latin1'), part])),
      ),
  };
}
