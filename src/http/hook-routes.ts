import { Router, type RequestHandler } from 'express';
import type { FeedbackInbox } from '../assessment/index.ts';
import { asCdsError, CdsError } from '../domain/index.ts';
import type { CdsService } from '../hooks/index.ts';
import type { Metrics, RateLimiter } from '../platform/index.ts';
import { admission } from './admission.ts';
import { readJson } from './body.ts';
import { callerOf } from './caller.ts';
import { takeFeedback } from './feedback.ts';
import { methodNotAllowed, READ_ONLY } from './method-not-allowed.ts';
import { requestId } from './request-id.ts';

export interface HookRoutesDependencies {
  readonly services: readonly CdsService[];
  /** Sets the caller, or refuses; before anything of the request is read but its headers. */
  readonly authenticate: RequestHandler;
  readonly limiter: RateLimiter;
  readonly inbox: FeedbackInbox;
  readonly bodyLimit: string;
  readonly metrics: Metrics;
}

/** Answers that are not JSON would not be understood, and neither are requests. */
const JSON_TYPES = ['application/json'];

const noteArrival: RequestHandler = (_request, response, next) => {
  response.locals['receivedAt'] = performance.now();
  next();
};

const callService = ({
  services,
  metrics,
  limiter,
}: HookRoutesDependencies): RequestHandler<{ id: string }> => {
  const byId = new Map(services.map((service) => [service.definition.id, service]));
  return async (request, response) => {
    const service = byId.get(request.params.id);
    if (service === undefined) throw new CdsError('CDS_SERVICE_UNKNOWN');
    const { id } = service.definition;
    const stop = metrics.hookSeconds.startTimer({ service: id });
    try {
      const { body, outcome } = await service.handle(request.body, {
        acceptLanguage: request.get('accept-language'),
        tenants: callerOf(response).tenants,
        receivedAt: response.locals['receivedAt'] as number,
        requestId: requestId(response) ?? '',
        admit: admission(limiter, response),
      });
      metrics.hookRequests.inc({ service: id, outcome });
      response.type('application/json').end(body);
    } catch (error) {
      metrics.hookRequests.inc({ service: id, outcome: asCdsError(error).code });
      throw error;
    } finally {
      stop();
    }
  };
};

/** Below `/cds-services`: the discovery, each service, and feedback to its cards. */
export function hookRoutes(dependencies: HookRoutesDependencies): Router {
  const { services, authenticate, bodyLimit } = dependencies;
  const discovery = JSON.stringify({ services: services.map(({ definition }) => definition) });
  const router = Router();
  router
    .route('/')
    .get(authenticate, (_request, response) => {
      response.type('application/json').send(discovery);
    })
    .all(methodNotAllowed(READ_ONLY));
  router
    .route('/:id')
    .post(noteArrival, authenticate, readJson(JSON_TYPES, bodyLimit), callService(dependencies))
    .all(methodNotAllowed('POST'));
  router
    .route('/:id/feedback')
    .post(authenticate, readJson(JSON_TYPES, bodyLimit), takeFeedback(dependencies))
    .all(methodNotAllowed('POST'));
  return router;
}
