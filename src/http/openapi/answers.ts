import { ERRORS, type ErrorCode } from '../../domain/index.ts';
import type { JsonSchema } from './json-schema.ts';

/** A Response Object of OpenAPI. */
export type Answer = JsonSchema;

const ref = (kind: string, name: string): JsonSchema => ({ $ref: `#/components/${kind}/${name}` });

export const schemaRef = (name: string): JsonSchema => ref('schemas', name);

/** Headers of an answer, by their names. */
const headers = (...names: readonly string[]): JsonSchema => ({
  headers: Object.fromEntries(['X-Request-Id', ...names].map((name) => [name, ref('headers', name)])),
});

const header = (description: string, schema: JsonSchema = { type: 'string' }): JsonSchema => ({
  description,
  schema,
});

/** Components of the document. */
export const HEADERS: JsonSchema = {
  'X-Request-Id': header(
    'Names this call in our log: say it to the help desk. Yours comes back if you sent one of sensible form.',
  ),
  Allow: header('The methods that this address takes.'),
  'Cache-Control': header('How long the answer may be kept; answers about patients: no-store.'),
  ETag: header('Of this document; send it as If-None-Match to be told 304 while nothing changed.'),
  'Retry-After': header('Seconds to wait before trying again.', { type: 'integer', minimum: 0 }),
  'WWW-Authenticate': header('What kind of credentials are wanted: Bearer.'),
};

/** An answer with a body of that media type. */
export const answer = (
  description: string,
  mediaType: string,
  schema: JsonSchema,
  options: { readonly headers?: readonly string[]; readonly examples?: JsonSchema } = {},
): Answer => ({
  description,
  ...headers(...(options.headers ?? [])),
  content: { [mediaType]: { schema, ...(options.examples !== undefined && { examples: options.examples }) } },
});

export const empty = (description: string, ...names: readonly string[]): Answer => ({
  description,
  ...headers(...names),
});

/** What else an answer of that status carries. */
const STATUS_HEADERS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  429: ['Retry-After'],
};

/** A line for each code: what it means, and what to do. */
const lines = (codes: readonly ErrorCode[]): string =>
  codes.map((code) => `\`${code}\`: ${ERRORS[code].text} ${ERRORS[code].remedy}`).join('\n\n');

/**
 * The answers of an operation that fails, by status: an OperationOutcome with one of these codes.
 *
 * @param codes those that may be met there, in addition to INTERNAL
 * @param retryAfter statuses that say when to try again
 */
export function failures(codes: readonly ErrorCode[], retryAfter: readonly number[] = []): JsonSchema {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...codes, 'INTERNAL'] as const) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers = [...byStatus].map(([status, each]): [string, Answer] => {
    const names = [
      ...(STATUS_HEADERS[status] ?? []),
      ...(retryAfter.includes(status) ? ['Retry-After'] : []),
    ];
    // Whoever cannot say who it is learns nothing, not even a code.
    if (each.includes('CDS_UNAUTHENTICATED')) return [String(status), empty(lines(each), ...names)];
    return [
      String(status),
      answer(lines(each), 'application/fhir+json', schemaRef('operation-outcome'), { headers: names }),
    ];
  });
  return Object.fromEntries(answers);
}

/** Answers that many operations have: said once below `components`, and referred to. */
export const sharedAnswers = (
  prefix: string,
  answers: JsonSchema,
): { readonly components: JsonSchema; readonly references: JsonSchema } => ({
  components: Object.fromEntries(
    Object.entries(answers).map(([status, each]) => [`${prefix}-${status}`, each]),
  ),
  references: Object.fromEntries(
    Object.keys(answers).map((status) => [status, ref('responses', `${prefix}-${status}`)]),
  ),
});
