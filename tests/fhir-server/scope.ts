/** What one run writes: under ids nobody else has, and taken away again at its end. */
import { randomBytes } from 'node:crypto';
import type { FhirResource } from 'fhir/r4.js';
import { expect, it } from 'vitest';
import { lacking, type Answer, type FhirServerUnderTest, type Need } from './server.ts';

export type Resource = FhirResource & { readonly id: string };

export interface Scope {
  readonly server: FhirServerUnderTest;
  /** Identifiers of this run are in it. */
  readonly identifierSystem: string;
  /** An id of this run: at most 64 characters, and a letter in it, without which HAPI takes no id from a client. */
  id(name: string): string;
  /** PUT, asserted to succeed, and remembered for the end. */
  put(resource: Resource, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** One after another: a server with referential integrity wants what is referred to first. */
  putAll(resources: readonly Resource[]): Promise<void>;
  /** To be deleted at the end, however it was written. */
  remember(type: string, id: string): void;
  /** Deletes what was written, the latest first. What stays is returned. */
  cleanUp(): Promise<string[]>;
}

export function createScope(server: FhirServerUnderTest): Scope {
  const run = `rc${randomBytes(4).toString('hex')}`;
  const written = new Set<string>();
  const scope: Scope = {
    server,
    identifierSystem: `urn:recurrence-cds:contract:${run}`,
    id: (name) => `${run}-${name}`,
    remember: (type, id) => {
      written.add(`${type}/${id}`);
    },
    put: async (resource, headers) => {
      const answer = await server.request('PUT', `${resource.resourceType}/${resource.id}`, {
        body: resource,
        ...(headers !== undefined && { headers }),
      });
      expect([200, 201], `PUT ${resource.resourceType}: ${said(answer)}`).toContain(answer.status);
      scope.remember(resource.resourceType, resource.id);
      return answer;
    },
    putAll: async (resources) => {
      for (const resource of resources) await scope.put(resource);
    },
    cleanUp: async () => {
      const left: string[] = [];
      for (const address of [...written].reverse()) {
        const { status } = await server.request('DELETE', address);
        if (![200, 202, 204, 404, 410].includes(status)) left.push(`${address}: ${status}`);
      }
      written.clear();
      return left;
    },
  };
  return scope;
}

/** The beginning of what a server answered, for the message of a failed assertion. */
export const said = ({ body }: Answer): string =>
  (body === undefined ? 'nothing' : JSON.stringify(body)).slice(0, 400);

/** A case that needs the server to state these; where it does not, it is skipped with their names. */
export function itWith(
  server: FhirServerUnderTest,
  needs: readonly Need[],
  title: string,
  body: () => Promise<void>,
  timeoutMs?: number,
): void {
  const lacks = lacking(server, needs);
  if (lacks.length > 0) it.skip(`${title} (not stated by this server: ${lacks.join(', ')})`);
  else it(title, body, timeoutMs);
}

/** A resource with what a server adds or may rewrite left out: meta (profiles stay) and the narrative. */
export const withoutServersPart = (resource: any): unknown => {
  const { meta, text: _narrative, ...rest } = resource as { meta?: { profile?: string[] }; text?: unknown };
  return meta?.profile === undefined ? rest : { ...rest, meta: { profile: meta.profile } };
};

/**
 * The same with versions dropped from references: what a server may do with them. HAPI does unless told otherwise,
 * whatever the element.
 */
export const withoutReferredVersions = (resource: unknown): unknown =>
  JSON.parse(JSON.stringify(resource), (key, value: unknown) =>
    key === 'reference' && typeof value === 'string' ? value.replace(/\/_history\/[^/]+$/, '') : value,
  );

/** The version an answer to a write tells, by ETag or in the body; both where both are there, and then the same. */
export const versionOf = (answer: Answer): string | undefined => {
  const tag = /^(?:W\/)?"([^"]+)"$/.exec(answer.header('etag') ?? '')?.[1];
  const inBody = answer.body?.meta?.versionId as string | undefined;
  if (tag !== undefined && inBody !== undefined) expect(inBody).toBe(tag);
  return tag ?? inBody;
};

/** The matches of a search and of all pages after it; every link on the server's own origin. */
export async function searchAll(server: FhirServerUnderTest, address: string): Promise<any[]> {
  const found: any[] = [];
  let next: string | undefined = address;
  for (let pages = 0; next !== undefined; pages++) {
    expect(pages, 'pages without an end').toBeLessThan(100);
    const answer: Answer = await server.request('GET', next);
    expect(answer.status, said(answer)).toBe(200);
    found.push(...matchesOf(answer));
    next = linkOf(answer, 'next');
  }
  return found;
}

export const matchesOf = ({ body }: Answer): any[] =>
  ((body?.entry ?? []) as any[])
    .filter(
      (entry) => entry.search?.mode !== 'outcome' && entry.resource?.resourceType !== 'OperationOutcome',
    )
    .map((entry) => entry.resource);

export const idsOf = (resources: readonly any[]): string[] =>
  resources.map((resource) => resource.id as string).sort();

export const linkOf = ({ body }: Answer, relation: string): string | undefined =>
  (body?.link as any[] | undefined)?.find((link) => link.relation === relation)?.url;
