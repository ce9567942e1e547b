import { loadDataType } from '@medplum/core';
import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';
import { CdsError } from '../../domain/index.ts';

type Elements = readonly ElementDefinition[];
const READABLE_DISCRIMINATORS: ReadonlySet<string> = new Set(['value', 'pattern', 'type']);
const BY_URL: ElementDefinition['slicing'] = {
  discriminator: [{ type: 'value', path: 'url' }],
  rules: 'open',
};

const idOf = (element: ElementDefinition): string => element.id ?? element.path;
const slicesOf = (elements: Elements, id: string): Elements =>
  elements.filter(
    (each) =>
      idOf(each).startsWith(`${id}:`) &&
      !idOf(each)
        .slice(id.length + 1)
        .includes('.'),
  );

const isWithin = (element: ElementDefinition, slice: ElementDefinition): boolean =>
  idOf(element) === idOf(slice) || idOf(element).startsWith(`${idOf(slice)}.`);

/** Snapshots may leave out that extensions are sliced by url; Medplum's reader stops at the first slice then. */
const withExtensionSlicing = (elements: Elements): Elements =>
  elements.map((element) =>
    element.slicing === undefined &&
    /extension$/i.test(idOf(element)) &&
    slicesOf(elements, idOf(element)).length > 0
      ? { ...element, slicing: BY_URL }
      : element,
  );

/** A pattern for every member of a list: Medplum holds it against the list as a whole. Dropped. */
const withoutListPatterns = (elements: Elements): Elements =>
  elements.map((element) => {
    const isList = element.base?.max !== '1' && !idOf(element).includes(':');
    if (!isList) return element;
    const kept = Object.entries(element).filter(([name]) => !/^pattern[A-Z]/.test(name));
    return Object.fromEntries(kept) as unknown as ElementDefinition;
  });

/** A slice can be told by a fixed value or a pattern, by a type, or as an extension by its url. */
const isDecidable = (elements: Elements, base: ElementDefinition, slice: ElementDefinition): boolean => {
  const discriminators = base.slicing?.discriminator ?? [];
  const types = discriminators.map(({ type }) => type);
  // By the type of an element below: Medplum finds no member.
  if (discriminators.some(({ type, path }) => type === 'type' && path !== '$this')) return false;
  // A slice inside a slice is counted over all of the outer ones together.
  if (idOf(base).includes(':')) return false;
  if (!types.every((type) => READABLE_DISCRIMINATORS.has(type))) return false;
  if (types.includes('type') || slice.type?.some(({ code }) => code === 'Extension') === true) return true;
  return elements
    .filter((each) => isWithin(each, slice))
    .some((each) => Object.keys(each).some((name) => /^(?:fixed|pattern)[A-Z]/.test(name)));
};

/**
 * Slices by profile, existence or position, or by a value set, are beyond Medplum, which would refuse what is
 * right: dropped, what they ask goes unchecked.
 */
const withoutUndecidableSlices = (elements: Elements): Elements => {
  const dropped = elements
    .filter(({ slicing }) => slicing !== undefined)
    .flatMap((base) => slicesOf(elements, idOf(base)).filter((slice) => !isDecidable(elements, base, slice)));
  const kept = elements.filter((element) => !dropped.some((slice) => isWithin(element, slice)));
  return kept.map((element) => {
    if (element.slicing === undefined || slicesOf(kept, idOf(element)).length > 0) return element;
    const rest = { ...element };
    delete rest.slicing;
    return rest;
  });
};

/** CodeableConcepts sliced on `coding`, as Genomics Reporting has them, said as patterns on the concept itself. */
const withConceptPatterns = (elements: Elements): Elements => {
  const patterns = new Map<string, ElementDefinition>();
  const bases = elements.filter(
    ({ slicing }) => slicing?.discriminator?.length === 1 && slicing.discriminator[0]?.path === 'coding',
  );
  for (const base of bases)
    for (const slice of slicesOf(elements, idOf(base))) {
      const coding = elements.find((each) => idOf(each) === `${idOf(slice)}.coding`);
      const pattern = coding?.patternCoding ?? coding?.fixedCoding;
      if (!coding || !pattern) continue;
      const rest = { ...coding };
      delete rest.patternCoding;
      delete rest.fixedCoding;
      patterns.set(idOf(slice), { ...slice, patternCodeableConcept: { coding: [pattern] } });
      patterns.set(idOf(coding), rest);
    }
  for (const base of bases)
    patterns.set(idOf(base), {
      ...base,
      slicing: { rules: 'open', ...base.slicing, discriminator: [{ type: 'pattern', path: '$this' }] },
    });
  return elements.map((element) => patterns.get(idOf(element)) ?? element);
};

const PREPARATIONS = [
  withExtensionSlicing,
  withoutUndecidableSlices,
  withConceptPatterns,
  withoutListPatterns,
];

/** The profile as Medplum's validator can read it. */
const readable = (profile: StructureDefinition): StructureDefinition => {
  if (!profile.snapshot) return profile;
  let element: Elements = profile.snapshot.element;
  for (const prepare of PREPARATIONS) element = prepare(element);
  return { ...profile, snapshot: { ...profile.snapshot, element: [...element] } };
};

/**
 * Profiles by canonical url, made known to the validator.
 *
 * @throws {CdsError} CONFIG_INVALID with the url of a profile that cannot be read (no snapshot, for one)
 */
export const indexProfiles = (
  profiles: readonly StructureDefinition[],
): ReadonlyMap<string, StructureDefinition> => {
  const index = new Map<string, StructureDefinition>();
  for (const profile of profiles) {
    const prepared = readable(profile);
    try {
      loadDataType(prepared as unknown as Parameters<typeof loadDataType>[0]);
    } catch (error) {
      throw new CdsError('CONFIG_INVALID', `Profile ${profile.url} cannot be read.`, { cause: error });
    }
    index.set(profile.url, prepared);
  }
  return index;
};
