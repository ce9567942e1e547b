/** Characters that print nothing or turn the reading direction: a chart's string may not carry them on. */
const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What Markdown or HTML could take for more than text: ASCII punctuation and white space. */
const SPECIAL = /[!-/:-@[-`{-~]|\s/gu;

/** Nothing to do: most strings, at a tenth of the cost. */
const PLAIN = /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)*%?$/;

const WORD = /[\p{L}\p{N}]/u;
const DIGIT = /[0-9]/;

/**
 * Where a special character means nothing, so that the source stays readable: one space between words, and the
 * hyphen, decimal point, comma and per cent sign inside them. (Not the full stop of "www.": GFM makes a link of it.)
 */
const isHarmless = (character: string, before: string, after: string): boolean => {
  switch (character) {
    case ' ':
      return /\S/.test(before) && /\S/.test(after);
    case '-':
      return WORD.test(before) && WORD.test(after);
    case '.':
      return DIGIT.test(before) && DIGIT.test(after);
    case ',':
      return WORD.test(before);
    case '%':
      return DIGIT.test(before);
    default:
      return false;
  }
};

/**
 * A string of the chart (or of any other hand) for the `detail` of a card: GitHub-flavoured Markdown, of which some
 * EHRs show raw HTML. Rendered, it is the same text and nothing else: no emphasis, link, table cell, line or tag.
 * Numeric character references serve, not backslashes: they hold in Markdown and in HTML alike, table cells included.
 *
 * Control characters, bidirectional marks and unpaired surrogates become U+FFFD.
 */
export const escapeMarkdown = (text: string): string => {
  if (PLAIN.test(text)) return text;
  return text
    .toWellFormed()
    .replaceAll(UNPRINTABLE, '\u{fffd}')
    .replaceAll(SPECIAL, (character, offset: number, whole: string) =>
      isHarmless(character, whole[offset - 1] ?? '', whole[offset + 1] ?? '')
        ? character
        : `&#${character.charCodeAt(0)};`,
    );
};

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As many of the first `limit` code points as end a character that a reader sees as one. */
const wholeCharacters = (text: string, limit: number): string => {
  const points = Array.from(text).slice(0, limit + 1);
  const end = points.slice(0, limit).join('').length;
  let kept = 0;
  // One code point more than may stay: whether the last character goes on is seen only then.
  for (const { index, segment } of SEGMENTER.segment(points.join(''))) {
    if (index + segment.length > end) break;
    kept = index + segment.length;
  }
  // A single character may be made of a thousand marks.
  return text.slice(0, kept === 0 ? end : kept);
};

/** At most `limit` code points, an ellipsis in place of the rest: a chart's string may be a megabyte. */
export const shorten = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  // A code point is at most two code units: the slice bounds the work.
  const start = text.slice(0, 2 * limit + 2);
  return Array.from(start).length <= limit ? text : `${wholeCharacters(start, limit - 1)}…`;
};

/** What a client that takes plain text for HTML would take for a tag. "<1%" is none. */
const TAG_BEGINNING = /<(?=[A-Za-z/!?])/g;

/**
 * A string for where CDS Hooks asks for plain text (summary, label, description): one line, without control
 * characters and bidirectional marks, at most `limit` code points. Some EHRs put it into their page as it is: what
 * would begin a tag there becomes a mark that looks like it.
 */
export const plainText = (text: string, limit: number): string => {
  const line = text
    .toWellFormed()
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(UNPRINTABLE, '')
    // What was removed may have stood between two.
    .replaceAll(/ {2,}/g, ' ')
    .replaceAll(TAG_BEGINNING, '‹')
    .trim();
  return shorten(line, limit);
};

/** Longest string of the chart that a card repeats, in code points. */
const CHART_TEXT_LIMIT = 120;

/** {@link escapeMarkdown} of a string of any length. */
export const chartText = (text: string): string => escapeMarkdown(shorten(text, CHART_TEXT_LIMIT));

/**
 * A Markdown link.
 *
 * @param label escaped Markdown
 * @param url https, checked where it was read; whatever could end the destination is percent-encoded
 */
export const markdownLink = (label: string, url: string): string => {
  const destination = new URL(url).href.replaceAll(
    /[^A-Za-z0-9\-._~:/?#@!$&*+,;=%]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return `[${label}](${destination.replaceAll('&', '&amp;')})`;
};
