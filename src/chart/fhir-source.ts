import { CdsError } from '../domain/index.ts';
import { isForGood } from './client/failure.ts';
import type { FhirClient } from './client/types.ts';
import { allOfPatient } from './identity.ts';
import { searchParameters, type ChartQuery, type ChartQueryKey } from './queries.ts';
import type { Json } from './resource-reader.ts';
import type { ChartSource } from './source.ts';

export interface FhirSourceOptions<Key extends string> {
  readonly client: FhirClient;
  readonly queries: readonly ChartQuery<Key>[];
  /** The visit, for queries that ask for it. */
  readonly encounterId?: string;
  /** Milliseconds for one chart: all its queries, pages, waits and repetitions. */
  readonly timeoutMs: number;
}

/** Resources a page: a large chart is a few pages, and servers that send fewer say so by their next link. */
const PAGE = 1000;

/** Ends when the caller's signal fires, when time is up, or when told to. */
const endingWith = (outer: AbortSignal, timeoutMs: number): { signal: AbortSignal; end: () => void } => {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  const timer = setTimeout(stop, timeoutMs);
  outer.addEventListener('abort', stop, { once: true });
  if (outer.aborted) stop();
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', stop);
      stop();
    },
  };
};

/**
 * Reads charts from a FHIR R4 server: the Patient by its id, everything else by one search a query, all at once.
 *
 * An optional query that the server will never answer leaves its key out; any other failure ends the whole reading.
 */
export function createFhirSource<Key extends string = ChartQueryKey>({
  client,
  queries,
  timeoutMs,
  encounterId,
}: FhirSourceOptions<Key>): ChartSource<Key> {
  const byKey = new Map(queries.map((query) => [query.key, query]));

  const readPatient = async (id: string, signal: AbortSignal): Promise<readonly Json[]> => {
    const patient = await client.read('Patient', id, { signal });
    if (patient === undefined) throw new CdsError('FHIR_PATIENT_UNKNOWN');
    return [patient];
  };

  const readSearch = async (
    query: ChartQuery<Key>,
    id: string,
    signal: AbortSignal,
  ): Promise<readonly Json[] | undefined> => {
    const context = { patientId: id, ...(encounterId !== undefined && { encounterId }) };
    const parameters = { ...searchParameters(query, context), _count: PAGE };
    try {
      return await client.search(query.resourceType, parameters, { signal });
    } catch (error) {
      if (query.optional === true && isForGood(error)) return undefined;
      throw error;
    }
  };

  const readOne = async (key: Key, id: string, signal: AbortSignal) => {
    const query = byKey.get(key);
    if (query === undefined) throw new CdsError('INTERNAL', `no query ${key}`);
    return key === 'patient' ? readPatient(id, signal) : readSearch(query, id, signal);
  };

  return {
    read: async (patientId, keys, outer) => {
      const { signal, end } = endingWith(outer, timeoutMs);
      try {
        const sets = await Promise.all(
          keys.map(async (key) => [key, await readOne(key, patientId, signal)] as const),
        );
        const read = Object.fromEntries(sets.filter(([, set]) => set !== undefined)) as Partial<
          Record<Key, readonly unknown[]>
        >;
        if (!allOfPatient(read, patientId, client.baseUrl))
          throw new CdsError('FHIR_ANSWER_INVALID', 'It sent resources of another patient.');
        return read;
      } finally {
        end(); // one failed query ends its siblings
      }
    },
  };
}
