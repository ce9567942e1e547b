import type { Express, RequestHandler } from 'express';
import type { FeedbackInbox, NotificationDoor } from '../assessment/index.ts';
import type { CdsService } from '../hooks/index.ts';
import type { Config, Log, Metrics, RateLimiter } from '../platform/index.ts';
import { answerTheRest, baseApp } from './base-app.ts';
import { allowOrigins } from './cors.ts';
import { hookRoutes } from './hook-routes.ts';
import { monitoringRoutes } from './monitoring.ts';
import { notificationRoutes } from './notifications.ts';
import { contractRoutes } from './openapi/routes.ts';
import { publicKeyRoutes } from './public-keys.ts';

export interface HttpDependencies {
  readonly services: readonly CdsService[];
  /** Where FHIR servers tell of new data. */
  readonly notifications: NotificationDoor;
  readonly settings: Pick<Config['http'], 'bodyLimit' | 'corsOrigins' | 'publicBaseUrl'>;
  /** How often a tenant may call. */
  readonly limiter: RateLimiter;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Throws where the service cannot do its work: a store that cannot be reached, or it is being stopped. */
  readonly ready: () => Promise<void>;
  /** Who may not see the discovery may not see the contract either. */
  readonly discoveryIsProtected: boolean;
  /** The public parts of our signing keys, as a JWKS; the address exists only where there are keys. */
  readonly publicKeys?: () => Promise<object>;
  /** Sets who calls, or refuses. */
  readonly authenticate: RequestHandler;
  /** Where clinicians' feedback to cards goes. */
  readonly inbox: FeedbackInbox;
}

const isHttps = (url: string | undefined): boolean => url?.startsWith('https:') === true;

/** A worker's door: health and metrics, nothing of a patient. */
export function createMonitoringApp({
  log,
  metrics,
  ready,
}: Pick<HttpDependencies, 'log' | 'metrics' | 'ready'>): Express {
  const app = baseApp(false);
  app.use(monitoringRoutes({ metrics, ready }));
  answerTheRest(app, log);
  return app;
}

/**
 * The service's HTTP door. A request gets an id and its headers, then may be a browser's preflight, then is
 * authenticated; only then is its body looked at. Every answer that is not 2xx carries an OperationOutcome.
 */
export function createApp(dependencies: HttpDependencies): Express {
  const { services, authenticate, settings, log, metrics, ready, publicKeys, discoveryIsProtected } =
    dependencies;
  const { bodyLimit, corsOrigins, publicBaseUrl } = settings;
  const app = baseApp(isHttps(publicBaseUrl));
  if (corsOrigins.length > 0)
    app.use(['/cds-services', '/openapi.json', '/schemas'], allowOrigins(corsOrigins));
  app.use('/cds-services', hookRoutes({ ...dependencies, bodyLimit }));
  app.use('/notifications', notificationRoutes(dependencies.notifications, bodyLimit));
  if (publicKeys !== undefined) app.use(publicKeyRoutes(publicKeys));
  app.use(
    contractRoutes({
      services,
      hasKeys: publicKeys !== undefined,
      ...(publicBaseUrl !== undefined && { publicBaseUrl }),
      ...(discoveryIsProtected && { guard: authenticate }),
    }),
  );
  app.use(monitoringRoutes({ metrics, ready }));
  answerTheRest(app, log);
  return app;
}
