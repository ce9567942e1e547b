import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { CdsError } from '../domain/index.ts';
import type { Log } from '../platform/index.ts';
import { answerErrors } from './errors.ts';
import { nameRequest } from './request-id.ts';

/** What is answered is about a patient, unless a route says otherwise: no cache on the way may keep it. */
const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/**
 * An app with what every answer has: an id and headers for an API that is no page.
 *
 * @param https whether clients reach it by https: elsewhere HSTS would be a promise that nobody keeps
 */
export const baseApp = (https: boolean): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(
    nameRequest,
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          frameAncestors: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'none'"],
        },
      },
      strictTransportSecurity: https && { maxAge: 31_536_000, includeSubDomains: false },
      xFrameOptions: { action: 'deny' },
    }),
    noStore,
  );
  return app;
};

/** The end of every app: no such address, and one shape for all errors. */
export const answerTheRest = (app: Express, log: Log): void => {
  app.use(() => {
    throw new CdsError('CDS_ROUTE_UNKNOWN');
  });
  app.use(answerErrors(log));
};
