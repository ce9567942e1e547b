import type { Request } from 'express';
import { isKnownType } from '../definitions.ts';
import { invalidRequest } from '../outcomes.ts';

const FORMATS: ReadonlySet<string> = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson']);
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** What a kick-off asks for. */
export interface ExportParameters {
  /** Undefined for every type. */
  readonly types: readonly string[] | undefined;
  /** Milliseconds of the epoch: only what changed after it. */
  readonly since: number | undefined;
}

const typesOf = (values: readonly string[], lenient: boolean): string[] | undefined => {
  const names = values.flatMap((value) => value.split(','));
  const unknown = names.filter((name) => !isKnownType(name));
  if (unknown.length > 0 && !lenient) throw invalidRequest('_type names a type that is not of R4', '_type');
  return names.length === 0 ? undefined : names.filter((name) => isKnownType(name));
};

const sinceOf = (values: readonly string[]): number | undefined => {
  const written = values.at(-1);
  if (written !== undefined && !INSTANT.test(written))
    throw invalidRequest('_since is not an instant', '_since');
  return written === undefined ? undefined : Date.parse(written);
};

/**
 * The parameters of a kick-off, checked. Prefer has to say respond-async; with handling=lenient what the server does
 * not know is passed over.
 *
 * @throws {OperationOutcomeError} 400 with the parameter
 * @see http://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
 */
export const readParameters = (request: Request): ExportParameters => {
  const prefer = (request.get('prefer') ?? '').split(/[,;]/).map((each) => each.trim().toLowerCase());
  if (!prefer.includes('respond-async')) throw invalidRequest('An export needs Prefer: respond-async');
  const lenient = prefer.includes('handling=lenient');
  const query = new URL(request.originalUrl, 'http://localhost').searchParams;
  const known = new Set(['_type', '_since', '_outputFormat']);
  const unknown = [...query.keys()].find((name) => !known.has(name));
  if (unknown !== undefined && !lenient) throw invalidRequest('An unknown parameter of $export', unknown);
  if (query.getAll('_outputFormat').some((format) => !FORMATS.has(format)))
    throw invalidRequest('Only NDJSON is exported', '_outputFormat');
  return { types: typesOf(query.getAll('_type'), lenient), since: sinceOf(query.getAll('_since')) };
};
