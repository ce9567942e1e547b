import { z } from 'zod';
import { CdsError } from '../../domain/index.ts';

/** A FHIR logical id, http://hl7.org/fhir/R4/datatypes.html#id: nothing else may reach a URL. */
export const fhirId = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, { error: 'not a FHIR id' });

const USERS = ['Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson', 'Device'];

/** `Practitioner/123`: the spec's userId carries its resource type. */
export const userId = z.string().regex(new RegExp(`^(${USERS.join('|')})/[A-Za-z0-9.-]{1,64}$`), {
  error: 'not a user reference such as Practitioner/123',
});

/** Longer than any token of any server, short enough for a header. */
const MAX_TOKEN = 16_384;
/** An address is compared with those that are configured; nothing longer is one. */
const MAX_ADDRESS = 2048;

const fhirAuthorization = z.object({
  /** It goes into a header: RFC 6750's b64token, and what else servers print visibly. */
  access_token: z
    .string()
    .min(1)
    .max(MAX_TOKEN)
    .regex(/^[\x21-\x7e]+$/, { error: 'not a token' }),
  token_type: z.literal('Bearer'),
  expires_in: z.number().int(),
  scope: z.string(),
  subject: z.string(),
  patient: z.string().optional(),
});

/** CDS Hooks 2.0, "HTTP Request": what every hook's request has. Unknown members are let through unread. */
const envelope = z.object({
  hookInstance: z.guid(),
  // As it is written: parsing an address forgives what comparing must not, such as a line end within it.
  fhirServer: z
    .string()
    .max(MAX_ADDRESS)
    .regex(/^[\x21-\x7e]+$/, { error: 'not an address' })
    .pipe(z.url({ protocol: /^https?$/ }))
    .optional(),
  fhirAuthorization: fhirAuthorization.optional(),
  prefetch: z.record(z.string(), z.unknown()).optional(),
});

export interface HookRequest<Context> {
  readonly hookInstance: string;
  readonly context: Context;
  readonly fhirServer?: string;
  /** For this request only: never stored, logged or handed on. */
  readonly accessToken?: string;
  /** The patient the token was issued for. */
  readonly tokenPatient?: string;
  readonly prefetch: Readonly<Record<string, unknown>>;
}

/** Not by a regular expression: on a long row of slashes those take quadratic time. */
const withoutSlash = (address: string): string => {
  let end = address.length;
  while (address[end - 1] === '/') end--;
  return address.slice(0, end);
};

const where = (error: z.ZodError): string => {
  const [issue] = error.issues;
  const path = issue === undefined ? '' : issue.path.join('.');
  return `${path === '' ? 'body' : path}: ${issue?.message ?? 'invalid'}.`;
};

const parsed = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const result = schema.safeParse(value);
  // Zod's messages name types and formats, never the value that was sent.
  if (!result.success) throw new CdsError('CDS_REQUEST_INVALID', where(result.error));
  return result.data;
};

/** One hook's requests: the schema, and the parser that is made of it, compiled once. */
export interface HookRequests<Context> {
  readonly hook: string;
  readonly schema: z.ZodType;
  /** @throws {CdsError} CDS_REQUEST_INVALID naming the field, CDS_HOOK_MISMATCH */
  parse(body: unknown): HookRequest<Context>;
}

/** The requests of one hook, whose context is as given. */
export function hookRequests<Context>(hook: string, context: z.ZodType<Context>): HookRequests<Context> {
  const schema = envelope.extend({ hook: z.string(), context });
  const parse = (body: unknown): HookRequest<Context> => {
    const request = parsed(schema, body);
    if (request.hook !== hook) throw new CdsError('CDS_HOOK_MISMATCH', `This service's hook is ${hook}.`);
    const { fhirServer, fhirAuthorization: authorization } = request;
    if (authorization !== undefined && fhirServer === undefined)
      throw new CdsError('CDS_REQUEST_INVALID', 'fhirServer: required with fhirAuthorization.');
    return {
      hookInstance: request.hookInstance,
      context: request.context,
      prefetch: request.prefetch ?? {},
      ...(fhirServer !== undefined && { fhirServer: withoutSlash(fhirServer) }),
      ...(authorization !== undefined && { accessToken: authorization.access_token }),
      ...(authorization?.patient !== undefined && {
        tokenPatient: authorization.patient.replace(/^Patient\//, ''),
      }),
    };
  };
  return { hook, schema: envelope.extend({ hook: z.literal(hook), context }), parse };
}
