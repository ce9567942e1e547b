import type { RequestHandler } from 'express';
import { CdsError } from '../domain/index.ts';

/**
 * The last handler of a route, for the methods it does not take.
 *
 * @param allow as the header `Allow` has them, without OPTIONS
 */
export const methodNotAllowed =
  (allow: string): RequestHandler =>
  (request, response) => {
    response.set('Allow', `${allow}, OPTIONS`);
    if (request.method !== 'OPTIONS') throw new CdsError('CDS_METHOD_NOT_ALLOWED', `Allowed: ${allow}.`);
    response.status(204).end();
  };

/** GET is HEAD too: express answers it so. */
export const READ_ONLY = 'GET, HEAD';
