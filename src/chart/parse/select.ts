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

const updatedAt = (resource: Json): number =>
  Date.parse(text(record(resource['meta'])?.['lastUpdated']) ?? '') || 0;

const keep = (types: Map<string, Map<string, Json>>, resource: Json | undefined): void => {
  const [type, id] = [text(resource?.['resourceType']), text(resource?.['id'])];
  if (resource === undefined || type === undefined || id === undefined) return;
  const byId = types.get(type) ?? new Map<string, Json>();
  types.set(type, byId);
  const known = byId.get(id);
  if (known === undefined || updatedAt(resource) > updatedAt(known)) byId.set(id, resource);
};

/**
 * The resources of all sets by type. Of the same id the last updated counts, else the first: one that was edited
 * between two queries may have been taken back.
 */
export const byType = (sets: Iterable<readonly unknown[] | undefined>): ReadonlyMap<string, Json[]> => {
  const types = new Map<string, Map<string, Json>>();
  for (const set of sets) for (const item of set ?? []) keep(types, record(item));
  return new Map([...types].map(([type, byId]) => [type, [...byId.values()]]));
};
