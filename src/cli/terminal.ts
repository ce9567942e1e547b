/** How a terminal shows what is made for a page: lines of at most so many columns. */
export const COLUMNS = 100;

/** Han, kana, hangul and full-width forms take two columns of a terminal, the rest of what is written here one. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/gu;

/** Columns that a text takes. */
export const widthOf = (text: string): number => Array.from(text).length + (text.match(WIDE)?.length ?? 0);

const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/** Where a line may end: after a space, and on either side of a wide character. */
const pieces = (text: string): string[] =>
  text
    .split(new RegExp(`(?<=\\s)|(?<=${WIDE.source})|(?=${WIDE.source})`, 'u'))
    .filter((piece) => piece !== '');

/** Joins pieces to lines of at most `columns`; a piece that is longer has a line to itself. */
function fill(all: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of all) {
    if (line !== '' && widthOf(line + piece.trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += line === '' ? piece.trimStart() : piece;
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

/** Breaks a text into lines; a list's lines go on under its first word. */
export function wrap(text: string, columns: number): string[] {
  const hanging = /^(?:[-*+?x] |\[\w+\] )/.exec(text)?.[0].length ?? 0;
  const [first = '', ...rest] = fill(pieces(text.slice(hanging)), columns - hanging);
  return [text.slice(0, hanging) + first, ...rest.map((line) => ' '.repeat(hanging) + line)];
}

const cellsOf = (row: string): string[] =>
  row
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

/** Space between two columns: ` | `. */
const GAP = 3;
/** A word longer than this does not keep a column from being narrowed: it stands out on its line. */
const LONGEST_WORD = 44;

/** Widths that fit: the column with most room above its longest word gives way, again and again. */
const fitting = (rows: readonly string[][], columns: number): number[] => {
  const measured = (rows[0] ?? []).map((_, at) => {
    const cells = rows.map((row) => row[at] ?? '');
    const words = cells.flatMap(pieces).map((piece) => widthOf(piece.trimEnd()));
    return { width: Math.max(...cells.map(widthOf)), least: Math.min(Math.max(...words), LONGEST_WORD) };
  });
  const widths = measured.map(({ width }) => width);
  const slack = (at: number): number => (widths[at] ?? 0) - (measured[at]?.least ?? 0);
  const room = columns - GAP * (widths.length - 1);
  while (widths.reduce((sum, width) => sum + width, 0) > room) {
    const widest = widths.reduce((best, _, at) => (slack(at) > slack(best) ? at : best), 0);
    if (slack(widest) <= 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
};

/** A Markdown table in columns, its cells broken into lines where they are too long. */
export function tableLines(markdown: readonly string[], columns: number): string[] {
  const rows = markdown.filter((line) => !/^\|[\s:|-]+\|$/.test(line)).map(cellsOf);
  const widths = fitting(rows, columns);
  const lines = rows.map((row) => {
    const cells = widths.map((width, at) => wrap(row[at] ?? '', width));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((cell, at) => pad(cell[line] ?? '', widths[at] ?? 0))
        .join(' | ')
        .trimEnd(),
    );
  });
  const rule = widths.map((width) => '-'.repeat(width)).join('-+-');
  return lines.flatMap((each, at) => (at === 0 ? [...each, rule] : each));
}

/** Markdown reads well as it is, but for the entities that keep foreign text inert, and the titles of links. */
const readable = (markdown: string): string =>
  markdown
    .replace(/\[[^\]]*\]\((https?:[^)\s]*)\)/g, '$1')
    .replace(/&#(\d+);/g, (_entity, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&amp;', '&');

/**
 * The lines of a card's Markdown.
 *
 * @param shorten is given the text as a reader sees it
 */
export function markdownLines(
  markdown: string,
  columns: number,
  shorten: (text: string) => string = (text) => text,
): string[] {
  const lines: string[] = [];
  let table: string[] = [];
  for (const line of [...shorten(readable(markdown)).split('\n'), '']) {
    if (line.startsWith('|')) table.push(line);
    else {
      if (table.length > 0) lines.push(...tableLines(table, columns));
      table = [];
      lines.push(...(line === '' ? [''] : wrap(line, columns)));
    }
  }
  return lines.slice(0, -1);
}

export const indent = (lines: readonly string[], by: number): string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));

/** A heading across the whole width. */
export const heading = (text: string): string => `\n${'='.repeat(COLUMNS)}\n${text}\n`;
