import { createInstance } from 'i18next';
import type { i18n } from 'i18next';
import { createFormats } from './formats.ts';
import type { Formats } from './formats.ts';
import type { Language } from './language.ts';
import { LANGUAGES } from './language.ts';
import type { Catalogue, MessageKey, ValueNames } from './messages/catalogue.ts';
import { en } from './messages/en.ts';
import { zhCN } from './messages/zh-cn.ts';

/** Every catalogue has exactly the keys of the English one: the type says so, and a test. */
export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, 'zh-CN': zhCN };

type MessageValues = Readonly<Record<string, string | number>>;

/** Texts and formats in one language. */
export interface Translator extends Formats {
  readonly language: Language;
  /**
   * The text of a key, with every value it asks for. Values go in as they are: whoever puts a chart's string into
   * Markdown or HTML escapes it first (cards/escape.ts).
   */
  readonly t: <Key extends MessageKey>(
    key: Key,
    ...values: [ValueNames<Key>] extends [never] ? [] : [Readonly<Record<ValueNames<Key>, string | number>>]
  ) => string;
}

const createI18n = (): i18n => {
  const instance = createInstance();
  void instance.init({
    resources: Object.fromEntries(
      LANGUAGES.map((language) => [language, { translation: CATALOGUES[language] }]),
    ),
    supportedLngs: [...LANGUAGES],
    fallbackLng: false,
    // Keys are flat; a ':' in a key or value means nothing.
    keySeparator: false,
    nsSeparator: false,
    // Escaping here would be HTML's, wrong in Markdown and in plain summaries.
    interpolation: { escapeValue: false },
    // Everything is in memory: ready when this returns.
    initAsync: false,
  });
  return instance;
};

/** Splits a text into what stands (even places) and the names of values (odd places). */
const PLACEHOLDER = /\{\{(\w+)\}\}/;

const fillIn = (parts: readonly string[], values: MessageValues | undefined): string => {
  let text = '';
  parts.forEach((part, index) => {
    text += index % 2 === 0 ? part : String(values?.[part] ?? '');
  });
  return text;
};

const messages = createI18n();
const translators = new Map<Language, Translator>();

/** The translator of a language; one object a language, so that callers may key caches by it. */
export const createTranslator = (language: Language): Translator => {
  const known = translators.get(language);
  if (known !== undefined) return known;
  const translate = messages.getFixedT(language);
  // i18next finds the text once; it takes 3 microseconds to fill one in, and a card has fifty. Cut at its values, a
  // text is filled in by joining: a value that looks like a placeholder or `$t(` stays a value.
  const texts = new Map<MessageKey, readonly string[]>();
  const partsOf = (key: MessageKey): readonly string[] => {
    const parts = texts.get(key) ?? translate(key, { skipInterpolation: true }).split(PLACEHOLDER);
    texts.set(key, parts);
    return parts;
  };
  const translator: Translator = {
    language,
    t: (key, ...[values]: readonly MessageValues[]) => fillIn(partsOf(key), values),
    ...createFormats(language),
  };
  translators.set(language, translator);
  return translator;
};
