import { escapeText, type Picture } from './picture.ts';

export interface ReportTable {
  readonly caption: string;
  readonly columns: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly string[])[];
}

export interface ReportSection {
  readonly heading: string;
  /** Plain text; an empty line begins a paragraph. */
  readonly text?: string;
  readonly picture?: Picture;
  readonly pictures?: readonly Picture[];
  readonly table?: ReportTable;
}

export interface Report {
  readonly title: string;
  readonly language?: string;
  readonly sections: readonly ReportSection[];
}

const STYLE = `
body { font: 16px/1.5 'DejaVu Sans', system-ui, sans-serif; color: #222; background: #fff; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin-top: 2.2rem; }
figure { margin: 1rem 0; }
figure svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; padding-bottom: .4rem; }
th, td { border-bottom: 1px solid #ccc; padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid #555; }
tbody th { font-weight: normal; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } figure, tr { break-inside: avoid; } h2 { break-after: avoid; } .wide { overflow: visible; } }
`;

const paragraphs = (text: string): string =>
  text
    .split(/\n\s*\n/)
    .map((paragraph) => `<p>${escapeText(paragraph.trim())}</p>`)
    .join('\n');

const tableHtml = ({ caption, columns, rows }: ReportTable): string => {
  const head = columns.map((name) => `<th scope="col">${escapeText(name)}</th>`).join('');
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell) => `<td>${escapeText(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeText(first)}</th>${cells}</tr>`;
  });
  return (
    `<div class="wide"><table><caption>${escapeText(caption)}</caption>\n<thead><tr>${head}</tr></thead>\n` +
    `<tbody>\n${body.join('\n')}\n</tbody></table></div>`
  );
};

const sectionHtml = ({ heading, text, picture, pictures = [], table }: ReportSection, at: number): string => {
  const id = `section-${String(at + 1)}`;
  const shown = [...(picture === undefined ? [] : [picture]), ...pictures];
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${escapeText(heading)}</h2>`,
    ...(text === undefined ? [] : [paragraphs(text)]),
    ...(table === undefined ? [] : [tableHtml(table)]),
    ...shown.map(({ svg }) => `<figure>${svg}</figure>`),
    '</section>',
  ].join('\n');
};

/**
 * One page with everything in it: no script, nothing from the network. Every text is escaped; pictures are the
 * SVG of this room, each with its title and description.
 */
export const htmlReport = ({ title, language = 'en', sections }: Report): string =>
  `<!doctype html>
<html lang="${escapeText(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeText(title)}</h1>
${sections.map(sectionHtml).join('\n')}
</main>
</body>
</html>
`;
