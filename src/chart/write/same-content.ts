import { list, record, text, type Json } from '../resource-reader.ts';
import { COMPUTED_AT, RESULT } from './codes.ts';

/** Elements of a resource that may differ without its having changed. */
const BESIDE_CONTENT = [
  'id', // a server that refuses ours gave its own
  'meta', // versions, and whatever tags a server adds
  'text', // many servers write the narrative anew
  'issued', // when it was computed: the same result computed again is the same
  'recorded',
  'occurredDateTime',
];

/** Servers make references relative or absolute, and many drop the version of one. */
const bareReference = (reference: string): string =>
  /([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference)?.[1] ?? reference;

const isComputedAt = (value: unknown): boolean => record(value)?.['url'] === COMPUTED_AT;

/** Nested values: members in order of name, empty ones (which FHIR does not know) left out. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((each) => !isComputedAt(each)).map(canonical);
  const object = record(value);
  if (object === undefined) return value;
  const members = Object.entries(object)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]): [string, unknown] => [
      name,
      name === 'reference' && typeof each === 'string' ? bareReference(each) : canonical(each),
    ])
    .filter(([, each]) => each !== undefined && !(Array.isArray(each) && each.length === 0));
  return Object.fromEntries(members);
};

const contentOf = (resource: Json): string =>
  JSON.stringify(
    canonical(
      Object.fromEntries(Object.entries(resource).filter(([name]) => !BESIDE_CONTENT.includes(name))),
    ),
  );

/** Does a resource say what another says? What servers change by themselves does not count. */
export const sameContent = (ours: object, theirs: Json): boolean =>
  contentOf(ours as Json) === contentOf(theirs);

const extensionOf = (resource: Json, url: string): Json | undefined =>
  list(resource['extension'])
    .map(record)
    .find((each) => each?.['url'] === url);

/** When the result was computed that a RiskAssessment of ours shows; undefined where it does not tell. */
export const computedAtOf = (resource: Json): string | undefined =>
  text(extensionOf(resource, COMPUTED_AT)?.['valueInstant']);

/** The fingerprint of the result that a resource of ours shows. */
export const resultOf = (resource: Json): string | undefined =>
  text(extensionOf(resource, RESULT)?.['valueId']);
