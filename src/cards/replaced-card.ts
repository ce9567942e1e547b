import type { Translator } from '../i18n/index.ts';

/** Of the cards of the risk services; others neither replace them nor are replaced by them. */
export const RISK_TOPICS = [
  'recurrence-risk',
  'pending',
  'unavailable',
  'not-eligible',
  'no-risk-defined',
] as const;
export type RiskTopic = (typeof RISK_TOPICS)[number];

/** The names of the cards that a card takes the place of, for clients that remove them. */
export const REPLACES = 'org.recurrence-cds.replaces';

export interface ReplacedCard {
  readonly topic: RiskTopic;
  /** ISO instant. */
  readonly issuedAt: string;
  /** It was about the same: a risk then and now. */
  readonly sameTopic: boolean;
}

/** One line: what a card takes the place of, and since when that stood there. */
export const replacedLine = (
  { t, instant }: Translator,
  { topic, issuedAt, sameTopic }: ReplacedCard,
  timeZone: string,
): string =>
  t('replaces.line', {
    time: instant(issuedAt, timeZone),
    what: t(sameTopic ? 'replaces.same' : `replaces.${topic}`),
  });
