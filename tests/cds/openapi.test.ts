/** The published contract: valid, whole, and what the running service does. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/domain/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { EXAMPLES } from '../http/published-request.ts';
import { hookRequest, startStack, TODAY, type Stack } from '../http/running-service.ts';
import { readContract, type Contract } from './published.ts';
import { routesOf, type RoutePattern } from './routes-of.ts';

const BASE = 'https://cds.hospital.example/recurrence';

let stack: Stack;
let contract: Contract;
beforeAll(async () => {
  stack = await startStack({
    http: { publicBaseUrl: BASE },
    tenant: { subscriptions: { secret: 'correct-horse-battery-staple' }, sweep: { enabled: false } },
  });
  contract = await readContract(stack.service.url);
});
afterAll(() => stack.close());

const get = (address: string) => request(stack.service.url).get(address);
const operations = (): { path: string; method: string; operation: any }[] =>
  Object.entries<Record<string, any>>(contract.openapi.paths).flatMap(([path, item]) =>
    ['get', 'post', 'put', 'delete', 'patch', 'options'].flatMap((method) =>
      item[method] === undefined ? [] : [{ path, method, operation: item[method] }],
    ),
  );
const services = async (): Promise<{ id: string; hook: string }[]> =>
  (await get('/cds-services')).body.services;

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(contract.openapi));
    expect(errors).toBeUndefined();
    expect([valid, validator.version]).toEqual([true, '3.1']);
  });

  it('refers to nothing that it does not hold', () => {
    const references = [...JSON.stringify(contract.openapi).matchAll(/"\$ref":"(#[^"]*)"/g)].map(
      ([, at]) => at!,
    );
    expect(references.length).toBeGreaterThan(20);
    const dangling = references.filter((at) => {
      const keys = at.slice(2).split('/');
      return keys.reduce((node: any, key) => node?.[key], contract.openapi) === undefined;
    });
    expect(dangling).toEqual([]);
  });

  it('names each operation once, and says something of each', () => {
    const ids = operations().map(({ operation }) => operation.operationId as string);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations())
      expect([path, operation.summary.length > 5, operation.tags.length]).toEqual([path, true, 1]);
  });

  it('speaks of the configured address, never of the one that was called', async () => {
    expect(contract.openapi.servers).toEqual([{ url: BASE }]);
    const { text } = await get('/openapi.json').set('Host', 'evil.example');
    expect(text).not.toContain('evil.example');
    const relative = await startStack();
    try {
      const { openapi, schemas } = await readContract(relative.service.url);
      expect(openapi.servers).toEqual([{ url: '/' }]);
      expect(schemas.get('response')?.['$id']).toBe('/schemas/response.json');
    } finally {
      await relative.close();
    }
  });

  it('is small, and the same bytes every time', async () => {
    const [first, second] = [await get('/openapi.json'), await get('/openapi.json')];
    expect(first.text).toBe(second.text);
    expect(first.text.length).toBeLessThan(150_000);
  });

  it('lists every error code with its meaning and its remedy', () => {
    const { description, properties } = contract.openapi.components.schemas['operation-outcome'];
    const { code } = properties.issue.items.properties.details.properties.coding.items.properties;
    expect(code.enum).toEqual(Object.keys(ERRORS));
    for (const [each, { text, remedy }] of Object.entries(ERRORS))
      expect(description).toContain(`\`${each}\`: ${text} ${remedy}`);
  });
});

describe('the document and the routes', () => {
  /** A service's own path is the route's parameter. */
  const asPattern = (documented: string, ids: readonly string[]): string =>
    ids.reduce((at, id) => at.replace(`/cds-services/${id}`, '/cds-services/{id}'), documented);

  const documented = async (): Promise<string[]> => {
    const ids = (await services()).map(({ id }) => id);
    const all = operations().map(({ path, method }) => `${method.toUpperCase()} ${asPattern(path, ids)}`);
    return [...new Set(all)].sort();
  };

  it('every route of the running app is in the document', async () => {
    const known = new Set(await documented());
    const routes = await routesOf(stack.service.url, ['/notifications', '/cds-services']);
    expect(routes.length).toBeGreaterThan(8);
    const named = ({ method, path }: RoutePattern): string => `${method} ${path}`;
    expect(routes.map(named).filter((route) => !known.has(route))).toEqual([]);
  });

  it('every operation of the document is a route that answers', async () => {
    const values: Record<string, string> = {
      tenant: 'test',
      type: 'Observation',
      id: 'o1',
    };
    for (const { path, method, operation } of operations()) {
      const name = path.startsWith('/schemas')
        ? 'response.json'
        : `${(await services())[0]!.id}.request.json`;
      const address = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => values[key] ?? name);
      const { status, body } = await request(stack.service.url)[method as 'get'](address);
      const code = body?.issue?.[0]?.details?.coding?.[0]?.code as string | undefined;
      expect([address, code]).not.toEqual([address, 'CDS_ROUTE_UNKNOWN']);
      expect([address, method, Object.keys(operation.responses)]).toEqual([
        address,
        method,
        expect.arrayContaining([String(status)]),
      ]);
    }
  });

  it('has a path for every service of the discovery, and one for its feedback', async () => {
    const paths = Object.keys(contract.openapi.paths);
    for (const { id } of await services())
      expect(paths).toEqual(expect.arrayContaining([`/cds-services/${id}`, `/cds-services/${id}/feedback`]));
  });
});

