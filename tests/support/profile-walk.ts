/**
 * A resource held against a profile's snapshot, element by element: cardinality (in slices too), types, fixed values
 * and patterns, required bindings, targets of references, and the profiles' own constraints in FHIRPath.
 */
import type { ElementDefinition, ElementDefinitionConstraint, StructureDefinition } from 'fhir/r4.js';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { isDeepStrictEqual } from 'node:util';
import {
  type ElementNode,
  holds,
  isObject,
  requiredValue,
  treeOf,
  type Typed,
  valuesOf,
} from './elements.ts';
import { matchesSlice, type SliceContext } from './slicing.ts';

export interface Issue {
  readonly severity: 'error' | 'warning';
  /** `RiskAssessment.prediction.rationale`: the element, without slices and positions. */
  readonly element: string;
  /** Key of the constraint, where one is broken. */
  readonly constraint?: string;
  /** `RiskAssessment.prediction[1].rationale`. */
  readonly at: string;
  readonly message: string;
}

export interface WalkContext extends SliceContext {
  /** A profile by its canonical url, where it is known. */
  readonly profile: (url: string) => StructureDefinition | undefined;
}

interface Walk extends WalkContext {
  readonly resource: object;
  readonly report: (issue: Issue) => void;
}

const elementOf = ({ path }: ElementDefinition): string => path.replaceAll('[x]', '');

const complain = (walk: Walk, { definition }: ElementNode, at: string, message: string): void => {
  walk.report({ severity: 'error', element: elementOf(definition), at, message });
};

const compiled = new Map<string, (value: unknown, variables: Record<string, unknown>) => unknown[]>();

/** R4's own constraints are the base validator's matter. */
const isOurs = ({ source, expression }: ElementDefinitionConstraint): boolean =>
  expression !== undefined &&
  source !== undefined &&
  !source.startsWith('http://hl7.org/fhir/StructureDefinition/');

const evaluate = (expression: string, base: string, value: unknown, resource: object): unknown[] => {
  // fhirpath 5.2 stops at a bare number that has a base type; primitives need none.
  const path = isObject(value) ? { base, expression } : expression;
  const key = `${isObject(value) ? base : ''} ${expression}`;
  const run = compiled.get(key) ?? (fhirpath.compile(path, r4) as ReturnType<typeof compiled.get> & {});
  compiled.set(key, run);
  return run(value, { resource, rootResource: resource });
};

const checkConstraints = (walk: Walk, { definition }: ElementNode, value: unknown, at: string): void => {
  for (const constraint of (definition.constraint ?? []).filter(isOurs)) {
    const { key, human, severity, expression = '' } = constraint;
    const base = definition.path;
    const result = evaluate(expression, base.replaceAll('[x]', ''), value, walk.resource);
    if (isDeepStrictEqual(result, [true])) continue;
    const message = `${human} (${key})`;
    walk.report({ severity, element: elementOf(definition), constraint: key, at, message });
  }
};

const checkRequired = (walk: Walk, node: ElementNode, value: unknown, at: string): void => {
  const required = requiredValue(node);
  if (required === undefined) return;
  const fits = required.exact ? isDeepStrictEqual(value, required.value) : holds(value, required.value);
  if (!fits) complain(walk, node, at, `is not ${JSON.stringify(required.value)}`);
};

const checkValue = (walk: Walk, node: ElementNode, value: unknown, at: string): void => {
  checkRequired(walk, node, value, at);
  const { binding, type = [] } = node.definition;
  if (binding?.strength === 'required' && binding.valueSet !== undefined)
    if (walk.inValueSet(binding.valueSet, value) === false)
      complain(walk, node, at, `is not in the ValueSet ${binding.valueSet}`);
  const targets = type.flatMap(({ code, targetProfile }) =>
    code === 'Reference' ? (targetProfile ?? []) : [],
  );
  if (targets.length > 0 && walk.refersTo(value, targets) === false)
    complain(walk, node, at, `refers to none of ${targets.join(', ')}`);
};

const checkTyped = (walk: Walk, node: ElementNode, { value, type, key }: Typed, at: string): void => {
  const types = node.definition.type ?? [];
  if (type !== undefined && !types.some(({ code }) => code === type)) {
    complain(walk, node, at, `${key} is not one of the types allowed`);
    return;
  }
  checkValue(walk, node, value, at);
  checkConstraints(walk, node, value, at);
  checkChildren(walk, node, value, at);
  const [profile] = types.length === 1 ? (types[0]?.profile ?? []) : [];
  const definition = profile === undefined ? undefined : walk.profile(profile);
  if (definition === undefined) return;
  const root = treeOf(definition);
  checkConstraints(walk, root, value, at);
  checkChildren(walk, root, value, at);
};

const checkCount = (walk: Walk, node: ElementNode, count: number, at: string): void => {
  const { min = 0, max = '*', sliceName } = node.definition;
  const name = sliceName === undefined ? '' : `slice ${sliceName}: `;
  if (count < min) complain(walk, node, at, `${name}${count} of at least ${min}`);
  if (max !== '*' && count > Number(max)) complain(walk, node, at, `${name}${count} of at most ${max}`);
};

const checkSlices = (walk: Walk, base: ElementNode, values: readonly Typed[], at: string): void => {
  const taken = new Set<number>();
  let undecided = false;
  for (const slice of base.slices) {
    const answers = values.map((typed) => matchesSlice(base, slice, typed, walk));
    undecided ||= answers.includes(undefined);
    const members = values.flatMap((typed, index) => (answers[index] === true ? [{ typed, index }] : []));
    for (const { typed, index } of members) {
      taken.add(index);
      checkTyped(walk, slice, typed, values.length > 1 ? `${at}[${index}]` : at);
    }
    if (!answers.includes(undefined)) checkCount(walk, slice, members.length, at);
  }
  if (base.definition.slicing?.rules === 'closed' && !undecided && taken.size < values.length)
    complain(walk, base, at, 'is of no slice, and the slicing is closed');
};

function checkChildren(walk: Walk, node: ElementNode, value: unknown, at: string): void {
  if (!isObject(value)) return;
  for (const child of node.children) {
    const values = valuesOf(value, child, node.children);
    const below = `${at}.${values[0]?.key ?? child.name}`;
    checkCount(walk, child, values.length, below);
    for (const [index, typed] of values.entries())
      checkTyped(walk, child, typed, values.length > 1 ? `${below}[${index}]` : below);
    if (child.slices.length > 0) checkSlices(walk, child, values, below);
  }
}

/** Where the resource is not as the profile asks; what a slice and its element both ask is said once. */
export function walkProfile(
  resource: { readonly resourceType: string },
  profile: StructureDefinition,
  context: WalkContext,
): Issue[] {
  const issues = new Map<string, Issue>();
  const report = (issue: Issue): void => {
    issues.set(`${issue.at} ${issue.constraint ?? issue.message}`, issue);
  };
  const walk = { ...context, resource, report };
  const root = treeOf(profile);
  checkConstraints(walk, root, resource, profile.type);
  checkChildren(walk, root, resource, profile.type);
  return [...issues.values()];
}
