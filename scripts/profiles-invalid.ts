/**
 * The invalid examples: valid ones with one thing changed. SUSHI refuses to build most of them, which is its merit,
 * so they are said as changes, in fhir-profiles/input/invalid-examples.yaml.
 */
import { readFileSync } from 'node:fs';
import type { FhirResource } from 'fhir/r4.js';
import { parse } from 'yaml';

export interface InvalidExample {
  readonly id: string;
  /** `Type/id` of the valid example. */
  readonly from: string;
  readonly why: string;
  /** Values by dotted path; list positions are numbers. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Dotted paths of what is taken out. */
  readonly remove?: readonly string[];
  /** The key of the constraint that it breaks, or the path of the element. */
  readonly fails: string;
}

export const readInvalidExamples = (file: string): readonly InvalidExample[] =>
  parse(readFileSync(file, 'utf8')) as InvalidExample[];

type Json = Record<string, unknown>;

const parentOf = (resource: object, steps: readonly string[]): Json => {
  let at: unknown = resource;
  for (const step of steps.slice(0, -1)) at = (at as Json | undefined)?.[step];
  if (typeof at !== 'object' || at === null) throw new Error(`nothing at ${steps.join('.')}`);
  return at as Json;
};

const removeAt = (resource: object, path: string): void => {
  const steps = path.split('.');
  const parent = parentOf(resource, steps);
  const last = steps.at(-1) ?? '';
  if (!(last in parent)) throw new Error(`nothing at ${path}`);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
};

/** @throws {Error} where the valid example has not what is to be changed */
export function makeInvalid(example: InvalidExample, valid: FhirResource): FhirResource & { id: string } {
  const changed = { ...structuredClone(valid), id: example.id };
  for (const [path, value] of Object.entries(example.set ?? {})) {
    const steps = path.split('.');
    parentOf(changed, steps)[steps.at(-1) ?? ''] = value;
  }
  for (const path of example.remove ?? []) removeAt(changed, path);
  return changed;
}
