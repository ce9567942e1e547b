import type { Coded } from '../../terminology/index.ts';
import { codings, list, localReference, record, text, type Json } from '../resource-reader.ts';

/** One resource as a fact; dates become calendar dates of the site's time zone. */
export type Parser<T> = (resource: Json, zone: string) => T;

/** Drops the members that are undefined: optional facts are absent, never `undefined`. */
export const compact = <T extends object>(fact: { [K in keyof T]: T[K] | undefined }): T => {
  const kept: Partial<T> = {};
  // Not by deletion: that would turn each of a chart's thousands of facts into a slow object.
  for (const key in fact) if (fact[key] !== undefined) kept[key] = fact[key];
  return kept as T;
};

const NONE: readonly never[] = [];

/** `Type/id` of the literal references of a list. */
export const references = (value: unknown): readonly string[] =>
  value === undefined
    ? NONE
    : list(value).flatMap((item) => {
        const reference = localReference(item);
        return reference === undefined ? [] : [reference];
      });

/** The codings of a list of CodeableConcepts. */
export const codingsOfAll = (value: unknown): readonly Coded[] =>
  value === undefined ? NONE : list(value).flatMap(codings);

/** The codings, or undefined where there are none: for members that few resources have. */
export const someCodings = (value: unknown): readonly Coded[] | undefined => {
  const found = value === undefined ? NONE : codings(value);
  return found.length === 0 ? undefined : found;
};

/** A Coding by itself, in a list as CodeableConcepts have it. */
export const codingOf = (value: unknown): readonly Coded[] => codings({ coding: [value] });

/** The contained resource that a reference names by `#id`. */
export const containedOf = (resource: Json, reference: unknown): Json | undefined => {
  const written = text(record(reference)?.['reference']);
  if (written?.startsWith('#') !== true) return undefined;
  return list(resource['contained'])
    .map(record)
    .find((each) => each?.['id'] === written.slice(1));
};

/** A whole number that is not negative, such as a size. */
export const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
