import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, MAX_VALUES, requireBounded } from '../../../src/http/json-bounds.ts';

const bounded = (json: string) => () => {
  requireBounded(Buffer.from(json));
};

describe('requireBounded', () => {
  it('counts levels of lists and objects alike', () => {
    const nested = (levels: number) => '[{"a":'.repeat(levels / 2) + '1' + '}]'.repeat(levels / 2);
    expect(bounded(nested(MAX_DEPTH))).not.toThrow();
    expect(bounded(nested(MAX_DEPTH + 2))).toThrow(expect.objectContaining({ code: 'CDS_REQUEST_INVALID' }));
    // Side by side is not within.
    expect(bounded(`[${'[],'.repeat(1000)}1]`)).not.toThrow();
  });

  it('counts values', () => {
    const row = (count: number) => `[${Array.from({ length: count }, () => '1').join(',')}]`;
    // A list of n items has n - 1 commas, and is one value itself.
    expect(bounded(row(MAX_VALUES))).not.toThrow();
    expect(bounded(row(MAX_VALUES + 1))).toThrow(expect.objectContaining({ code: 'CDS_PAYLOAD_TOO_LARGE' }));
  });

  it.each([
    ['brackets', `"${'['.repeat(100)}"`],
    ['an escaped quote before brackets', `"\\"${'{'.repeat(100)}"`],
    ['an escaped backslash at the end of a text', `{"a":"\\\\","b":"${'['.repeat(100)}"}`],
    ['commas', `"${','.repeat(MAX_VALUES + 1)}"`],
    ['characters of several bytes', `"中文，${'【'.repeat(100)}${'['.repeat(100)}😀"`],
  ])('%s in a text count for nothing', (_what, json) => {
    expect(() => JSON.parse(json) as unknown).not.toThrow();
    expect(bounded(json)).not.toThrow();
  });

  it.each(['"', '"\\', '"\\\\', '', ']]]}}}', '\\"'])(
    '%j is no JSON, which is for the parser to say',
    (json) => {
      expect(bounded(json)).not.toThrow();
    },
  );

  it('agrees with the parser on the depth of any value', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    const deep = fc.nat(40).chain((levels) =>
      fc.jsonValue({ maxDepth: 6 }).map((value) => {
        let wrapped: unknown = value;
        for (let level = 0; level < 40 + levels; level++)
          wrapped = level % 2 === 0 ? [wrapped] : { 'a"]\\': wrapped };
        return wrapped;
      }),
    );
    fc.assert(
      fc.property(deep, fc.boolean(), (value, spaced) => {
        const json = JSON.stringify(value, null, spaced ? 1 : 0);
        if (depthOf(value) > MAX_DEPTH) expect(bounded(json)).toThrow();
        else expect(bounded(json)).not.toThrow();
      }),
    );
  });
});
