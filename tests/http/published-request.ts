/**
 * The examples in cds-hooks/: how they are made, and how tests replay them. What each service is asked is in
 * published-requests/<service id>.ts: one file a service.
 */
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { startStack } from './running-service.ts';

export const EXAMPLES = path.join(PACKAGE_ROOT, 'cds-hooks');

/** A prefetch-only site: what the example holds is all there is. */
export const startExampleStack = () => startStack({ tenant: { backgroundAccess: false } });
export type ExampleStack = Awaited<ReturnType<typeof startExampleStack>>;

/** A patient whose risk is high, with follow-up to propose. */
export const EXAMPLE_PATIENT = 'demo-high-13-months';

export type Context = Readonly<Record<string, unknown>> & {
  readonly userId: string;
  readonly patientId: string;
};

/** What a service is asked in its example. */
export interface PublishedRequest {
  /** The hook's context. */
  readonly context: Context;
  /** Resources that the demo's charts lack; loaded before prefetch is made. */
  readonly resources?: Parameters<ExampleStack['load']>[0];
  /** Keys in place of what the templates would bring. */
  readonly prefetch?: Readonly<Record<string, unknown>>;
}

interface Service {
  readonly id: string;
  readonly hook: string;
  readonly prefetch: Readonly<Record<string, string>>;
}

export async function discovered(stack: ExampleStack): Promise<readonly Service[]> {
  const answer = await fetch(`${stack.service.url}/cds-services`);
  return ((await answer.json()) as { services: readonly Service[] }).services;
}

/** What an EHR sends for a template of CDS Hooks 2.0; undefined where the context lacks a token's value. */
const resolved = (template: string, context: Context): string | undefined => {
  const parts = template.split(/\{\{context\.(\w+)\}\}/);
  const filled = parts.map((part, index) => (index % 2 === 0 ? part : context[part]));
  return filled.every((part) => typeof part === 'string') ? filled.join('') : undefined;
};

/** What an EHR would prefetch: every template of a service, resolved against the FHIR server. */
export async function prefetchOf(
  stack: ExampleStack,
  service: Service,
  context: Context,
): Promise<Record<string, unknown>> {
  const values = Object.entries(service.prefetch).map(async ([key, template]) => {
    const query = resolved(template, context);
    if (query === undefined) return [];
    const url = `${stack.fhirBaseUrl}/${query}`;
    const answer = await fetch(url.includes('?') ? `${url}&_count=1000` : url);
    const value: unknown = await answer.json();
    return [[key, value] as const];
  });
  return Object.fromEntries((await Promise.all(values)).flat());
}

/** Enough to read: of each kind of sample the newest two. */
const KEPT: Readonly<Record<string, number>> = { metabolomics: 2, cfdna: 6, genomicReports: 2 };

interface Bundle {
  readonly entry?: readonly { readonly resource: { readonly effectiveDateTime?: string } }[];
}

const shortened = (prefetch: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(prefetch).map(([key, value]) => {
      const kept = KEPT[key];
      if (kept === undefined) return [key, value];
      const newest = [...((value as Bundle).entry ?? [])].sort((a, b) =>
        (b.resource.effectiveDateTime ?? '').localeCompare(a.resource.effectiveDateTime ?? ''),
      );
      return [key, { resourceType: 'Bundle', type: 'searchset', entry: newest.slice(0, kept) }];
    }),
  );

/** The example request of a service: one demo patient, everything in prefetch. */
export async function exampleRequest(stack: ExampleStack, service: Service): Promise<object> {
  const asked = (await import(`./published-requests/${service.id}.ts`)) as { request: PublishedRequest };
  const { context, resources = [], prefetch = {} } = asked.request;
  if (resources.length > 0) await stack.load(resources);
  const brought = shortened(await prefetchOf(stack, service, context));
  const request = {
    hook: service.hook,
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    context,
    prefetch: { ...brought, ...prefetch },
  };
  const written = JSON.stringify(request, (name, value: unknown) =>
    // What changes from one start of the embedded server to the next.
    ['meta', 'link', 'total'].includes(name) || (name === 'fullUrl' && typeof value === 'string')
      ? undefined
      : value,
  );
  return JSON.parse(written) as object;
}

export async function post(stack: ExampleStack, service: string, body: object): Promise<object> {
  const answer = await fetch(`${stack.service.url}/cds-services/${service}`, {
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
