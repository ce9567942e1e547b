import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/domain/index.ts';
import { codeSpans, readDocument, section, tableRows } from './markdown.ts';

const document = readDocument('docs/errors.md');
const documented = Object.fromEntries(
  tableRows(section(document, '## The codes')).map(([code = '', status, issue, retryable, text, remedy]) => [
    code.replaceAll('`', ''),
    { status: Number(status), issue, retryable: retryable === 'yes', text, remedy },
  ]),
);

describe('docs/errors.md', () => {
  it('has every code of the table in src/domain/errors.ts, with the same words, and no other', () => {
    expect(documented).toEqual(ERRORS);
  });

  it('names no code that does not exist, outside the table either', () => {
    const named = codeSpans(document).filter((code) => /^[A-Z]+(_[A-Z]+)+$/.test(code));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([]);
  });

  it('has the table in the order of the source, so that a reader finds a room together', () => {
    expect(Object.keys(documented)).toEqual(Object.keys(ERRORS));
  });
});
