/** The examples in cds-hooks/: how they are made, and how tests replay them. */
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { hookRequest, prefetchFor, SERVICE_PATH, startStack } from './running-service.ts';

export const EXAMPLES = path.join(PACKAGE_ROOT, 'cds-hooks');
const PATIENT = 'demo-high-13-months';
/** Enough to read: of each kind of sample the newest two. */
const KEPT: Readonly<Record<string, number>> = { metabolomics: 2, cfdna: 6, genomicReports: 2 };

interface Entry {
  readonly resource: { readonly effectiveDateTime?: string; readonly meta?: object };
}

/** A prefetch-only site: what the example holds is all there is. */
export const startExampleStack = () => startStack({ tenant: { backgroundAccess: false } });
export type ExampleStack = Awaited<ReturnType<typeof startExampleStack>>;

/** The example request: one demo patient, everything in prefetch. */
export async function exampleRequest(stack: ExampleStack): Promise<object> {
  const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);
  for (const [key, kept] of Object.entries(KEPT)) {
    const newest = [...((prefetch[key]?.['entry'] ?? []) as Entry[])].sort((a, b) =>
      (b.resource.effectiveDateTime ?? '').localeCompare(a.resource.effectiveDateTime ?? ''),
    );
    prefetch[key] = { resourceType: 'Bundle', type: 'searchset', entry: newest.slice(0, kept) };
  }
  const written = JSON.stringify(hookRequest(PATIENT, undefined, { prefetch }), (name, value: unknown) =>
    // What changes from one start of the embedded server to the next.
    ['meta', 'link', 'total'].includes(name) || (name === 'fullUrl' && typeof value === 'string')
      ? undefined
      : value,
  );
  return JSON.parse(written) as object;
}

export async function post(stack: ExampleStack, body: object): Promise<object> {
  const answer = await fetch(`${stack.service.url}${SERVICE_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as object;
}

const UUID = /"uuid":"[0-9a-f-]{36}"/g;

/** UUIDs are new at every answer; in the example they are counted instead. */
export const withoutUuids = (answer: object): object => {
  let count = 0;
  return JSON.parse(
    JSON.stringify(answer).replace(
      UUID,
      () => `"uuid":"00000000-0000-4000-8000-${String(++count).padStart(12, '0')}"`,
    ),
  ) as object;
};
