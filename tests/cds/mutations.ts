/** JSON that is nearly right: a document that is valid, changed in some places. */
import fc from 'fast-check';

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, at: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [at];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return [at, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...at, key]))];
};

/** Values that are near a boundary of what the schemas of CDS Hooks say. */
const NEAR: readonly unknown[] = [
  ...[null, '', [], {}, 0, -1, 1.5, 2 ** 53, true, [null], [''], { a: null }],
  ...['Bearer', 'bearer', 'info', 'at-most-one', 'any', 'create', 'accepted', 'overridden', 'patient-view'],
  ...['Practitioner/1', 'Practitioner/', 'Patient/a b', '../x', 'x'.repeat(64), 'x'.repeat(65)],
  ...['d1577c69-dfbe-44ad-ba6d-3e05e953b2ea', 'D1577C69-DFBE-44AD-BA6D-3E05E953B2EA', 'd1577c69'],
  ...['00000000-0000-0000-0000-000000000000', 'd1577c69-dfbe-04ad-ca6d-3e05e953b2ea'],
  ...[
    'https://ehr.example/fhir',
    'HTTPS://ehr.example',
    'ftp://ehr.example',
    'file:///etc/passwd',
    'ehr.example',
  ],
  ...['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.123Z', '2026-11-23', '2026-02-30T10:00:00Z'],
  ...[
    '2026-11-23T10:00:00+08:00',
    '2026-11-23T25:00:00Z',
    '😀'.repeat(139),
    '😀'.repeat(140),
    'x'.repeat(140),
  ],
];

const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NEAR) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);

interface Change {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'add' | 'repeat';
  readonly name: string;
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat'),
  name: fc.constantFrom(
    'extension',
    'isRecommended',
    'encounterId',
    'patient',
    'display',
    'userComment',
    'x',
  ),
  value,
});

const changeAt = (parent: any, key: string | number, { how, name, value: to }: Omit<Change, 'at'>): void => {
  if (how === 'replace') parent[key] = structuredClone(to);
  else if (how === 'remove' && Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (how === 'remove') Reflect.deleteProperty(parent, key);
  else if (how === 'add' && !Array.isArray(parent)) parent[name] = structuredClone(to);
  else if (how === 'repeat' && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
};

/** The documents are JSON, of whatever shape the changes left. */
const apply = (document: any, { at, how, name, value: to }: Change): any => {
  const paths = pathsOf(document);
  const path = paths[at % paths.length]!;
  const last = path.at(-1);
  if (last === undefined) return how === 'replace' ? structuredClone(to) : document;
  const parent = path.slice(0, -1).reduce<any>((node, key) => node[key], document);
  changeAt(parent, last, { how, name, value: to });
  return document;
};

/** One of the documents, changed in up to three places: half of what comes out is still valid or nearly so. */
export const nearly = (...documents: readonly unknown[]): fc.Arbitrary<any> =>
  fc
    .tuple(fc.constantFrom(...documents), fc.array(change, { maxLength: 3 }))
    .map(([document, changes]) => changes.reduce<unknown>(apply, structuredClone(document)));
