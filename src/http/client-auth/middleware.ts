import type { Request, RequestHandler, Response } from 'express';
import { CdsError } from '../../domain/index.ts';
import type { ClientAuth } from './client-auth.ts';

/** Where the tenants are that a caller may speak for. */
const TENANTS = 'tenants';

export interface AuthenticateOptions<Params> {
  /** The published path of what is called, from the route: not what the request line looks like. */
  readonly path: (request: Request<Params>) => string;
  readonly discovery?: boolean;
}

/**
 * Lets nobody pass who is not proven, before the body is read. The answer is 401 with nothing in it: CDS Hooks 2.0,
 * "Trusting CDS Clients".
 */
export const authenticate =
  <Params>(
    clientAuth: ClientAuth,
    { path, discovery = false }: AuthenticateOptions<Params>,
  ): RequestHandler<Params> =>
  async (request, response, next) => {
    try {
      // `headers` keeps the first of several; what a proxy before us took may have been another.
      const authorization = request.headersDistinct['authorization'];
      response.locals[TENANTS] = await clientAuth.authenticate(authorization, path(request), { discovery });
    } catch (error) {
      if (!(error instanceof CdsError) || error.code !== 'CDS_UNAUTHENTICATED') throw error;
      response.status(401).set('WWW-Authenticate', 'Bearer').end();
      return;
    }
    next();
  };

/** The tenants that the caller of this request may speak for: none where nobody asked. */
export const tenantsOf = (response: Response): ReadonlySet<string> =>
  (response.locals[TENANTS] as ReadonlySet<string> | undefined) ?? new Set();
