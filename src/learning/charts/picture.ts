import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CdsError } from '../../domain/index.ts';

/** A chart, as a page shows it (SVG with title and description) and as a document takes it (PNG, two pixels a point). */
export interface Picture {
  readonly svg: string;
  readonly png: Uint8Array;
  /** What the picture shows, in words. */
  readonly description: string;
}

/** What every chart says of itself. */
export interface PictureText {
  readonly title: string;
  readonly subtitle?: string;
  /** For readers who do not see the picture; made from the data where it is not given. */
  readonly description?: string;
}

/** A Vega-Lite specification. */
export type Spec = Readonly<Record<string, unknown>>;

/** Okabe & Ito's colours, which colour-blind readers can tell apart. */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#555555'] as const;
export const INK = '#222222';
export const FAINT = '#8a8a8a';
const FONT = 'DejaVu Sans';
/** DejaVu Sans is wide: the mean width of a character as a share of the font's size. */
export const CHARACTER_WIDTH = 0.62;

const CONFIG = {
  background: 'white',
  font: FONT,
  aria: false,
  padding: 14,
  view: { stroke: null },
  axis: {
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    titlePadding: 10,
    labelColor: INK,
    titleColor: INK,
    domainColor: INK,
    tickColor: INK,
    gridColor: '#e6e6e6',
    labelLimit: 400,
    labelFlush: false,
  },
  legend: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: INK,
    titleColor: INK,
    labelLimit: 400,
    titleLimit: 400,
  },
  title: {
    fontSize: 15,
    subtitleFontSize: 12,
    color: INK,
    subtitleColor: '#555555',
    anchor: 'start',
    offset: 12,
  },
  text: { fontSize: 11, color: INK },
} as const;

const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];

const fontFiles = (): string[] => {
  const folder = path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));
  return FONT_FILES.map((name) => path.join(folder, 'ttf', name));
};

/** Text as XML and HTML take it, characters that XML 1.0 does not allow replaced. */
export const escapeText = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Ids of this picture's own, so that several can stand in one page; a title and description for screen readers. */
const finish = (svg: string, { title }: PictureText, description: string): string => {
  const mark = `p${createHash('sha256').update(svg).digest('hex').slice(0, 10)}`;
  const own = svg
    .replace(/ id="([^"]+)"/g, ` id="${mark}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${mark}-$1)`);
  return own.replace(
    /^<svg([^>]*)>/,
    `<svg$1 role="img" aria-labelledby="${mark}-title ${mark}-desc">` +
      `<title id="${mark}-title">${escapeText(title)}</title>` +
      `<desc id="${mark}-desc">${escapeText(description)}</desc>`,
  );
};

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', `chart: ${detail}`);
};

/** @throws {CdsError} LEARNING_INPUT_INVALID, naming the value */
export const requireFiniteValues = (name: string, values: Iterable<number>): void => {
  let at = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) refuse(`${name} ${at} is ${value}`);
    at++;
  }
};

/** @throws {CdsError} LEARNING_INPUT_INVALID */
export const requireRows = (name: string, rows: { readonly length: number }): void => {
  if (rows.length === 0) refuse(`there are no ${name}`);
};

/**
 * Draws a specification: the same one gives the same bytes on every machine (its fonts are the package's own).
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID where Vega-Lite has to guess
 */
export async function draw(spec: Spec, text: PictureText, fallback: string): Promise<Picture> {
  // Loaded when the first chart is drawn: they are large, and the service never draws.
  const [vega, vegaLite, { Resvg }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
    import('@resvg/resvg-js'),
  ]);
  const title = {
    text: text.title,
    ...(text.subtitle !== undefined && { subtitle: text.subtitle }),
    frame: 'bounds',
  };
  const whole = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    config: CONFIG,
    ...spec,
  };
  const logger: ReturnType<typeof vega.logger> = {
    ...vega.logger(vega.None),
    warn: (...said: readonly unknown[]) => refuse(said.map(String).join(' ')),
  };
  const compiled = vegaLite.compile(whole as unknown as Parameters<typeof vegaLite.compile>[0], { logger });

  // Counters of Vega's, or the second picture's ids would differ from the first's.
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none', logLevel: vega.None });
  try {
    const description = text.description ?? fallback;
    const svg = finish(await view.toSVG(), text, description);
    const font = {
      loadSystemFonts: false,
      fontFiles: fontFiles(),
      defaultFontFamily: FONT,
      sansSerifFamily: FONT,
    };
    const png = new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 }, background: 'white' })
      .render()
      .asPng();
    return { svg, png: new Uint8Array(png), description };
  } finally {
    view.finalize();
  }
}
