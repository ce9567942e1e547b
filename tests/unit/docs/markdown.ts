import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

export const readDocument = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

const NOT_OURS = new Set(['node_modules', '.git', '.cache', '.tmp', 'coverage', 'dist']);

/** Every Markdown file of the repository, relative to its root. */
export const markdownFiles = (folder = ROOT): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : markdownFiles(full);
    return entry.name.endsWith('.md') ? [path.relative(ROOT, full)] : [];
  });

/** The text under a heading, down to the next heading of the same or a higher level. */
export const section = (text: string, heading: string): string => {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`no heading "${heading}"`);
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => (/^(#+) /.exec(line)?.[1]?.length ?? Infinity) <= level);
  return rest.slice(0, end === -1 ? rest.length : end).join('\n');
};

/** The body rows of every table in a text, cells trimmed. */
export const tableRows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
    // A delimiter row and the header above it are no body.
    .filter((cells, index, all) => !isDelimiter(cells) && !isDelimiter(all[index + 1]));

const isDelimiter = (cells: readonly string[] | undefined): boolean =>
  cells?.every((cell) => /^:?-+:?$/.test(cell)) === true;

/** What stands in the code spans of a text. */
export const codeSpans = (text: string): string[] =>
  [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The paths of all settings in a JSON schema: `a`, `a.b`, `list[].c`, `map.<key>.d`; inner nodes are left out. */
export const leafPaths = (schema: unknown, at = ''): string[] => {
  const { properties, items, additionalProperties } = schema as {
    properties?: Record<string, unknown>;
    items?: unknown;
    additionalProperties?: unknown;
  };
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([name, inner]) =>
      leafPaths(inner, at === '' ? name : `${at}.${name}`),
    );
  if (isObjectSchema(items)) return leafPaths(items, `${at}[]`);
  if (isObjectSchema(additionalProperties)) return leafPaths(additionalProperties, `${at}.<key>`);
  return [at];
};

const isObjectSchema = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  ('properties' in schema || 'additionalProperties' in schema);
