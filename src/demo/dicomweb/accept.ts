/** One range of an Accept header. */
export interface MediaRange {
  /** Lower case: `multipart/related`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Cut at a separator, but not within quotes. */
const cut = (text: string, separator: ',' | ';'): string[] =>
  text
    .split(new RegExp(`${separator}(?=(?:[^"]*"[^"]*")*[^"]*$)`))
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');

const LONGEST = 1024;

/** Ranges of an Accept header in the order of their weight; those of weight 0 are left out. */
export function mediaRanges(header: string | undefined): MediaRange[] {
  if (header === undefined) return [{ type: '*/*', parameters: new Map() }];
  if (header.length > LONGEST) return [];
  return cut(header, ',')
    .map((range) => {
      const [type = '', ...pairs] = cut(range, ';');
      const parameters = new Map(
        pairs.map((pair) => {
          const [name = '', ...value] = pair.split('=');
          return [name.trim().toLowerCase(), value.join('=').trim().replaceAll('"', '')] as const;
        }),
      );
      return { type: type.toLowerCase(), parameters };
    })
    .map((range) => ({ range, weight: Number(range.parameters.get('q') ?? 1) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}

const JSON_RANGES: ReadonlySet<string> = new Set([
  'application/dicom+json',
  'application/json',
  'application/*',
  '*/*',
]);

export const takesJson = (header: string | undefined): boolean =>
  mediaRanges(header).some(({ type }) => JSON_RANGES.has(type));

export interface ImageForm {
  readonly container: 'multipart' | 'single';
  /** A UID, or `*`: as it is stored. */
  readonly transferSyntax: string;
}

/** Where an Accept header names none: PS3.18 8.7.3.5.2. */
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/**
 * The forms of images that are asked for (PS3.18 8.7), best first.
 *
 * @param single whether one instance is asked for, which may come alone
 */
export function imageForms(header: string | undefined, single: boolean): ImageForm[] {
  return mediaRanges(header).flatMap(({ type, parameters }): ImageForm[] => {
    const transferSyntax = parameters.get('transfer-syntax') ?? EXPLICIT_LITTLE_ENDIAN;
    if (type === '*/*' || type === 'multipart/*') return [{ container: 'multipart', transferSyntax }];
    if (type === 'application/dicom') return single ? [{ container: 'single', transferSyntax }] : [];
    const part = (parameters.get('type') ?? 'application/dicom').toLowerCase();
    return type === 'multipart/related' && part === 'application/dicom'
      ? [{ container: 'multipart', transferSyntax }]
      : [];
  });
}
