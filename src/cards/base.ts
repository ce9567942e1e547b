import type { Translator } from '../i18n/index.ts';
import { plainText } from './escape.ts';
import { DESCRIPTION_LIMIT, DETAIL_LIMIT, LABEL_LIMIT, SUMMARY_LIMIT, type Card } from './schema.ts';

/** What a card is about, for clients that group or filter cards. */
export const CARD_TOPIC_SYSTEM = 'https://recurrence-cds.org/fhir/CodeSystem/card-topic';
export const CARD_TOPICS = [
  'recurrence-risk',
  'not-eligible',
  'no-risk-defined',
  'pending',
  'unavailable',
  'out-of-scope',
  'appointment',
  'order',
] as const;
export type CardTopic = (typeof CARD_TOPICS)[number];

/** What every card needs. */
export interface CardContext {
  /** In the reader's language. */
  readonly translator: Translator;
  readonly source: { readonly label: string; readonly url?: string };
  /** A fresh RFC 4122 UUID at each call: feedback names cards and suggestions by it. */
  readonly uuid: () => string;
  /** The installed model was trained on simulated patients: every card says so. */
  readonly simulated: boolean;
}

/** The context of what does not change from request to request. */
export type RenderContext = Omit<CardContext, 'uuid'>;

/** A suggestion without its uuid; `item` says what is suggested (a policy action's id), for the counting of feedback. */
export type RenderedSuggestion = Omit<NonNullable<Card['suggestions']>[number], 'uuid'> & {
  readonly item: string;
};

/** A card without its uuids: the same input gives the same object, so callers may keep it. */
export type RenderedCard = Omit<Card, 'uuid' | 'suggestions'> & {
  readonly suggestions?: readonly RenderedSuggestion[];
};

/** What is read as plain text, made fit for it: whoever made the card and wherever its words came from. */
const plainParts = ({ suggestions, links }: RenderedCard) => ({
  ...(suggestions !== undefined && {
    suggestions: suggestions.map((suggestion) => ({
      ...suggestion,
      label: plainText(suggestion.label, LABEL_LIMIT),
      actions: suggestion.actions.map((action) => ({
        ...action,
        description: plainText(action.description, DESCRIPTION_LIMIT),
      })),
    })),
  }),
  ...(links !== undefined && {
    links: links.map((link) => ({ ...link, label: plainText(link.label, LABEL_LIMIT) })),
  }),
});

/** The rendered card with fresh uuids. */
export const stampCard = (rendered: RenderedCard, uuid: () => string): Card => {
  const { suggestions, links, ...rest } = { ...rendered, ...plainParts(rendered) };
  return {
    uuid: uuid(),
    ...rest,
    ...(suggestions !== undefined && {
      suggestions: suggestions.map(({ item: _, ...suggestion }) => ({ ...suggestion, uuid: uuid() })),
    }),
    ...(links !== undefined && { links }),
  };
};

/** "Simulated model, not for clinical use": the first thing in the detail of every card of such a model. */
const banner = ({ t }: Translator): string =>
  `**${t('banner.simulated')}**${t('sentence.end')}${t('banner.explain')}`;

export interface CardParts {
  readonly topic: CardTopic;
  readonly indicator: Card['indicator'];
  /** Plain text; cut if it is too long, since a client may refuse the card otherwise. */
  readonly summary: string;
  /** Markdown paragraphs, in order. */
  readonly detail: readonly string[];
}

/** The paragraphs that a card has room for, in order; said where one is left out. Only a hostile chart has as many. */
const fitting = ({ t }: Translator, paragraphs: readonly string[]): string => {
  const whole = paragraphs.join('\n\n');
  if (whole.length <= DETAIL_LIMIT) return whole;
  const note = t('card.shortened');
  let room = DETAIL_LIMIT - note.length;
  const kept = paragraphs.filter((paragraph) => {
    const fits = paragraph.length + 2 <= room;
    if (fits) room -= paragraph.length + 2;
    return fits;
  });
  return [...kept, note].join('\n\n');
};

/** A card of what all cards have. */
export const renderCard = (
  { translator, source, simulated }: RenderContext,
  { topic, indicator, summary, detail }: CardParts,
): RenderedCard => ({
  summary: plainText(summary, SUMMARY_LIMIT),
  indicator,
  detail: fitting(translator, simulated ? [banner(translator), ...detail] : detail),
  source: {
    label: source.label,
    ...(source.url !== undefined && { url: source.url }),
    topic: { system: CARD_TOPIC_SYSTEM, code: topic },
  },
});

/** A Markdown table. Cells are escaped Markdown of one line; empty ones show a dash. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => (cell === '' ? '–' : cell)).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
};

/** A Markdown list. */
export const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
