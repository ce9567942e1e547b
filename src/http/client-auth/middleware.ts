import type { Request, RequestHandler } from 'express';
import { setCaller } from '../caller.ts';
import type { ClientAuth } from './client-auth.ts';

const ROOT = '/cds-services';

/**
 * The published path of what is called, from the route and its parameter: a request line can be written in many ways,
 * and `aud` in one.
 */
const publishedPath = ({ params, route }: Request): string => {
  const id = params['id'];
  if (typeof id !== 'string') return ROOT;
  const { path } = route as { readonly path: unknown };
  const below = typeof path === 'string' && path.endsWith('/feedback') ? '/feedback' : '';
  return `${ROOT}/${id}${below}`;
};

/**
 * Lets nobody pass who is not proven, before the body is read. For the routes of the discovery, of a service (`:id`)
 * and of its feedback.
 *
 * Passes on {@link CdsError} CDS_UNAUTHENTICATED
 */
export const authenticateClients =
  (clientAuth: ClientAuth): RequestHandler =>
  async (request, response, next) => {
    const path = publishedPath(request);
    const requestId = response.locals['requestId'] as string | undefined;
    // `headers` keeps the first of several; what a proxy before us took may have been another.
    const caller = await clientAuth.authenticate(request.headersDistinct['authorization'], path, {
      discovery: path === ROOT,
      ...(requestId !== undefined && { requestId }),
    });
    setCaller(response, caller);
    next();
  };
