/** The languages cards and pages are written in; each has a whole message catalogue. */
export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Longer headers than any browser sends are not read past this. */
const MAX_HEADER_CHARACTERS = 1000;

interface Range {
  readonly tag: string;
  readonly quality: number;
}

const parseRange = (part: string): Range | undefined => {
  const [tag, ...parameters] = part.split(';').map((piece) => piece.trim());
  if (tag === undefined || !/^(?:\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)$/i.test(tag)) return undefined;
  const weight = parameters.find((parameter) => /^q=/i.test(parameter));
  if (weight === undefined) return { tag: tag.toLowerCase(), quality: 1 };
  // RFC 9110, 12.4.2: at most three decimals, 0 to 1; a malformed weight makes the range unusable.
  if (!/^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.test(weight)) return undefined;
  return { tag: tag.toLowerCase(), quality: Number(weight.slice(2)) };
};

/**
 * Our language for a language range. Plain `zh` and everything written in simplified characters is zh-CN;
 * traditional Chinese (zh-Hant, zh-TW, zh-HK, zh-MO) is no language of ours: its reader's next choice counts.
 */
const languageOf = (tag: string): Language | undefined => {
  if (tag === 'en' || tag.startsWith('en-')) return 'en';
  if (tag === 'zh' || tag.startsWith('zh-hans')) return 'zh-CN';
  return tag === 'zh-cn' || tag === 'zh-sg' ? 'zh-CN' : undefined;
};

/**
 * The reader's language by Accept-Language (RFC 9110, 12.5.4): the acceptable language of the highest quality
 * value, the first of equals; `*` and everything that names none of our languages mean the configured default.
 *
 * @param acceptLanguage the header as it came; malformed parts are passed over
 */
export const chooseLanguage = (acceptLanguage: string | undefined, configuredDefault: Language): Language => {
  const ranges = (acceptLanguage ?? '')
    .slice(0, MAX_HEADER_CHARACTERS)
    .split(',')
    .flatMap((part) => parseRange(part) ?? [])
    .filter(({ quality }) => quality > 0)
    // The sort is stable: equals stay in the reader's order.
    .sort((first, second) => second.quality - first.quality);
  for (const { tag } of ranges) {
    const language = tag === '*' ? configuredDefault : languageOf(tag);
    if (language !== undefined) return language;
  }
  return configuredDefault;
};
