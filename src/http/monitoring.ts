import { Router } from 'express';
import type { Metrics } from '../platform/index.ts';
import { methodNotAllowed, READ_ONLY } from './method-not-allowed.ts';

export interface Monitored {
  readonly metrics: Metrics;
  /** Throws where the service cannot do its work: a store that cannot be reached, or it is being stopped. */
  readonly ready: () => Promise<void>;
}

/** Health and metrics; nothing of a patient. */
export function monitoringRoutes({ metrics, ready }: Monitored): Router {
  const router = Router();
  router
    .route('/health/live')
    .get((_request, response) => {
      response.json({ status: 'live' });
    })
    .all(methodNotAllowed(READ_ONLY));
  router
    .route('/health/ready')
    .get(async (_request, response) => {
      await ready();
      response.json({ status: 'ready' });
    })
    .all(methodNotAllowed(READ_ONLY));
  router
    .route('/metrics')
    .get(async (_request, response) => {
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    })
    .all(methodNotAllowed(READ_ONLY));
  return router;
}