describe('how it is served', () => {
  it.each(['/openapi.json', '/schemas', '/schemas/response.json'])(
    '%s: to everybody, to be kept for minutes, 304 while nothing changed, 405 to a POST',
    async (address) => {
      const first = await get(address);
      expect([first.status, first.headers['cache-control']]).toEqual([
        200,
        expect.stringMatching(/^(public|private), max-age=300$/),
      ]);
      const again = await get(address).set('If-None-Match', first.headers['etag']!);
      expect([again.status, again.text]).toEqual([304, '']);
      const other = await get(address).set('If-None-Match', '"another"');
      expect(other.status).toBe(200);
      const post = await request(stack.service.url).post(address).send({});
      expect([post.status, post.headers['allow']]).toEqual([405, expect.stringMatching(/^GET\b/)]);
    },
  );

  it.each(['/schemas/nothing.json', '/schemas/__proto__', '/examples/..%2F..%2Fpackage.json', '/examples/x'])(
    '%s: 404',
    async (address) => {
      expect((await get(address)).status).toBe(404);
    },
  );

  it('schemas are JSON Schema by media type and $id', async () => {
    for (const [name, schema] of contract.schemas) {
      const { headers } = await get(`/schemas/${name}.json`);
      expect(headers['content-type']).toMatch(/^application\/schema\+json/);
      expect([schema['$id'], schema['$schema']]).toEqual([
        `${BASE}/schemas/${name}.json`,
        'https://json-schema.org/draft/2020-12/schema',
      ]);
    }
  });

  it('the examples that the document names are the files of cds-hooks/', async () => {
    const named = operations().flatMap(({ operation }) =>
      [...JSON.stringify(operation).matchAll(/"externalValue":"([^"]+)"/g)].map(([, address]) => address!),
    );
    expect(named).toHaveLength(2 * (await services()).length);
    for (const address of named) {
      expect(address.startsWith(`${BASE}/examples/`)).toBe(true);
      const [id, kind] = address.slice(`${BASE}/examples/`.length).split('.');
      const file = readFileSync(path.join(EXAMPLES, id!, `${kind!}.json`), 'utf8');
      expect((await get(address.slice(BASE.length))).body).toEqual(JSON.parse(file));
    }
  });
});

describe('what is published in cds-hooks/ is valid', () => {
  const folders = readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const read = (folder: string, file: string): any =>
    JSON.parse(readFileSync(path.join(EXAMPLES, folder, `${file}.json`), 'utf8'));

  it.each(folders)('%s: request, response and discovery entry', (folder) => {
    expect(contract.errors(`${folder}.request`, read(folder, 'request'))).toEqual([]);
    expect(contract.errors('response', read(folder, 'response'))).toEqual([]);
    expect(contract.errors('discovery', { services: [read(folder, 'discovery')] })).toEqual([]);
  });
});

describe('what the running service answers is valid', () => {
  const post = (address: string, body: unknown) =>
    request(stack.service.url)
      .post(address)
      .send(body as object);

  it('the discovery', async () => {
    expect(contract.errors('discovery', (await get('/cds-services')).body)).toEqual([]);
  });

  it('the cards of every demo patient, in both languages', async () => {
    const patients = simulateDemoPatients(TODAY).flatMap(({ resources }) =>
      resources.flatMap((each) => (each.resourceType === 'Patient' ? [each.id] : [])),
    );
    expect(patients.length).toBeGreaterThan(10);
    let cards = 0;
    for (const patient of patients)
      for (const language of ['en', 'zh-CN']) {
        const { status, body } = await post(
          '/cds-services/recurrence-risk-patient-view',
          hookRequest(patient, stack.fhirBaseUrl),
        ).set('Accept-Language', language);
        expect([patient, status, contract.errors('response', body)]).toEqual([patient, 200, []]);
        cards += body.cards.length as number;
      }
    expect(cards).toBeGreaterThan(patients.length);
  });

  it('errors, each of a status that the document has for the address', async () => {
    const at = '/cds-services/recurrence-risk-patient-view';
    const calls: [string, number, any][] = [
      ['not JSON', 400, post(at, {}).set('Content-Type', 'application/json')],
      [
        'another hook',
        400,
        post(at, hookRequest('demo-high-13-months', stack.fhirBaseUrl, { hook: 'order-sign' })),
      ],
      ['no prefetch', 412, post(at, hookRequest('demo-high-13-months'))],
      ['an unknown patient', 400, post(at, hookRequest('nobody', stack.fhirBaseUrl))],
      ['a form', 415, request(stack.service.url).post(at).type('form').send({ hook: 'x' })],
      ['too large', 413, post(at, { hook: 'x'.repeat(5_000_000) })],
      ['another method', 405, get(at)],
      ['no such service', 404, post('/cds-services/nothing', {})],
      ['no such address', 404, get('/nothing')],
      ['a notification without the secret', 401, post('/notifications/test', {})],
    ];
    const { responses } = contract.openapi.paths[at].post;
    for (const [name, status, call] of calls) {
      const answer = await call;
      expect([name, answer.status, contract.errors('operation-outcome', answer.body)]).toEqual([
        name,
        status,
        [],
      ]);
      if (name !== 'a notification without the secret')
        expect(Object.keys(responses)).toContain(String(status));
    }
  });

  it('service unavailable is a card, not an error', async () => {
    stack.faults.mode = 'error';
    try {
      const { status, body } = await post(
        '/cds-services/recurrence-risk-patient-view',
        hookRequest('demo-high-13-months', stack.fhirBaseUrl),
      );
      expect([status, contract.errors('response', body), body.cards.length]).toEqual([200, [], 1]);
    } finally {
      stack.faults.mode = 'ok';
    }
  });
});
