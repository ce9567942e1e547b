/** Which slice a value belongs to. */
import type { ElementDefinitionSlicingDiscriminator } from 'fhir/r4.js';
import {
  type ElementNode,
  holds,
  isObject,
  nodeAt,
  requiredValue,
  type Typed,
  valuesAt,
  valuesOf,
} from './elements.ts';

/** What matching needs to know beyond the value. */
export interface SliceContext {
  /** In the ValueSet; undefined where that cannot be told. */
  readonly inValueSet: (url: string, value: unknown) => boolean | undefined;
  /** Does what a Reference refers to conform to one of the profiles; undefined where that cannot be told. */
  readonly refersTo: (reference: unknown, profiles: readonly string[]) => boolean | undefined;
}

const typeCodes = (node: ElementNode): string[] => node.definition.type?.map(({ code }) => code) ?? [];

/** Everything at and below a node that is fixed to a value or a pattern, with its path from the node. */
const demands = (node: ElementNode, path = '$this'): { path: string; node: ElementNode }[] => {
  if (requiredValue(node)) return [{ path, node }];
  return node.children.flatMap((child) =>
    demands(child, path === '$this' ? child.name : `${path}.${child.name}`),
  );
};

const byValue = (
  node: ElementNode,
  path: string,
  value: unknown,
  context: SliceContext,
): boolean | undefined => {
  const target = nodeAt(node, path);
  if (target === undefined) return undefined;
  const values = valuesAt(value, path);
  const asked = demands(target);
  if (asked.length > 0)
    return values.some((each) =>
      asked.every(({ path: below, node: demanding }) =>
        valuesAt(each, below).some((found) => holds(found, requiredValue(demanding)?.value)),
      ),
    );
  const { binding } = target.definition;
  if (binding?.strength !== 'required' || binding.valueSet === undefined) return undefined;
  const { valueSet } = binding;
  const answers = values.map((each) => context.inValueSet(valueSet, each));
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
};

const byType = (node: ElementNode, path: string, { value, type }: Typed): boolean | undefined => {
  if (path === '$this') return type === undefined ? undefined : typeCodes(node).includes(type);
  const target = nodeAt(node, path);
  if (target === undefined || !isObject(value)) return undefined;
  return valuesOf(value, target).some(
    (each) => each.type !== undefined && typeCodes(target).includes(each.type),
  );
};

const byProfile = (
  node: ElementNode,
  path: string,
  value: unknown,
  context: SliceContext,
): boolean | undefined => {
  if (!path.endsWith('resolve()')) return undefined;
  const profiles = node.definition.type?.flatMap(({ targetProfile }) => targetProfile ?? []) ?? [];
  return context.refersTo(value, profiles);
};

const byExistence = (node: ElementNode, path: string, value: unknown): boolean | undefined => {
  const target = nodeAt(node, path);
  if (target === undefined) return undefined;
  const there = valuesAt(value, path).length > 0;
  return there ? target.definition.max !== '0' : target.definition.min === 0;
};

const byUrl = (node: ElementNode, value: unknown): boolean => {
  const profiles = node.definition.type?.flatMap(({ profile }) => profile ?? []) ?? [];
  return isObject(value) && profiles.includes(String(value['url']));
};

const matchesOne = (
  { type, path }: ElementDefinitionSlicingDiscriminator,
  slice: ElementNode,
  typed: Typed,
  context: SliceContext,
): boolean | undefined => {
  if (type === 'type') return byType(slice, path, typed);
  if (type === 'profile') return byProfile(slice, path, typed.value, context);
  if (type === 'exists') return byExistence(slice, path, typed.value);
  return byValue(slice, path, typed.value, context);
};

/**
 * Whether the value is of the slice; undefined where that cannot be told here.
 *
 * @param base the element that is sliced
 */
export function matchesSlice(
  base: ElementNode,
  slice: ElementNode,
  typed: Typed,
  context: SliceContext,
): boolean | undefined {
  if (typeCodes(slice).includes('Extension') && slice.children.length === 0) return byUrl(slice, typed.value);
  // Choices are sliced by their type even where the snapshot does not say so.
  if (base.isChoice) return byType(slice, '$this', typed);
  const answers = (base.definition.slicing?.discriminator ?? []).map((each) =>
    matchesOne(each, slice, typed, context),
  );
  if (answers.includes(false)) return false;
  return answers.length === 0 || answers.includes(undefined) ? undefined : true;
}
