/** Where the discovery is not for everybody, neither is the contract. */
import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { contractRoutes } from '../../src/http/openapi/routes.ts';

const appWith = (guard?: express.RequestHandler) => {
  const app = express();
  app.set('etag', false);
  app.use(contractRoutes({ services: [], hasKeys: true, ...(guard !== undefined && { guard }) }));
  return app;
};
const onlyClients: express.RequestHandler = (incoming, outgoing, next) => {
  if (incoming.get('authorization') === 'Bearer ours') next();
  else outgoing.status(401).end();
};

it.each(['/openapi.json', '/schemas', '/schemas/response.json', '/schemas/nothing.json', '/examples/x.json'])(
  '%s: a stranger gets what the guard says, a client what no shared cache may keep',
  async (address) => {
    const app = appWith(onlyClients);
    const stranger = await request(app).get(address);
    expect([stranger.status, stranger.text]).toEqual([401, '']);
    const client = await request(app).get(address).set('Authorization', 'Bearer ours');
    const there = !/nothing|x\.json/.test(address);
    expect(client.status === 200).toBe(there);
    if (there) expect(client.headers['cache-control']).toBe('private, max-age=300');
    // What a client was told is no way in for a stranger who knows its ETag.
    const knowing = await request(app)
      .get(address)
      .set('If-None-Match', client.headers['etag'] ?? '"x"');
    expect(knowing.status).toBe(401);
  },
);

it('lists our keys only where there are keys, and no service where there is none', async () => {
  const { body } = await request(appWith()).get('/openapi.json');
  expect(Object.keys(body.paths)).toContain('/.well-known/jwks.json');
  expect(Object.keys(body.paths).filter((path) => path.startsWith('/cds-services'))).toEqual([
    '/cds-services',
  ]);
  const without = express();
  without.use(contractRoutes({ services: [], hasKeys: false }));
  expect(Object.keys((await request(without).get('/openapi.json')).body.paths)).not.toContain(
    '/.well-known/jwks.json',
  );
});
