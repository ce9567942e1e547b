import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { manifestSchema } from '../../../src/model-registry/index.ts';
import { codeSpans, leafPaths, readDocument, section, tableRows } from './markdown.ts';

const document = readDocument('docs/models.md');
const documentedUnder = (heading: string): string[] =>
  tableRows(section(document, heading)).flatMap(([field = '']) => codeSpans(field));

/** Field paths of a kind's schema; `subsets.<key>` is written `subsets.<subset>` for readers. */
const fieldsOf = (kind: string): string[] => {
  const schema = manifestSchema.options.find((option) => option.shape.kind.value === kind);
  if (schema === undefined) throw new Error(`no kind ${kind}`);
  return leafPaths(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).map((field) =>
    field.replace('<key>', '<subset>'),
  );
};

describe('docs/models.md', () => {
  const common = '### Fields of every kind';

  it.each([
    ['modality-score', '### Fields of a modality score'],
    ['image-score', '### Fields of an image score'],
    ['risk-layer', '### Fields of a risk layer'],
  ])('documents exactly the manifest fields of a %s', (kind, heading) => {
    const documented = [...documentedUnder(common), ...documentedUnder(heading)];
    expect(documented.sort()).toEqual(fieldsOf(kind).sort());
  });

  it('knows every kind of manifest there is', () => {
    expect(manifestSchema.options.map((option) => option.shape.kind.value)).toEqual([
      'modality-score',
      'image-score',
      'risk-layer',
    ]);
  });
});
