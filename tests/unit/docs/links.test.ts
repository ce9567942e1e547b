import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { markdownFiles, readDocument, ROOT } from './markdown.ts';

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');

/** Targets of inline links and images that lie in the repository, as `file#anchor`. */
const relativeLinks = (text: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^()\s]+(?:\([^()\s]*\))?)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z+.-]*:/.test(target));

/** Anchors as GitHub makes them of headings. */
const anchors = (text: string): Set<string> =>
  new Set(
    [...text.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

const broken = (file: string): string[] =>
  relativeLinks(readDocument(file)).filter((link) => {
    const [target = '', anchor] = link.split('#');
    const linked = target === '' ? file : path.join(path.dirname(file), decodeURIComponent(target));
    if (!existsSync(path.join(ROOT, linked))) return true;
    return anchor !== undefined && linked.endsWith('.md') && !anchors(readDocument(linked)).has(anchor);
  });

describe('links between Markdown files', () => {
  const files = markdownFiles();

  it('finds the documents', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/dataflow.md', 'docs/adr/README.md']));
  });

  it.each(files)('%s: every relative link leads to a file, every anchor to a heading', (file) => {
    expect(broken(file)).toEqual([]);
  });

  it('reaches every document of docs/ from the README or the index of its folder', () => {
    const linked = new Set(
      files.flatMap((file) =>
        relativeLinks(readDocument(file)).map((link) =>
          path.join(path.dirname(file), link.split('#')[0] ?? ''),
        ),
      ),
    );
    expect(files.filter((file) => file.startsWith('docs/') && !linked.has(file))).toEqual([]);
  });
});
