import { SYSTEMS } from '../../terminology/index.ts';
import { codeIn, record, text, type Json } from '../resource-reader.ts';

/** Results taken back or never meant: none of them may count as a fact. */
const VOID_STATUSES: ReadonlySet<unknown> = new Set([
  'entered-in-error',
  'cancelled',
  'not-done',
  'nullified',
]);

const VERIFICATIONS = [SYSTEMS.conditionVerification, SYSTEMS.allergyVerification];

export const isVoid = (resource: Json): boolean =>
  VOID_STATUSES.has(resource['status']) ||
  (resource['verificationStatus'] !== undefined &&
    VERIFICATIONS.some((system) =>
      ['refuted', 'entered-in-error'].includes(codeIn(resource['verificationStatus'], system) ?? ''),
    ));

const metaOf = (resource: Json): Json => record(resource['meta']) ?? {};

const updatedAt = (resource: Json): number => Date.parse(text(metaOf(resource)['lastUpdated']) ?? '') || 0;

/** Servers number versions, as a rule. */
const versionNumber = (resource: Json): number => Number(text(metaOf(resource)['versionId']) ?? NaN) || 0;

/**
 * Is it the later of two of one id? Where neither says when, what was taken back goes before what was not, and else
 * their texts decide, so that it is the same one in whatever order they come.
 */
const isLater = (one: Json, other: Json): boolean => {
  const difference = updatedAt(one) - updatedAt(other) || versionNumber(one) - versionNumber(other);
  if (difference !== 0) return difference > 0;
  if (isVoid(one) !== isVoid(other)) return isVoid(one);
  return JSON.stringify(one) > JSON.stringify(other);
};

const keep = (types: Map<string, Map<string, Json>>, resource: Json | undefined): void => {
  const [type, id] = [text(resource?.['resourceType']), text(resource?.['id'])];
  if (resource === undefined || type === undefined || id === undefined) return;
  const byId = types.get(type) ?? new Map<string, Json>();
  types.set(type, byId);
  const known = byId.get(id);
  if (known === undefined || isLater(resource, known)) byId.set(id, resource);
};

const inOrder = (byId: ReadonlyMap<string, Json>): Json[] =>
  [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource);

/**
 * The resources of all sets by type, each type by id: the same resources are the same chart, in whatever order and
 * set they came. Of the same id the last updated counts: one that was edited between two queries may have been taken
 * back.
 */
export const byType = (sets: Iterable<readonly unknown[] | undefined>): ReadonlyMap<string, Json[]> => {
  const types = new Map<string, Map<string, Json>>();
  for (const set of sets) for (const item of set ?? []) keep(types, record(item));
  return new Map([...types].map(([type, byId]) => [type, inOrder(byId)]));
};
