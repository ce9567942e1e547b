import { answer, empty, failures } from './answers.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Paths } from './service-paths.ts';

const object = (description: string): JsonSchema => ({ type: 'object', description });

const status = (word: string): JsonSchema => ({
  type: 'object',
  properties: { status: { const: word } },
  required: ['status'],
});

const path = (name: string, pattern: string, description: string): JsonSchema => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', pattern },
});

const TENANT = path('tenant', '^[a-z0-9-]{1,64}$', 'Id of the site, as configured.');
const TYPE = path('type', '^[A-Za-z]+$', 'The resource type.');
const ID = path('id', '^[A-Za-z0-9.-]{1,64}$', 'The resource id.');

const notification = (operationId: string, summary: string, body: boolean): JsonSchema => ({
  operationId,
  tags: ['New data'],
  summary,
  description:
    'For the FHIR server of a site, with the secret of its Subscription. Answered once the work is queued; the ' +
    'resource itself is not kept.',
  security: [{ subscription: [] }],
  ...(body && {
    requestBody: {
      description:
        'A resource (R4 rest-hook with a payload), a notification Bundle (R5 backport), or nothing.',
      content: {
        'application/fhir+json': { schema: object('A FHIR resource.') },
        'application/json': { schema: object('A FHIR resource.') },
      },
    },
  }),
  responses: {
    200: answer('Taken.', 'application/fhir+json', object('An OperationOutcome that says so.'), {
      headers: ['Cache-Control'],
    }),
    ...failures(
      [
        'CDS_REQUEST_INVALID',
        'SUBSCRIPTION_INVALID',
        'SUBSCRIPTION_UNAUTHENTICATED',
        'CDS_ROUTE_UNKNOWN',
        'CDS_METHOD_NOT_ALLOWED',
        'CDS_PAYLOAD_TOO_LARGE',
        'CDS_MEDIA_TYPE',
        'QUEUE_UNAVAILABLE',
      ],
      [503],
    ),
  },
});

const notifications: Paths = {
  '/notifications/{tenant}': {
    parameters: [TENANT],
    post: notification('notify', 'Something is new', true),
  },
  '/notifications/{tenant}/{type}/{id}': {
    parameters: [TENANT, TYPE, ID],
    post: notification('notify-created', 'A resource is new', true),
    put: notification('notify-changed', 'A resource is new or changed', true),
    delete: notification('notify-deleted', 'A resource was deleted', false),
  },
};

const get = (operationId: string, tag: string, summary: string, responses: JsonSchema): JsonSchema => ({
  get: { operationId, tags: [tag], summary, responses },
});

const operation: Paths = {
  '/health/live': get('live', 'Operation', 'The process runs', {
    200: answer('It does.', 'application/json', status('live')),
    ...failures([]),
  }),
  '/health/ready': get('ready', 'Operation', 'The store answers', {
    200: answer('It does.', 'application/json', status('ready')),
    ...failures(['STORE_UNAVAILABLE', 'CDS_STOPPING']),
  }),
  '/metrics': get('metrics', 'Operation', 'Counts and times, for Prometheus; nothing of a patient', {
    200: answer('The metrics.', 'text/plain', { type: 'string' }),
    ...failures([]),
  }),
};

const keys: Paths = {
  '/.well-known/jwks.json': get('keys', 'Keys', 'Our public keys, for authorization servers (RFC 7517)', {
    200: answer('The keys.', 'application/jwk-set+json', object('A JSON Web Key Set.'), {
      headers: ['Cache-Control'],
    }),
    ...failures(['CDS_METHOD_NOT_ALLOWED']),
  }),
};

const document = (
  operationId: string,
  summary: string,
  schema: JsonSchema,
  mediaType: string,
  name?: string,
): JsonSchema => ({
  get: {
    operationId,
    tags: ['Contract'],
    summary,
    description: 'For whom the discovery is for; a JWT is made out to the address of the discovery.',
    security: [{ client: [] }, {}],
    ...(name !== undefined && { parameters: [path('name', '^[a-z0-9.-]+$', name)] }),
    responses: {
      200: answer('It.', mediaType, schema, { headers: ['Cache-Control', 'ETag'] }),
      304: empty('Unchanged.', 'Cache-Control', 'ETag'),
      ...failures([
        'CDS_UNAUTHENTICATED',
        ...(name === undefined ? [] : (['CDS_ROUTE_UNKNOWN'] as const)),
        'CDS_METHOD_NOT_ALLOWED',
        'CDS_RATE_LIMITED',
      ]),
    },
  },
});

const list: JsonSchema = {
  type: 'object',
  properties: {
    schemas: { type: 'array', items: { type: 'string', format: 'uri-reference' } },
    examples: { type: 'array', items: { type: 'string', format: 'uri-reference' } },
  },
  required: ['schemas', 'examples'],
};

const contract: Paths = {
  '/openapi.json': document('openapi', 'This document', object('OpenAPI 3.1.'), 'application/json'),
  '/schemas': document('schemas', 'Addresses of the schemas and the examples', list, 'application/json'),
  '/schemas/{name}': document(
    'schema',
    'A JSON Schema (draft 2020-12)',
    object('A JSON Schema.'),
    'application/schema+json',
    'As GET /schemas lists it, with .json.',
  ),
  '/examples/{name}': document(
    'example',
    'An example request or response of a service; the data are made up',
    object('A request or a response.'),
    'application/json',
    'As GET /schemas lists it, with .json.',
  ),
};

/** Everything beside CDS Hooks itself. The keys' address exists only where there are keys. */
export const otherPaths = (hasKeys: boolean): Paths => ({
  ...notifications,
  ...(hasKeys && keys),
  ...operation,
  ...contract,
});
