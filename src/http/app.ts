import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { NotificationDoor } from '../assessment/index.ts';
import { asCdsError, CdsError } from '../domain/index.ts';
import type { CdsService } from '../hooks/index.ts';
import { needsClient, type Log, type Metrics, type TenantConfig } from '../platform/index.ts';
import { answerErrors } from './errors.ts';
import { notificationRoutes } from './notifications.ts';
import { contractRoutes } from './openapi/routes.ts';

export interface HttpDependencies {
  readonly tenants: readonly TenantConfig[];
  readonly services: readonly CdsService[];
  /** Where FHIR servers tell of new data. */
  readonly notifications: NotificationDoor;
  readonly bodyLimit: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Throws where the service cannot do its work (a store that cannot be reached). */
  readonly ready: () => Promise<void>;
  /** What clients call; the published contract speaks of it. */
  readonly publicBaseUrl?: string;
  /** The public parts of our signing keys, as a JWKS; the address exists only where there are keys. */
  readonly publicKeys?: () => Promise<object>;
}

const methodNotAllowed =
  (allow: string): RequestHandler =>
  (_request, response) => {
    response.set('Allow', allow);
    throw new CdsError('CDS_METHOD_NOT_ALLOWED', `Allowed: ${allow}.`);
  };

const requireJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') === false) throw new CdsError('CDS_MEDIA_TYPE');
  next();
};

const callService = ({
  services,
  metrics,
  tenants: all,
}: HttpDependencies): RequestHandler<{ id: string }> => {
  const tenants = new Set(all.filter((tenant) => !needsClient(tenant)).map(({ id }) => id));
  return async (request, response) => {
    const receivedAt = performance.now();
    const service = services.find(({ definition }) => definition.id === request.params.id);
    if (service === undefined) throw new CdsError('CDS_SERVICE_UNKNOWN');
    const { id } = service.definition;
    const stop = metrics.hookSeconds.startTimer({ service: id });
    try {
      const { body, outcome } = await service.handle(request.body, {
        acceptLanguage: request.get('accept-language'),
        tenants,
        receivedAt,
        admit: () => Promise.resolve(),
      });
      metrics.hookRequests.inc({ service: id, outcome });
      // Patient data: no cache on the way may keep it.
      response.set('Cache-Control', 'no-store').type('application/json').end(body);
    } catch (error) {
      metrics.hookRequests.inc({ service: id, outcome: asCdsError(error).code });
      throw error;
    } finally {
      stop();
    }
  };
};

type Monitored = Pick<HttpDependencies, 'log' | 'metrics' | 'ready'>;

const addMonitoring = (app: Express, { metrics, ready }: Monitored): void => {
  app.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  app.get('/health/ready', async (_request, response) => {
    await ready();
    response.json({ status: 'ready' });
  });
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
};

/** Long enough to spare authorization servers the asking, short enough that a new key is known within the hour. */
const JWKS_CACHE = 'public, max-age=900';

/** Our JWKS, as registered with authorization servers. See RFC 7517 and SMART's client-confidential-asymmetric. */
const addPublicKeys = (app: Express, publicKeys: () => Promise<object>): void => {
  app
    .route('/.well-known/jwks.json')
    .get(async (_request, response) => {
      response
        .set('Cache-Control', JWKS_CACHE)
        .type('application/jwk-set+json')
        .send(JSON.stringify(await publicKeys()));
    })
    .all(methodNotAllowed('GET'));
};

const answerTheRest = (app: Express, log: Log): void => {
  app.use(() => {
    throw new CdsError('CDS_ROUTE_UNKNOWN');
  });
  app.use(answerErrors(log));
};

const bareApp = (): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(helmet());
  return app;
};

/** A worker's door: health and metrics, nothing of a patient. */
export function createMonitoringApp(dependencies: Monitored): Express {
  const app = bareApp();
  addMonitoring(app, dependencies);
  answerTheRest(app, dependencies.log);
  return app;
}

/** The service's HTTP door. Every answer that is not 2xx carries an OperationOutcome. */
export function createApp(dependencies: HttpDependencies): Express {
  const { services, bodyLimit, log, publicKeys, publicBaseUrl } = dependencies;
  const discovery = { services: services.map(({ definition }) => definition) };
  const app = bareApp();
  app
    .route('/cds-services')
    .get((_request, response) => {
      response.json(discovery);
    })
    .all(methodNotAllowed('GET'));
  app
    .route('/cds-services/:id')
    .post(requireJson, express.json({ limit: bodyLimit }), callService(dependencies))
    .all(methodNotAllowed('POST'));
  app.use('/notifications', notificationRoutes(dependencies.notifications, bodyLimit));

  if (publicKeys !== undefined) addPublicKeys(app, publicKeys);
  const hasKeys = publicKeys !== undefined;
  app.use(contractRoutes({ services, hasKeys, ...(publicBaseUrl !== undefined && { publicBaseUrl }) }));
  addMonitoring(app, dependencies);
  answerTheRest(app, log);
  return app;
}
