import type { DicomElements } from 'dcmjs';
import type { Vector3 } from '../contract.ts';

/** Readers for a data set: undefined where an attribute is absent or not of the kind it should be. */
const valueOf = (elements: DicomElements, tag: string, at = 0): unknown => elements[tag]?.Value[at];

export const numberAt = (elements: DicomElements, tag: string, at = 0): number | undefined => {
  const value = valueOf(elements, tag, at);
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
};

export const textAt = (elements: DicomElements, tag: string, at = 0): string | undefined => {
  const value = valueOf(elements, tag, at);
  if (typeof value !== 'string') return undefined;
  // UIDs are padded with NUL, texts with a space.
  const trimmed = value.replaceAll('\0', '').trim();
  return trimmed === '' ? undefined : trimmed;
};

export const textsAt = (elements: DicomElements, tag: string): readonly string[] =>
  (elements[tag]?.Value ?? []).flatMap((value) => (typeof value === 'string' ? [value.trim()] : []));

const numbersAt = (elements: DicomElements, tag: string, count: number): readonly number[] | undefined => {
  const values = Array.from({ length: count }, (_, at) => numberAt(elements, tag, at));
  return values.every((value) => value !== undefined) ? values : undefined;
};

export const vectorAt = (elements: DicomElements, tag: string): Vector3 | undefined =>
  numbersAt(elements, tag, 3) as Vector3 | undefined;

export const pairAt = (elements: DicomElements, tag: string): readonly [number, number] | undefined =>
  numbersAt(elements, tag, 2) as readonly [number, number] | undefined;

export const directionsAt = (
  elements: DicomElements,
  tag: string,
): readonly [row: Vector3, column: Vector3] | undefined => {
  const six = numbersAt(elements, tag, 6);
  return six === undefined
    ? undefined
    : [six.slice(0, 3) as unknown as Vector3, six.slice(3) as unknown as Vector3];
};

/** The items of a sequence. */
export const itemsAt = (elements: DicomElements, tag: string): readonly DicomElements[] =>
  (elements[tag]?.Value ?? []).filter(
    (item): item is DicomElements => typeof item === 'object' && item !== null,
  );
