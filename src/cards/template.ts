import type { RenderedCard } from './base.ts';
import { stampCard } from './base.ts';

/** A rendered card as JSON bytes in which only the uuids are still to be written. */
export interface CardTemplate {
  /** The card with fresh uuids, as JSON. */
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
    stamp: (uuid) =>
      Buffer.concat(
        parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(`"${uuid()}"`, 'latin1'), part])),
      ),
  };
}
