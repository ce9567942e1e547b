/** Members in the order in which FHIR's specification lists the elements, as people are used to read them. */
import type { FhirResource, StructureDefinition } from 'fhir/r4.js';

interface Element {
  readonly name: string;
  readonly isChoice: boolean;
  /** Of its only type; elements with children of their own have none. */
  readonly type?: string;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Elements by the path above them, in order. */
type Elements = ReadonlyMap<string, readonly Element[]>;

const elementsOf = (definitions: readonly FhirResource[]): Elements => {
  const elements = new Map<string, Element[]>();
  const types = definitions.filter(
    (each): each is StructureDefinition =>
      each.resourceType === 'StructureDefinition' && each.derivation !== 'constraint',
  );
  for (const { path, type = [] } of types.flatMap(({ snapshot }) => snapshot?.element ?? [])) {
    const dot = path.lastIndexOf('.');
    if (dot < 0) continue;
    const above = elements.get(path.slice(0, dot)) ?? [];
    const [only] = type;
    const name = path.slice(dot + 1).replace('[x]', '');
    above.push({
      name,
      isChoice: path.endsWith('[x]'),
      ...(type.length === 1 && only && { type: only.code }),
    });
    elements.set(path.slice(0, dot), above);
  }
  return elements;
};

/** The suffix of a choice is its type: `valueQuantity`. */
const matches = ({ name, isChoice }: Element, key: string): boolean =>
  isChoice ? key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)) : key === name;

const typeBelow = (elements: Elements, path: string, key: string): string => {
  if (elements.has(`${path}.${key}`)) return `${path}.${key}`;
  const element = elements.get(path)?.find((each) => matches(each, key));
  if (element?.isChoice === true) return key.slice(element.name.length);
  return element?.type ?? '';
};

/** @param definitions R4's StructureDefinitions */
export function createOrder(
  definitions: readonly FhirResource[],
): <T extends FhirResource>(resource: T) => T {
  const elements = elementsOf(definitions);

  const rank = (path: string, key: string): number => {
    if (key === 'resourceType') return -1;
    const bare = key.replace(/^_/, '');
    const index = elements.get(path)?.findIndex((each) => matches(each, bare)) ?? -1;
    return index < 0 ? Infinity : index;
  };

  const ordered = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => ordered(each, path));
    if (!isObject(value)) return value;
    const own = typeof value['resourceType'] === 'string' ? value['resourceType'] : path;
    // Infinity - Infinity is NaN: members that are not known keep their order at the end.
    const entries = Object.entries(value).sort(([a], [b]) => rank(own, a) - rank(own, b) || 0);
    return Object.fromEntries(
      entries.map(([key, each]) => [key, ordered(each, typeBelow(elements, own, key))]),
    );
  };

  return <T extends FhirResource>(resource: T): T => ordered(resource, resource.resourceType) as T;
}
