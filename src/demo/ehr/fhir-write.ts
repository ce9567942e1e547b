import { z } from 'zod';
import type { HookTarget } from './hook-client.ts';

/** What a write came to; the reference is `Type/id`, where there is something now. */
export interface Write {
  readonly ok: boolean;
  readonly reference?: string;
}

/** No card's words may lead a write to another address than that of a resource. */
const REFERENCE = /^[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;
const resourceSchema = z.looseObject({
  resourceType: z.string().regex(/^[A-Za-z]+$/),
  id: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,64}$/)
    .optional(),
});

const send = async (
  { fhirUrl, timeoutMs }: Pick<HookTarget, 'fhirUrl' | 'timeoutMs'>,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Response> =>
  fetch(`${fhirUrl.replace(/\/+$/, '')}/${path}`, {
    method,
    headers: {
      'content-type': 'application/fhir+json',
      accept: 'application/fhir+json',
      prefer: 'return=representation',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });

const writtenAs = async (response: Response): Promise<Write> => {
  if (!response.ok) return { ok: false };
  const written = resourceSchema.safeParse(await response.json().catch(() => undefined));
  return written.success && written.data.id !== undefined
    ? { ok: true, reference: `${written.data.resourceType}/${written.data.id}` }
    : { ok: true };
};

/** Lets the server choose an id. @throws where the server does not answer */
export async function createResource(target: HookTarget, resource: unknown): Promise<Write> {
  const read = resourceSchema.safeParse(resource);
  if (!read.success) return { ok: false };
  return writtenAs(await send(target, 'POST', read.data.resourceType, read.data));
}

/** Under its own id; the same one again changes nothing. @throws where the server does not answer */
export async function putResource(target: HookTarget, resource: unknown): Promise<Write> {
  const read = resourceSchema.safeParse(resource);
  if (!read.success || read.data.id === undefined) return { ok: false };
  const { resourceType, id } = read.data;
  return writtenAs(await send(target, 'PUT', `${resourceType}/${id}`, read.data));
}

/** What was never saved is not there to be deleted: that is done, too. @throws where the server does not answer */
export async function deleteResource(target: HookTarget, reference: unknown): Promise<Write> {
  if (typeof reference !== 'string' || !REFERENCE.test(reference)) return { ok: false };
  const { ok, status } = await send(target, 'DELETE', reference);
  return { ok: ok || [404, 410].includes(status) };
}
