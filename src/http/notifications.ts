import { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import type { NotificationDoor } from '../assessment/index.ts';
import { CdsError } from '../domain/index.ts';
import { readJson } from './body.ts';
import { methodNotAllowed } from './method-not-allowed.ts';

const JSON_TYPES = ['application/fhir+json', 'application/json'];
/** Seconds after which a FHIR server may send a notification again that could not be queued. */
const RETRY_AFTER_SECONDS = 30;

/** HAPI reads the answer as FHIR, and counts one that is none as a failed delivery. */
const RECEIVED = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational' }],
});

/** Before the body is read: it is of no interest who else sends what. */
const admit =
  (door: NotificationDoor): RequestHandler<{ tenant: string }> =>
  (request, response, next) => {
    response.set('WWW-Authenticate', 'Bearer');
    door.admit(request.params.tenant, request.get('authorization'));
    response.removeHeader('WWW-Authenticate');
    next();
  };

const receive =
  (door: NotificationDoor): RequestHandler<{ tenant: string; type?: string; id?: string }> =>
  async (request, response) => {
    const { tenant, type, id } = request.params;
    await door.receive(tenant, {
      body: request.body as unknown,
      ...(type !== undefined && id !== undefined && { address: `${type}/${id}` }),
    });
    response.status(200).set('Cache-Control', 'no-store').type('application/fhir+json').end(RECEIVED);
  };

/** What could not be queued is to be sent again. */
const askAgain: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (error instanceof CdsError && error.kind.status === 503)
    response.set('Retry-After', String(RETRY_AFTER_SECONDS));
  next(error);
};

/**
 * Where FHIR servers tell of new data: `/:tenant`, and `/:tenant/:type/:id` below it, where R4 rest-hooks with a
 * payload send the resource itself.
 */
export function notificationRoutes(door: NotificationDoor, bodyLimit: string): Router {
  const router = Router();
  const steps = [admit(door), ...readJson(JSON_TYPES, bodyLimit)] as const;
  router
    .route('/:tenant')
    .post(...steps, receive(door))
    .all(admit(door), methodNotAllowed('POST'));
  const resource = router.route('/:tenant/:type/:id');
  resource.post(...steps, receive(door)).put(...steps, receive(door));
  // A deletion, from servers that tell of them so; it has no body.
  resource.delete(admit(door), receive(door)).all(admit(door), methodNotAllowed('POST, PUT, DELETE'));
  router.use(askAgain);
  return router;
}
