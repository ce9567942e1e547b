import type { DicomJson } from '../../simulation/index.ts';
import { RETURNED, TAGS, type Level } from './attributes.ts';

/** A search that is none: 400. */
export class QueryInvalid extends Error {}

const TAG = /^[0-9A-Fa-f]{8}$/;

/** Tag of a keyword or a tag. */
const tagOf = (attribute: string): string | undefined =>
  TAG.test(attribute) ? attribute.toUpperCase() : TAGS[attribute];

/** What may be matched: all that PS3.18 tables 10.6.1-5 ask of a server. */
const MATCHED: ReadonlySet<string | undefined> = new Set(
  [
    ...['StudyDate', 'StudyTime', 'AccessionNumber', 'ModalitiesInStudy', 'ReferringPhysicianName'],
    ...['PatientName', 'PatientID', 'StudyInstanceUID', 'StudyID', 'Modality', 'SeriesInstanceUID'],
    ...['SeriesNumber', 'SOPClassUID', 'SOPInstanceUID', 'InstanceNumber'],
  ].map((keyword) => TAGS[keyword]),
);

const UIDS: ReadonlySet<string | undefined> = new Set(
  ['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID', 'SOPClassUID'].map((keyword) => TAGS[keyword]),
);
const RANGES: ReadonlySet<string | undefined> = new Set(
  ['StudyDate', 'StudyTime'].map((keyword) => TAGS[keyword]),
);

export interface Query {
  /** By tag: what is asked for. */
  readonly match: ReadonlyMap<string, string>;
  readonly all: boolean;
  readonly fields: readonly string[];
  readonly limit: number;
  readonly offset: number;
}

/** Most rows of an answer. */
const MOST = 1000;

const wholeNumber = (text: string, name: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new QueryInvalid(`${name} is no whole number`);
  return Number(text);
};

const lastOf = (parameters: URLSearchParams, name: string): string | undefined =>
  parameters.getAll(name).at(-1);

const CONTROLS: ReadonlySet<string> = new Set(['includefield', 'limit', 'offset', 'fuzzymatching']);

/**
 * Reads a search (PS3.18 8.3.4): attributes to match by keyword or tag, includefield, limit, offset.
 *
 * @throws {QueryInvalid} for a number that is none, and an attribute that cannot be matched
 */
export function readQuery(parameters: URLSearchParams): Query {
  const match = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (CONTROLS.has(name) || value === '') continue;
    const tag = tagOf(name);
    if (tag === undefined || !MATCHED.has(tag)) throw new QueryInvalid('an attribute that is not matched');
    match.set(tag, value);
  }
  const named = parameters.getAll('includefield').flatMap((value) => value.split(','));
  return {
    match,
    all: named.includes('all'),
    // Those unknown have no values.
    fields: named.flatMap((name) => tagOf(name.trim()) ?? []),
    limit: Math.min(MOST, wholeNumber(lastOf(parameters, 'limit') ?? String(MOST), 'limit')),
    offset: wholeNumber(lastOf(parameters, 'offset') ?? '0', 'offset'),
  };
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'Alphabetic' in value
    ? String(value.Alphabetic)
    : String(value);

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'iu',
  );

const inRange = (text: string, wanted: string): boolean => {
  const [from = '', to = ''] = wanted.split('-');
  return (from === '' || text >= from) && (to === '' || text <= to);
};

/** One attribute: PS3.4 C.2.2.2. */
function matches(tag: string, values: readonly unknown[], wanted: string): boolean {
  const texts = values.map(textOf);
  if (UIDS.has(tag)) return wanted.split(/[,\\]/).some((uid) => texts.includes(uid));
  if (RANGES.has(tag) && wanted.includes('-')) return texts.some((text) => inRange(text, wanted));
  return /[*?]/.test(wanted)
    ? texts.some((text) => wildcard(wanted).test(text))
    : texts.some((text) => text === wanted);
}

export const isMatch = (row: DicomJson, { match }: Query): boolean =>
  [...match].every(([tag, wanted]) => matches(tag, row[tag]?.Value ?? [], wanted));

/** What is shown of a row. */
export function project(row: DicomJson, level: Level, { all, fields }: Query): DicomJson {
  if (all) return row;
  const kept = new Set([...RETURNED[level].map((keyword) => TAGS[keyword]), ...fields]);
  return Object.fromEntries(
    Object.entries(row)
      .filter(([tag]) => kept.has(tag))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
