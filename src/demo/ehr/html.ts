/** HTML that is safe to send: made by `html`, or by a renderer that escapes. */
export class SafeHtml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = SafeHtml | string | number | undefined | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (each) => ESCAPES[each] ?? each);

const render = (part: Part): string => {
  if (part === undefined) return '';
  if (part instanceof SafeHtml) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return part.map(render).join('');
};

/** A template whose values are escaped unless they are SafeHtml; undefined is nothing, an array its parts in turn. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): SafeHtml =>
  new SafeHtml(strings.map((text, index) => text + render(parts[index])).join(''));

/** The URL when it is http(s): nothing else becomes a link. */
export const webUrl = (text: string | undefined): string | undefined =>
  text !== undefined && /^https?:$/.test(URL.parse(text)?.protocol ?? '') ? text : undefined;
