/** A profile's snapshot as a tree, and reading a resource along it. */
import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';

/** An element or a slice of one, with the elements below it. */
export interface ElementNode {
  readonly definition: ElementDefinition;
  /** Last step of the path, without `[x]`. */
  readonly name: string;
  readonly isChoice: boolean;
  readonly children: ElementNode[];
  readonly slices: ElementNode[];
}

/** A value, and its type where the key says it (`valueQuantity`). */
export interface Typed {
  readonly value: unknown;
  readonly type?: string;
  /** The key it stands under. */
  readonly key: string;
}

type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const nodeOf = (definition: ElementDefinition): ElementNode => {
  const last = definition.path.split('.').at(-1) ?? '';
  return {
    definition,
    name: last.replace('[x]', ''),
    isChoice: last.endsWith('[x]'),
    children: [],
    slices: [],
  };
};

/** `A.b:slice.c` -> `A.b:slice`; `A.b:slice` -> `A.b`. */
const parentOf = (id: string): { parent: string; isSlice: boolean } => {
  const last = id.slice(id.lastIndexOf('.') + 1);
  return last.includes(':')
    ? { parent: id.slice(0, id.lastIndexOf(':')), isSlice: true }
    : { parent: id.slice(0, id.lastIndexOf('.')), isSlice: false };
};

const trees = new WeakMap<StructureDefinition, ElementNode>();

/** @throws {Error} for a profile without a snapshot, or with an element whose parent is not there */
export function treeOf(profile: StructureDefinition): ElementNode {
  const known = trees.get(profile);
  if (known) return known;
  const [first, ...rest] = profile.snapshot?.element ?? [];
  if (first === undefined) throw new Error(`${profile.url} has no snapshot`);
  const root = nodeOf(first);
  const nodes = new Map([[first.path, root]]);
  for (const definition of rest) {
    const id = definition.id ?? definition.path;
    const node = nodeOf(definition);
    nodes.set(id, node);
    const { parent, isSlice } = parentOf(id);
    const above = nodes.get(parent);
    if (above === undefined) throw new Error(`${profile.url}: ${id} has no parent`);
    (isSlice ? above.slices : above.children).push(node);
  }
  trees.set(profile, root);
  return root;
}

const listed = (key: string, value: unknown, type?: string): Typed[] =>
  (Array.isArray(value) ? value : [value]).map((each: unknown) => ({
    value: each,
    key,
    ...(type === undefined ? {} : { type }),
  }));

const PRIMITIVES =
  /^(?:Boolean|Integer|String|Decimal|Uri|Url|Canonical|Base64Binary|Instant|Date|DateTime|Time|Code|Oid|Id|Markdown|UnsignedInt|PositiveInt|Uuid)$/;
const typeOfSuffix = (suffix: string): string =>
  PRIMITIVES.test(suffix) ? suffix[0]!.toLowerCase() + suffix.slice(1) : suffix;

/** Keys of a choice: `value` and a type's name. `valueSet` beside `value[x]` is another element. */
const choiceKeys = (object: Json, name: string, siblings: ReadonlySet<string>): string[] =>
  Object.keys(object).filter(
    (key) => key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)) && !siblings.has(key),
  );

/** The values of an element in the object above it; one with an extension only (`_birthDate`) counts. */
export function valuesOf(object: Json, node: ElementNode, siblings: readonly ElementNode[] = []): Typed[] {
  if (node.isChoice) {
    const others = new Set(siblings.map(({ name }) => name));
    return choiceKeys(object, node.name, others).flatMap((key) =>
      listed(key, object[key], typeOfSuffix(key.slice(node.name.length))),
    );
  }
  const value = object[node.name] ?? object[`_${node.name}`];
  return value === undefined ? [] : listed(node.name, value);
}

/** The node at a dotted path below another; `$this` is itself. */
export const nodeAt = (node: ElementNode, path: string): ElementNode | undefined => {
  if (path === '$this') return node;
  let at: ElementNode | undefined = node;
  for (const step of path.split('.')) at = at?.children.find(({ name }) => name === step);
  return at;
};

/** All values at a dotted path below a value. */
export const valuesAt = (value: unknown, path: string): unknown[] => {
  if (path === '$this') return [value];
  let at = [value];
  for (const step of path.split('.'))
    at = at.flatMap((each) => {
      const next = isObject(each) ? each[step] : undefined;
      if (next === undefined) return [];
      return Array.isArray(next) ? (next as unknown[]) : [next];
    });
  return at;
};

/** The value that an element is fixed to, or has to hold, whatever its type. */
export const requiredValue = ({
  definition,
}: ElementNode): { readonly value: unknown; readonly exact: boolean } | undefined => {
  for (const [key, value] of Object.entries(definition)) {
    if (/^fixed[A-Z]/.test(key)) return { value, exact: true };
    if (/^pattern[A-Z]/.test(key)) return { value, exact: false };
  }
  return undefined;
};

/** Holds the value all that the pattern says; of a list, in any order. */
export function holds(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern))
    return Array.isArray(value) && pattern.every((part) => value.some((each) => holds(each, part)));
  if (isObject(pattern))
    return isObject(value) && Object.entries(pattern).every(([key, part]) => holds(value[key], part));
  return value === pattern;
}
