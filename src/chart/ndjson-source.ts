import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CdsError } from '../domain/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import type { ResourceSets } from './parse.ts';
import type { ChartQuery, ChartQueryKey } from './queries.ts';
import { codings, list, localReference, record, text, type Json } from './resource-reader.ts';
import type { ChartSource } from './source.ts';

/** A cohort as Bulk Data exports it: one NDJSON file a resource type. */
export interface CohortSource extends ChartSource {
  readonly patientIds: readonly string[];
  /** Some of its patients carry the identifier of simulated ones: nothing made of it is for clinical use. */
  readonly simulated: boolean;
}

const patientOf = (resource: Json): string | undefined =>
  resource['resourceType'] === 'Patient'
    ? text(resource['id'])
    : (localReference(resource['subject']) ?? localReference(resource['patient']))?.replace(/^Patient\//, '');

const matches = (query: ChartQuery, resource: Json): boolean => {
  if (resource['resourceType'] !== query.resourceType) return false;
  const wanted = query.parameters.find(([name]) => name === 'code')?.[1].split(',');
  return (
    wanted === undefined ||
    codings(resource['code']).some(({ system = '', code = '' }) => wanted.includes(`${system}|${code}`))
  );
};

const isSimulated = (patient: Json): boolean =>
  list(patient['identifier']).some((each) => record(each)?.['system'] === SYSTEMS.simulatedPatient);

async function* lines(file: string): AsyncGenerator<Json> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++;
    if (line.trim() === '') continue;
    let parsed: Json | undefined;
    try {
      parsed = record(JSON.parse(line));
    } catch {
      parsed = undefined;
    }
    if (parsed === undefined)
      throw new CdsError(
        'COHORT_INVALID',
        `${path.basename(file)}, line ${String(number)} is not a resource`,
      );
    yield parsed;
  }
}

type ByPatient = Map<string, Map<ChartQueryKey, Json[]>>;

/** One type's file, each resource to its patient under the queries that ask for it. */
const readFile = async (
  file: string,
  queries: readonly ChartQuery[],
  byPatient: ByPatient,
): Promise<void> => {
  for await (const resource of lines(file)) {
    const id = patientOf(resource);
    if (id === undefined) continue;
    const sets = byPatient.get(id) ?? new Map<ChartQueryKey, Json[]>();
    byPatient.set(id, sets);
    for (const query of queries) {
      if (!matches(query, resource)) continue;
      const set = sets.get(query.key);
      if (set === undefined) sets.set(query.key, [resource]);
      else set.push(resource);
    }
  }
};

/**
 * Reads a cohort's `fhir/<Type>.ndjson` into memory, by patient, keeping what the queries ask for. An optional query
 * whose type was not exported is answered as unread; a type without a file is else one that nobody has.
 *
 * @throws {CdsError} COHORT_INVALID
 */
export async function openCohort(directory: string, queries: readonly ChartQuery[]): Promise<CohortSource> {
  const byPatient: ByPatient = new Map();
  const fileOf = (type: string): string => path.join(directory, 'fhir', `${type}.ndjson`);
  if (!existsSync(fileOf('Patient')))
    throw new CdsError('COHORT_INVALID', `no ${path.join('fhir', 'Patient.ndjson')} there`);
  const types = [...new Set(queries.map((query) => query.resourceType))];
  const exported = new Set(types.filter((type) => existsSync(fileOf(type))));
  for (const type of exported) await readFile(fileOf(type), queries, byPatient);
  const unread = new Set(
    queries.flatMap(({ key, resourceType, optional }) =>
      optional === true && !exported.has(resourceType) ? [key] : [],
    ),
  );
  const patientResources = [...byPatient.values()].flatMap((sets) => sets.get('patient') ?? []);
  const patientIds = [...byPatient].filter(([, sets]) => sets.has('patient')).map(([id]) => id);
  return {
    patientIds,
    simulated: patientResources.some(isSimulated),
    read: (patientId, keys) => {
      const sets = byPatient.get(patientId);
      if (sets?.has('patient') !== true) return Promise.reject(new CdsError('FHIR_PATIENT_UNKNOWN'));
      const read = keys.filter((key) => !unread.has(key)).map((key) => [key, sets.get(key) ?? []] as const);
      return Promise.resolve(Object.fromEntries(read) as ResourceSets);
    },
  };
}
