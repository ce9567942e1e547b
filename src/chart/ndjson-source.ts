import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { CdsError } from '../domain/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import { jsonOfLine, splitLines } from './ndjson-lines.ts';
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

async function* resourcesIn(file: string): AsyncGenerator<Json> {
  const name = path.basename(file);
  for await (const line of splitLines(createReadStream(file) as AsyncIterable<Buffer>, name)) {
    const resource = jsonOfLine(line);
    if (resource === undefined)
      throw new CdsError('COHORT_INVALID', `${name}, line ${line.number} is not a resource`);
    yield resource;
  }
}

/** `<Type>.ndjson`, then `<Type>.1.ndjson`, `<Type>.2.ndjson`...: servers split what is large. */
const filesOf = (type: string, names: readonly string[]): string[] =>
  names
    .flatMap((name) => {
      const [, of, part = '0'] = /^([A-Za-z]+)(?:\.(\d{1,9}))?\.ndjson$/.exec(name) ?? [];
      return of === type ? [{ name, part: Number(part) }] : [];
    })
    .sort((a, b) => a.part - b.part || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);

async function* resourcesOfType(
  folder: string,
  type: string,
  names: readonly string[],
): AsyncGenerator<Json> {
  for (const name of filesOf(type, names)) yield* resourcesIn(path.join(folder, name));
}

/**
 * Reads a cohort's `fhir/<Type>.ndjson` and `fhir/<Type>.<n>.ndjson` into memory, by patient, keeping what the queries
 * ask for: what else the files hold passes by, however much it is. An optional query whose type was not exported is
 * answered as unread; a type without a file is else one that nobody has.
 *
 * @throws {CdsError} COHORT_INVALID
 */
export async function openCohort(directory: string, queries: readonly ChartQuery[]): Promise<CohortSource> {
  const folder = path.join(directory, 'fhir');
  const names = await readdir(folder).catch(() => []);
  if (filesOf('Patient', names).length === 0)
    throw new CdsError('COHORT_INVALID', `no ${path.join('fhir', 'Patient.ndjson')} there`);
  const byPatient = new Map<string, Map<ChartQueryKey, Json[]>>();
  const keep = (id: string, key: ChartQueryKey, resource: Json): void => {
    const sets = byPatient.get(id) ?? new Map<ChartQueryKey, Json[]>();
    byPatient.set(id, sets);
    const set = sets.get(key) ?? [];
    sets.set(key, set);
    set.push(resource);
  };
  const types = [...new Set(queries.map((query) => query.resourceType))];
  const exported = new Set(types.filter((type) => filesOf(type, names).length > 0));
  const unread = new Set(
    queries.flatMap(({ key, resourceType, optional }) =>
      optional === true && !exported.has(resourceType) ? [key] : [],
    ),
  );
  for (const type of exported)
    for await (const resource of resourcesOfType(folder, type, names)) {
      const id = patientOf(resource);
      if (id === undefined) continue;
      for (const query of queries) if (matches(query, resource)) keep(id, query.key, resource);
    }
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
