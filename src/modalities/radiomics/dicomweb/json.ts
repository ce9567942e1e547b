import { CdsError } from '../../../domain/index.ts';
import { jsonExcess } from '../../../platform/index.ts';
import type { Answer } from './connection.ts';
import { mediaTypeOf, nameOfType } from './media-type.ts';

/** One page of listings is some hundred KiB. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_DEPTH = 32;
/** DICOM JSON has a value (vr, value, list, object) in some 10 bytes; bombs have one in 2. */
const MAX_VALUES = MAX_BYTES / 10;

const JSON_TYPES: readonly (string | undefined)[] = ['application/dicom+json', 'application/json'];

const invalid = (what: string): CdsError => new CdsError('PACS_ANSWER_INVALID', what);

/** @throws {CdsError} PACS_ANSWER_INVALID */
export const requireIdentity = (answer: Answer): void => {
  const encoding = answer.header('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity')
    throw invalid('It is compressed (Content-Encoding), though that was not asked for.');
};

/** An attribute by its tag: `00080060`. */
export type DicomJson = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * A list of DICOM JSON objects (PS3.18 annex F); none where there is no content.
 *
 * @throws {CdsError} PACS_ANSWER_INVALID
 */
export async function readDicomJson(answer: Answer): Promise<readonly DicomJson[]> {
  if (answer.status === 204) return [];
  const type = mediaTypeOf(answer.header('content-type'));
  if (!JSON_TYPES.includes(type?.essence)) throw invalid(`A listing is ${nameOfType(type)}, not JSON.`);
  requireIdentity(answer);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += chunk.length;
    if (length > MAX_BYTES) throw invalid(`A listing is larger than ${String(MAX_BYTES / 1024 ** 2)} MiB.`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (jsonExcess(bytes, { maxDepth: MAX_DEPTH, maxValues: MAX_VALUES }) !== undefined)
    throw invalid('A listing is nested too deep, or has too many values.');
  const list = parsed(bytes.toString('utf8'));
  if (!Array.isArray(list) || !list.every(isRecord)) throw invalid('A listing is no list of DICOM JSON.');
  return list;
}

const valuesOf = (object: DicomJson, tag: string): readonly unknown[] => {
  const attribute = object[tag];
  const values = isRecord(attribute) ? attribute['Value'] : undefined;
  return Array.isArray(values) ? values : [];
};

/** Every value that is text, trimmed; empty ones left out. */
export const texts = (object: DicomJson, tag: string): readonly string[] =>
  valuesOf(object, tag)
    .filter((value) => typeof value === 'string')
    .map((value) => value.trim())
    .filter((value) => value !== '');

export const text = (object: DicomJson, tag: string): string | undefined => texts(object, tag)[0];

/** DS and IS may be numbers or text (PS3.18 F.2.3.1). Undefined unless each is finite. */
export const numbers = (object: DicomJson, tag: string): readonly number[] | undefined => {
  const values = valuesOf(object, tag).map((value) => {
    if (typeof value === 'string' && value.trim() !== '') return Number(value);
    return typeof value === 'number' ? value : Number.NaN;
  });
  return values.length > 0 && values.every(Number.isFinite) ? values : undefined;
};

export const number = (object: DicomJson, tag: string): number | undefined => numbers(object, tag)?.[0];

/** A whole number that is not negative. */
export const count = (object: DicomJson, tag: string): number | undefined => {
  const value = number(object, tag);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};
