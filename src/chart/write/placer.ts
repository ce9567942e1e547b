import type { FhirResource } from 'fhir/r4.js';
import { asCdsError, CdsError } from '../../domain/index.ts';
import { readBounded } from '../client/bounded-body.ts';
import type { FhirClient, SearchParameters, Written } from '../client/types.ts';
import { list, record, text, type Json } from '../resource-reader.ts';
import { sameContent } from './same-content.ts';

type Named = FhirResource & { readonly id: string };

/** One resource to be there, under one name. */
export interface Placing {
  readonly resource: Named;
  /** Finds it on a server that gave it another id. */
  readonly by: SearchParameters;
  /** Shall what is there be left as it is, although it says something else? */
  readonly leave?: (existing: Json) => boolean;
}

export interface Placed {
  readonly outcome: 'written' | 'unchanged' | 'left';
  /** `Type/id`, the id being the server's. */
  readonly reference: string;
  readonly versionId?: string;
  /** What is there instead, where it was left. */
  readonly existing?: Json;
}

export type Placer = (placing: Placing, signal: AbortSignal) => Promise<Placed>;

/** Whose ids new resources of a type get. */
type Ids = 'ours' | 'theirs';

/** Reads and writes of one resource before a conflict is somebody else's to heal. */
const ATTEMPTS = 4;

const versionOf = (resource: Json): string | undefined => text(record(resource['meta'])?.['versionId']);

const unless = <T>(code: CdsError['code'], otherwise: T) => {
  return (error: unknown): T => {
    if (asCdsError(error).code === code) return otherwise;
    throw error;
  };
};

/** Whether a server says that it takes no ids of ours for new resources; undefined where it does not say. */
const updateCreateOf = (statement: unknown, type: string): boolean | undefined => {
  const resources = list(record(statement)?.['rest']).flatMap((rest) => list(record(rest)?.['resource']));
  const said = record(resources.find((each) => record(each)?.['type'] === type))?.['updateCreate'];
  return typeof said === 'boolean' ? said : undefined;
};

/**
 * Puts resources in place: reads what is there, writes only what says something else, and only over the version
 * that was read. A server that refuses our ids for new resources (its CapabilityStatement says so, or it does it)
 * gives its own, and the resource is found by its identifier from then on.
 *
 * It needs the caller to be the only one of us who writes that resource: a conditional update that creates is not
 * safe against its like on all servers, nor can a first PUT name a version.
 */
export function createPlacer(client: FhirClient): Placer {
  /** By resource type; learned once a process. */
  const takesOurIds = new Map<string, boolean>();
  let statement: unknown;

  const readStatement = async (signal: AbortSignal): Promise<unknown> => {
    const headers = { accept: 'application/fhir+json' };
    const response = await client.raw('metadata', { headers }, { signal });
    if (response.ok) return JSON.parse(await readBounded(response)) as unknown;
    await response.body?.cancel();
    return {};
  };

  const takesIds = async (type: string, signal: AbortSignal): Promise<boolean> => {
    const known = takesOurIds.get(type);
    if (known !== undefined) return known;
    try {
      statement ??= await readStatement(signal);
    } catch {
      return true; // not answered: what follows will tell, and it is asked again
    }
    const takes = updateCreateOf(statement, type) ?? true;
    takesOurIds.set(type, takes);
    return takes;
  };

  const find = async (
    ids: Ids,
    { resource, by }: Placing,
    signal: AbortSignal,
  ): Promise<Json | undefined> => {
    const { resourceType, id } = resource;
    if (ids === 'ours') return client.read(resourceType, id, { signal });
    const found = await client.search(resourceType, by, { signal });
    if (found.length > 1) throw new CdsError('FHIR_CONFLICT', `${resourceType}: more than one of a name`);
    const theirs = text(found[0]?.['id']);
    // Search results may be older than the resource (some servers keep them for a minute).
    return theirs === undefined ? undefined : client.read(resourceType, theirs, { signal });
  };

  const create = (ids: Ids, { resource, by }: Placing, signal: AbortSignal): Promise<Written> => {
    if (ids === 'ours') return client.put(resource, { signal });
    const { id: _ours, ...withoutId } = resource;
    return client.putBy(withoutId, by, { signal });
  };

  const replace = (
    { resource }: Placing,
    existing: Json,
    id: string,
    signal: AbortSignal,
  ): Promise<Written> => {
    const ifMatch = versionOf(existing);
    return client.put({ ...resource, id }, { signal, ...(ifMatch !== undefined && { ifMatch }) });
  };

  const placeUnder = async (ids: Ids, placing: Placing, signal: AbortSignal): Promise<Placed> => {
    const { resource, leave } = placing;
    const { resourceType } = resource;
    const placed = (outcome: Placed['outcome'], id: string, versionId: string | undefined): Placed => ({
      outcome,
      reference: `${resourceType}/${id}`,
      ...(versionId !== undefined && { versionId }),
    });
    const existing = await find(ids, placing, signal);
    if (existing === undefined) {
      const { id, versionId } = await create(ids, placing, signal);
      return placed('written', id, versionId);
    }
    const id = text(existing['id']) ?? resource.id;
    if (sameContent(resource, existing)) return placed('unchanged', id, versionOf(existing));
    if (leave?.(existing) === true) return { ...placed('left', id, versionOf(existing)), existing };
    const { versionId } = await replace(placing, existing, id, signal);
    return placed('written', id, versionId);
  };

  const placeOnce = async (placing: Placing, signal: AbortSignal): Promise<Placed> => {
    const { resourceType } = placing.resource;
    if (!(await takesIds(resourceType, signal))) return placeUnder('theirs', placing, signal);
    try {
      return await placeUnder('ours', placing, signal);
    } catch (error) {
      if (asCdsError(error).code !== 'FHIR_WRITE_REFUSED') throw error;
      // The id, or the content? If it was the content, this is refused too, and the first reason stands.
      const placed = await placeUnder('theirs', placing, signal).catch(
        unless('FHIR_WRITE_REFUSED', undefined),
      );
      if (placed === undefined) throw error;
      takesOurIds.set(resourceType, false);
      return placed;
    }
  };

  return async (placing, signal) => {
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      const placed = await placeOnce(placing, signal).catch(unless('FHIR_CONFLICT', undefined));
      if (placed !== undefined) return placed;
    }
    return placeOnce(placing, signal);
  };
}
