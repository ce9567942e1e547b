import { Router } from 'express';
import { methodNotAllowed, READ_ONLY } from './method-not-allowed.ts';

/** Long enough to spare authorization servers the asking, short enough that a new key is known within the hour. */
const JWKS_CACHE = 'public, max-age=900';

/** Our JWKS, as registered with authorization servers. See RFC 7517 and SMART's client-confidential-asymmetric. */
export function publicKeyRoutes(publicKeys: () => Promise<object>): Router {
  const router = Router();
  router
    .route('/.well-known/jwks.json')
    .get(async (_request, response) => {
      response
        .set('Cache-Control', JWKS_CACHE)
        .type('application/jwk-set+json')
        .send(JSON.stringify(await publicKeys()));
    })
    .all(methodNotAllowed(READ_ONLY));
  return router;
}
