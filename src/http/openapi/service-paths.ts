import type { ErrorCode } from '../../domain/index.ts';
import type { CdsService } from '../../hooks/index.ts';
import { answer, failures, schemaRef, sharedAnswers } from './answers.ts';
import { exampleName, publishedExamples } from './examples.ts';
import type { JsonSchema } from './json-schema.ts';
import { requestName } from './schemas.ts';

/** Path Items of OpenAPI, by path. */
export type Paths = Record<string, JsonSchema>;

const CLIENT = [{ client: [] }, {}];

/** What may be met at every address that takes JSON from clients. */
const DOOR: readonly ErrorCode[] = [
  'CDS_REQUEST_INVALID',
  'CDS_UNAUTHENTICATED',
  'CDS_METHOD_NOT_ALLOWED',
  'CDS_PAYLOAD_TOO_LARGE',
  'CDS_MEDIA_TYPE',
  'CDS_RATE_LIMITED',
];

const HOOK: readonly ErrorCode[] = [
  ...DOOR,
  'CDS_HOOK_MISMATCH',
  'CDS_FHIR_SERVER_UNKNOWN',
  'CDS_PATIENT_MISMATCH',
  'FHIR_PATIENT_UNKNOWN',
  'CDS_SERVICE_UNKNOWN',
  'CDS_PREFETCH_MISSING',
  'CHART_PATIENT_MISSING',
  'STORE_UNAVAILABLE',
];

const FEEDBACK: readonly ErrorCode[] = [
  ...DOOR,
  'CDS_SERVICE_UNKNOWN',
  'CDS_CARD_UNKNOWN',
  'STORE_UNAVAILABLE',
];

/** The same for every service. */
const hookFailures = sharedAnswers('call', failures(HOOK));
const feedbackFailures = sharedAnswers('feedback', failures(FEEDBACK, [503]));
export const SERVICE_ANSWERS: JsonSchema = { ...hookFailures.components, ...feedbackFailures.components };

const CALL =
  'Answers within the deadline (hook.deadlineMs, 450 ms unless configured). What fails behind the service, a FHIR ' +
  'server, the queue or a model, is no error here: it is 200 with one information card that says so. ' +
  'Prefetch: send every key of the discovery that you can. A key without data is null; one that failed is left out or ' +
  'an OperationOutcome; a Bundle with a next link is read on. What is missing is read from fhirServer, in parallel; ' +
  'without a fhirServer it is 412.';

const externalExamples = (serviceId: string, kind: 'request' | 'response', base: string): JsonSchema => {
  const name = exampleName(serviceId, kind);
  return {
    published: { summary: `cds-hooks/${serviceId}/${kind}.json`, externalValue: `${base}/examples/${name}` },
  };
};

const callPath = ({ definition: { id, title, description, hook } }: CdsService, base: string): JsonSchema => {
  const examples = publishedExamples(id);
  return {
    post: {
      operationId: id,
      tags: ['CDS Hooks'],
      summary: title,
      description: `${description}\n\nHook: ${hook}. ${CALL}`,
      security: CLIENT,
      parameters: [{ $ref: '#/components/parameters/Accept-Language' }],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: schemaRef(requestName(id)),
            ...(examples.request !== undefined && { examples: externalExamples(id, 'request', base) }),
          },
        },
      },
      responses: {
        200: answer('Cards; none where there is nothing to say.', 'application/json', schemaRef('response'), {
          headers: ['Cache-Control'],
          ...(examples.response !== undefined && { examples: externalExamples(id, 'response', base) }),
        }),
        ...hookFailures.references,
      },
    },
  };
};

const feedbackPath = ({ definition: { id } }: CdsService): JsonSchema => ({
  post: {
    operationId: `${id}-feedback`,
    tags: ['CDS Hooks'],
    summary: 'What was made of a card',
    description:
      'Feedback to cards that this service gave to this client. The same again is taken and counted once. ' +
      'It is stored durably before the answer.',
    security: CLIENT,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: schemaRef('feedback') } },
    },
    responses: {
      200: answer(
        'Taken; there is nothing to say to it.',
        'application/json',
        { type: 'object', maxProperties: 0 },
        {
          headers: ['Cache-Control'],
        },
      ),
      ...feedbackFailures.references,
    },
  },
});

const discoveryPath: JsonSchema = {
  get: {
    operationId: 'discovery',
    tags: ['CDS Hooks'],
    summary: 'The services, with what each wants prefetched',
    description: 'For everybody, unless a site keeps it for its clients (clientAuth.protectDiscovery).',
    security: CLIENT,
    responses: {
      200: answer('The services.', 'application/json', schemaRef('discovery')),
      ...failures(['CDS_UNAUTHENTICATED', 'CDS_METHOD_NOT_ALLOWED', 'CDS_RATE_LIMITED']),
    },
  },
};

/** The addresses of CDS Hooks: the discovery, and of each service its own and its feedback's. */
export const servicePaths = (services: readonly CdsService[], base: string): Paths => ({
  '/cds-services': discoveryPath,
  ...Object.fromEntries(
    services.flatMap((service): [string, JsonSchema][] => [
      [`/cds-services/${service.definition.id}`, callPath(service, base)],
      [`/cds-services/${service.definition.id}/feedback`, feedbackPath(service)],
    ]),
  ),
});
