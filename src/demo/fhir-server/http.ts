import {
  contentTooLarge,
  created,
  getStatus,
  normalizeOperationOutcome,
  unsupportedMediaType,
} from '@medplum/core';
import type { FhirRequest, FhirResponse, FhirRouter } from '@medplum/fhir-router';
import express from 'express';
import type { ErrorRequestHandler, Express, Request, Response } from 'express';
import type { FhirResource } from 'fhir/r4.js';
import { faultInjection } from './faults.ts';
import type { Faults } from './faults.ts';
import type { Lock } from './lock.ts';
import { toFhir, withBaseUrl } from './medplum.ts';
import { invalidRequest } from './outcomes.ts';
import type { DemoRepository } from './repository.ts';
import type { Subscriptions } from './subscriptions/index.ts';

const BODY_LIMIT = '32mb';
const MAX_FORM_FIELDS = 10_000;
const FHIR_JSON = 'application/fhir+json; charset=utf-8';

const baseUrlOf = (request: Request): string =>
  `${request.protocol}://${request.get('host') ?? '127.0.0.1'}/fhir`;

/** GET, and POST only as a search or an operation, write nothing. */
const isRead = ({ method, path }: Request): boolean =>
  method === 'GET' || method === 'HEAD' || (method === 'POST' && /\/(_search|\$[a-z]+)$/.test(path));

const toFhirRequest = (request: Request): FhirRequest => ({
  method: (request.method === 'HEAD' ? 'GET' : request.method) as FhirRequest['method'],
  url: request.url,
  pathname: '',
  params: {},
  query: {},
  body: request.body as unknown,
  headers: request.headers,
  config: withBaseUrl(baseUrlOf(request)),
});

const describe = (response: Response, { resourceType, id, meta }: FhirResource): void => {
  if (meta?.versionId === undefined || id === undefined) return;
  response.set('ETag', `W/"${meta.versionId}"`);
  if (meta.lastUpdated !== undefined) response.set('Last-Modified', new Date(meta.lastUpdated).toUTCString());
  response.set('Content-Location', `${resourceType}/${id}/_history/${meta.versionId}`);
};

const send = (request: Request, response: Response, [outcome, body]: FhirResponse): void => {
  const resource = body && toFhir(body);
  if (resource) describe(response, resource);
  if (outcome.id === created.id && resource)
    response.set(
      'Location',
      `${baseUrlOf(request)}/${resource.resourceType}/${resource.id ?? ''}/_history/${resource.meta?.versionId ?? '1'}`,
    );
  const pretty = request.query['_pretty'] === 'true';
  response
    .status(getStatus(outcome))
    .set('Content-Type', FHIR_JSON)
    .send(JSON.stringify(resource ?? outcome, undefined, pretty ? 2 : undefined));
};

const hasBody = (request: Request): boolean =>
  Number(request.get('content-length') ?? 0) > 0 || request.get('transfer-encoding') !== undefined;

/** What the parsers before the router refuse: too large, not JSON, not JSON at all. */
const parserErrors: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const type = (error as { type?: string } | null)?.type;
  const outcome =
    type === 'entity.too.large'
      ? contentTooLarge(`The body is larger than ${BODY_LIMIT}`)
      : invalidRequest('The body or the address cannot be read').outcome;
  send(request, response, [outcome]);
};

/** The express app that serves the repository under /fhir. */
export const createApp = (
  router: FhirRouter,
  repository: DemoRepository,
  faults: Faults,
  exclusively: Lock,
  subscriptions: Subscriptions,
): Express => {
  const app = express();
  app.disable('x-powered-by').set('etag', false).set('query parser', 'simple');
  app.use(faultInjection(faults));
  app.use(
    '/fhir',
    express.json({ type: ['application/json', 'application/*+json'], limit: BODY_LIMIT }),
    express.urlencoded({ extended: false, limit: BODY_LIMIT, parameterLimit: MAX_FORM_FIELDS }),
    async (request, response) => {
      if (request.body === undefined && hasBody(request)) {
        send(request, response, [unsupportedMediaType]);
        return;
      }
      const handle = (): Promise<FhirResponse> =>
        router
          .handleRequest(toFhirRequest(request), repository)
          .catch((error: unknown): FhirResponse => [normalizeOperationOutcome(error)]);
      const write = async (): Promise<FhirResponse> => {
        const answer = await handle();
        subscriptions.changed(repository.store.takeChanges(), baseUrlOf(request));
        return answer;
      };
      send(request, response, await (isRead(request) ? handle() : exclusively(write)));
    },
  );
  app.use(parserErrors);
  return app;
};
