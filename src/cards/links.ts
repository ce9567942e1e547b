import type { Language } from '../i18n/index.ts';
import { plainText } from './escape.ts';
import { LABEL_LIMIT, type Card } from './schema.ts';

/** A link that a site wants on its cards. */
export interface SiteLink {
  /** English serves readers of a language that it does not name. */
  readonly label: Readonly<{ en: string } & Partial<Record<Language, string | undefined>>>;
  readonly url: string;
  readonly type: 'absolute' | 'smart';
}

/**
 * The site's links, for a card that shows a risk. Nothing of the card is behind them: EHRs disable SMART links where
 * their server has no launch endpoint, and readers need not follow any.
 *
 * @param fingerprint of the assessment that is shown: all that a SMART app is handed, as it names the result for who
 *   may ask for it and tells nothing of the patient to anybody else
 */
export const siteLinks = (
  language: Language,
  links: readonly SiteLink[],
  fingerprint: string,
): Pick<Card, 'links'> => {
  if (links.length === 0) return {};
  return {
    links: links.map(({ label, url, type }) => {
      const text = plainText(label[language] ?? label.en, LABEL_LIMIT);
      return type === 'smart'
        ? { label: text, url, type, appContext: JSON.stringify({ fingerprint }) }
        : { label: text, url, type };
    }),
  };
};
