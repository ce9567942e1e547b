import { DicomMessage, type Elements } from './dcmjs.ts';

/** A data set by tag, eight hexadecimal digits in capitals, as DICOM JSON has it (PS3.18 annex F). */
export type DicomJson = Readonly<
  Record<string, { readonly vr: string; readonly Value?: readonly unknown[] }>
>;

const PIXEL_DATA = '7FE00010';

const NUMBERS: ReadonlySet<string> = new Set(['DS', 'FL', 'FD', 'IS', 'SL', 'SS', 'UL', 'US']);

const isTagged = (value: unknown): value is Elements =>
  typeof value === 'object' && value !== null && !(value instanceof ArrayBuffer);

/** Undefined for what JSON would bring by reference (binary values). */
function valueOf(vr: string, value: unknown): unknown {
  if (vr === 'SQ') return isTagged(value) ? jsonOf(value) : undefined;
  if (NUMBERS.has(vr)) return Number(value);
  if (vr === 'PN') return typeof value === 'string' ? { Alphabetic: value } : value;
  return typeof value === 'string' ? value : undefined;
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function jsonOf(elements: Elements): DicomJson {
  return Object.fromEntries(
    Object.entries(elements).map(([tag, { vr, Value }]) => {
      const values = (Array.isArray(Value) ? (Value as unknown[]) : [])
        .filter((value) => !isEmpty(value))
        .map((value) => valueOf(vr, value))
        .filter((value) => !isEmpty(value));
      return [tag.toUpperCase(), values.length === 0 ? { vr } : { vr, Value: values }];
    }),
  );
}

/** The data set of a Part 10 file of {@link ctFiles}, without its pixels and its file meta information. */
export function dicomJson(file: Uint8Array): DicomJson {
  const { buffer, byteOffset, byteLength } = file;
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  const { [PIXEL_DATA]: _, ...elements } = DicomMessage.readFile(bytes, { untilTag: PIXEL_DATA }).dict;
  return jsonOf(elements);
}
