/** CDS Hooks 2.0 on the wire, requirement by requirement; docs/conformance.md names each of these tests. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from 'node:http';
import { simulateDemoPatients } from '../../src/simulation/index.ts';
import { EXAMPLES } from '../http/published-request.ts';
import {
  hookRequest,
  prefetchFor,
  SERVICE_PATH,
  startStack,
  TODAY,
  type Stack,
} from '../http/running-service.ts';

interface Listed {
  readonly id: string;
  readonly hook: string;
  readonly title: string;
  readonly description: string;
  readonly prefetch: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly hookVersion?: string;
}

const PATIENT = 'demo-high-13-months';

let stack: Stack;
let services: readonly Listed[];
beforeAll(async () => {
  stack = await startStack();
  services = (await request(stack.service.url).get('/cds-services')).body.services;
});
afterAll(() => stack.close());

const call = (body: unknown, service = SERVICE_PATH, to: Stack = stack) =>
  request(to.service.url)
    .post(service)
    .send(body as object);
const codeOf = (body: any): string | undefined => body?.issue?.[0]?.details?.coding?.[0]?.code;
const example = (id: string): any =>
  JSON.parse(readFileSync(path.join(EXAMPLES, id, 'request.json'), 'utf8'));
const patients = (): string[] =>
  simulateDemoPatients(TODAY).flatMap(({ resources }) =>
    resources.flatMap((each) => (each.resourceType === 'Patient' ? [each.id] : [])),
  );

/** Every place in a JSON value that is null, "", [] or {}. */
const emptyPlaces = (value: unknown, at = ''): string[] => {
  if (value === null || value === '') return [at];
  if (typeof value !== 'object') return [];
  const entries = Object.entries(value);
  return entries.length === 0 ? [at] : entries.flatMap(([key, inner]) => emptyPlaces(inner, `${at}/${key}`));
};

describe('discovery', () => {
  it('is at {base}/cds-services: 200 and JSON, an object with the list of services', async () => {
    const { status, headers, body } = await request(stack.service.url).get('/cds-services');
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)]);
    expect(Object.keys(body)).toEqual(['services']);
    expect(body.services.length).toBeGreaterThan(0);
  });

  it('describes each service by hook, title, description and id, with prefetch and usage, and by nothing else', () => {
    for (const service of services) {
      const { version: _, hookVersion: __, ...of20 } = service;
      expect(Object.keys(of20).sort()).toEqual(
        ['description', 'hook', 'id', 'prefetch', 'title', 'usageRequirements'].sort(),
      );
      expect(service.hook).toMatch(/^(patient-view|encounter-start|appointment-book|order-select)$/);
    }
  });

  it('has nothing null and nothing empty', () => {
    expect(emptyPlaces(services)).toEqual([]);
  });

  it('gives every service an id of its own, and answers at {base}/cds-services/{id}', async () => {
    expect(new Set(services.map(({ id }) => id)).size).toBe(services.length);
    for (const { id } of services) {
      const { status, body } = await call({}, `/cds-services/${id}`);
      expect([id, status, codeOf(body)]).toEqual([id, 400, 'CDS_REQUEST_INVALID']);
    }
  });
});

describe('prefetch templates', () => {
  /** Fields of the context that the hook's definition marks as tokens; the same four user ids everywhere. */
  const TOKENS: Readonly<Record<string, readonly string[]>> = {
    'patient-view': ['userId', 'patientId', 'encounterId'],
    'encounter-start': ['userId', 'patientId', 'encounterId'],
    'appointment-book': ['userId', 'patientId', 'encounterId'],
    'order-select': ['userId', 'patientId', 'encounterId'],
  };
  const USER = ['userPractitionerId', 'userPractitionerRoleId', 'userPatientId', 'userRelatedPersonId'];
  /** What a client need not send: a template with it cannot be resolved by everybody. */
  const OPTIONAL = ['patient-view', 'appointment-book', 'order-select'];

  const templates = (): [Listed, string, string][] =>
    services.flatMap((service) =>
      Object.entries(service.prefetch).map(([key, template]): [Listed, string, string] => [
        service,
        key,
        template,
      ]),
    );

  it('hold only tokens that 2.0 allows for the hook', () => {
    for (const [{ hook }, key, template] of templates()) {
      const legal = [...(TOKENS[hook] ?? []).map((field) => `context.${field}`), ...USER];
      const tokens = [...template.matchAll(/\{\{(.*?)\}\}/g)].map(([, token]) => token!);
      expect([key, tokens.filter((token) => !legal.includes(token))]).toEqual([key, []]);
      expect([key, template.replaceAll(/\{\{[\w.]+\}\}/g, '')]).toEqual([
        key,
        expect.not.stringMatching(/[{}]/),
      ]);
    }
  });

  it('rest on no field that the hook leaves optional', () => {
    for (const [{ hook }, key, template] of templates())
      if (OPTIONAL.includes(hook))
        expect([key, template]).toEqual([key, expect.not.stringContaining('encounterId')]);
  });

  it('are reads, or searches by reference and by token alone', () => {
    const REFERENCES = ['patient', '_id'];
    for (const [, key, template] of templates()) {
      const [address = '', query] = template.split('?');
      if (query === undefined) {
        expect([key, address]).toEqual([key, expect.stringMatching(/^[A-Z][A-Za-z]+\/\{\{[\w.]+\}\}$/)]);
        continue;
      }
      expect([key, address]).toEqual([key, expect.stringMatching(/^[A-Z][A-Za-z]+$/)]);
      for (const [name, value] of query.split('&').map((each) => each.split('='))) {
        if (REFERENCES.includes(name!))
          expect([key, value]).toEqual([key, expect.stringMatching(/^\{\{[\w.]+\}\}$/)]);
        // A token by equality: no modifier, no prefix.
        else expect([key, name]).toEqual([key, 'code']);
      }
    }
  });
});

describe('requests', () => {
  const TOKEN = {
    access_token: 'never-to-be-seen-again',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'patient/*.rs',
    subject: 'recurrence-cds',
  };

  it.each(['hook', 'hookInstance', 'context'])('without %s are refused, by every service', async (field) => {
    for (const { id } of services) {
      const { [field]: _, ...rest } = example(id);
      const { status, body } = await call(rest, `/cds-services/${id}`);
      expect([id, status, body.issue[0].details.text]).toEqual([id, 400, expect.stringContaining(field)]);
    }
  });

  it('whose hookInstance is no UUID, or whose hook is not the one of the service, are refused', async () => {
    for (const { id, hook } of services) {
      const whole = example(id);
      const uuid = await call({ ...whole, hookInstance: '12345' }, `/cds-services/${id}`);
      expect([id, uuid.status]).toEqual([id, 400]);
      for (const other of ['patient-view', 'order-sign'].filter((each) => each !== hook)) {
        const { status, body } = await call({ ...whole, hook: other }, `/cds-services/${id}`);
        expect([id, status, codeOf(body)]).toEqual([id, 400, 'CDS_HOOK_MISMATCH']);
      }
    }
  });

  it('with a token name its server, and have every member that a token has', async () => {
    const alone = await call(hookRequest(PATIENT, undefined, { fhirAuthorization: TOKEN }));
    expect([alone.status, alone.body.issue[0].details.text]).toEqual([
      400,
      expect.stringContaining('fhirServer'),
    ]);
    for (const name of Object.keys(TOKEN) as (keyof typeof TOKEN)[]) {
      const { [name]: _, ...rest } = TOKEN;
      const { status } = await call(hookRequest(PATIENT, stack.fhirBaseUrl, { fhirAuthorization: rest }));
      expect([name, status]).toEqual([name, 400]);
    }
    const whole = await call(hookRequest(PATIENT, stack.fhirBaseUrl, { fhirAuthorization: TOKEN }));
    expect(whole.status).toBe(200);
  });

  it('may bring what this service does not read: extensions, other context, other prefetch', async () => {
    const more = {
      extension: { 'com.example.timestamp': '2026-11-23T10:00:00Z' },
      context: { userId: 'Practitioner/1', patientId: PATIENT, encounterId: 'e1', extra: { a: 1 } },
      prefetch: { ofAnotherService: { resourceType: 'Basic' } },
    };
    const [plain, extended] = [
      await call(hookRequest(PATIENT, stack.fhirBaseUrl)),
      await call(hookRequest(PATIENT, stack.fhirBaseUrl, more)),
    ];
    expect([extended.status, extended.body.cards[0].summary]).toEqual([200, plain.body.cards[0].summary]);
  });

  it.each(['Practitioner/1', 'PractitionerRole/1', 'Patient/1', 'RelatedPerson/1'])(
    'of the user %s are taken',
    async (userId) => {
      const { status } = await call(
        hookRequest(PATIENT, stack.fhirBaseUrl, { context: { userId, patientId: PATIENT } }),
      );
      expect(status).toBe(200);
    },
  );

  it('leave nothing of their access token in a log or a metric', async () => {
    await call(hookRequest(PATIENT, stack.fhirBaseUrl, { fhirAuthorization: TOKEN }));
    const { text } = await request(stack.service.url).get('/metrics');
    expect(stack.logged.length).toBeGreaterThan(0);
    expect(stack.logged.join('') + text).not.toContain(TOKEN.access_token);
  });
});

describe('prefetch', () => {
  const summaryOf = async (body: object): Promise<string> => {
    const answer = await call(body);
    expect(answer.status).toBe(200);
    return answer.body.cards[0].summary as string;
  };

  it('as null and as a Bundle without entries is no data', async () => {
    const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);
    const empty = { resourceType: 'Bundle', type: 'searchset', total: 0 };
    const [asNull, asBundle, all] = [
      await summaryOf(hookRequest(PATIENT, undefined, { prefetch: { ...prefetch, cfdna: null } })),
      await summaryOf(hookRequest(PATIENT, undefined, { prefetch: { ...prefetch, cfdna: empty } })),
      await summaryOf(hookRequest(PATIENT, undefined, { prefetch })),
    ];
    expect(asNull).toBe(asBundle);
    expect(asNull).not.toBe(all);
  });

  it('that holds an OperationOutcome, or lacks a key, is completed from the FHIR server', async () => {
    const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'timeout' }] };
    const { cfdna: _, ...without } = prefetch;
    const all = await summaryOf(hookRequest(PATIENT, undefined, { prefetch }));
    for (const part of [without, { ...prefetch, cfdna: outcome }])
      expect(await summaryOf(hookRequest(PATIENT, stack.fhirBaseUrl, { prefetch: part }))).toBe(all);
  });

  it('that is not enough, with no FHIR server to ask: 412 for every service, and the keys by name', async () => {
    for (const { id } of services) {
      const { prefetch: _, ...bare } = example(id);
      const { status, body } = await call(bare, `/cds-services/${id}`);
      expect([id, status, codeOf(body)]).toEqual([id, 412, 'CDS_PREFETCH_MISSING']);
      expect(body.issue[0].details.text).toContain('conditions');
    }
  });

  it('that is missing is read in parallel, not one key after the other', async () => {
    // A server that answers nobody before eight are waiting: a service that asks one by one never gets an answer.
    const waiting: (() => void)[] = [];
    let open = false;
    let target = '';
    const gate = createServer((incoming, outgoing) => {
      const answer = async (): Promise<void> => {
        const { status, headers, body } = await fetch(`${target}${incoming.url!.slice('/fhir'.length)}`);
        outgoing.writeHead(status, { 'content-type': headers.get('content-type') ?? '' });
        Readable.fromWeb(body as any).pipe(outgoing);
      };
      waiting.push(() => void answer());
      open ||= waiting.length >= 8;
      if (open) for (const go of waiting.splice(0)) go();
    });
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    const fhirBaseUrl = `http://127.0.0.1:${String((gate.address() as { port: number }).port)}/fhir`;
    const gated = await startStack({ tenant: { fhirBaseUrl } });
    target = gated.fhirBaseUrl;
    try {
      const { status, body } = await call(hookRequest(PATIENT, fhirBaseUrl), SERVICE_PATH, gated);
      expect([status, body.cards[0].summary]).toEqual([200, expect.stringMatching(/\d ?%/)]);
    } finally {
      await gated.close();
      gate.closeAllConnections();
      gate.close();
    }
  });
});

describe('responses', () => {
  const cardsOf = async (patient: string): Promise<any[]> =>
    (await call(hookRequest(patient, stack.fhirBaseUrl))).body.cards;

  it('are 200 and JSON with an array of cards, empty where there is nothing to say', async () => {
    const { status, headers, text } = await call(hookRequest('demo-no-lung-cancer', stack.fhirBaseUrl));
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)]);
    expect(text).toBe('{"cards":[]}');
  });

  it('have nothing null and nothing empty in any card', async () => {
    for (const patient of patients())
      for (const card of await cardsOf(patient)) expect([patient, emptyPlaces(card)]).toEqual([patient, []]);
  });

  it('have cards of a summary under 140 characters, an indicator, and a source with label and topic', async () => {
    for (const patient of patients())
      for (const { summary, indicator, source } of await cardsOf(patient)) {
        expect(Array.from(summary as string).length).toBeLessThan(140);
        expect(summary).not.toContain('\n');
        expect(['info', 'warning', 'critical']).toContain(indicator);
        expect(source).toMatchObject({
          label: expect.stringMatching(/\S/),
          topic: { code: expect.stringMatching(/\S/) },
        });
        expect(new URL(source.topic.system as string).protocol).toBe('https:');
      }
  });

  it('give every card and every suggestion a uuid of its own, another at each call', async () => {
    const uuids = async (): Promise<string[]> =>
      (await cardsOf(PATIENT)).flatMap(({ uuid, suggestions }) => [
        uuid as string,
        ...suggestions.map((each: { uuid: string }) => each.uuid),
      ]);
    const all = [...(await uuids()), ...(await uuids())];
    expect(all.length).toBeGreaterThan(4);
    expect(new Set(all).size).toBe(all.length);
    for (const uuid of all) expect(uuid).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  });

  it('say how suggestions are to be chosen, and have actions with a type, a description and a whole resource', async () => {
    const [{ suggestions, selectionBehavior }] = await cardsOf(PATIENT);
    expect(['at-most-one', 'any']).toContain(selectionBehavior);
    for (const { label, actions } of suggestions) {
      expect(label).toMatch(/\S/);
      for (const { type, description, resource } of actions) {
        expect([type, description]).toEqual(['create', expect.stringMatching(/\S/)]);
        expect(resource).toMatchObject({
          resourceType: 'ServiceRequest',
          status: 'draft',
          intent: 'proposal',
        });
        expect(resource.subject.reference).toBe(`Patient/${PATIENT}`);
        // A new resource: the client gives the id.
        expect(resource).not.toHaveProperty('id');
      }
    }
  });

  it('name override reasons by code, system and display', async () => {
    const [{ overrideReasons }] = await cardsOf(PATIENT);
    for (const reason of overrideReasons)
      expect(reason).toEqual({
        code: expect.stringMatching(/^[a-z-]+$/),
        system: expect.stringMatching(/^https:\/\//),
        display: expect.stringMatching(/\S/),
      });
  });

  it('act by themselves on nothing and launch nothing, where a site did not ask for it', async () => {
    for (const patient of patients()) {
      const { body, text } = await call(hookRequest(patient, stack.fhirBaseUrl));
      expect(Object.keys(body)).toEqual(['cards']);
      expect(text).not.toMatch(/"(autolaunchable|actionSelectionBehavior|extension)":/);
    }
  });

  it('that are not 2xx carry an OperationOutcome with a code and a remedy, and nothing of what was sent', async () => {
    const secret = `secret-${randomUUID()}`;
    const bodies: unknown[] = [
      {},
      { hook: secret },
      hookRequest(`${secret}/x`),
      hookRequest(PATIENT, `https://${secret}.example`),
    ];
    for (const body of bodies) {
      const answer = await call(body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers['content-type']).toMatch(/^application\/fhir\+json/);
      expect(answer.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] });
      expect([codeOf(answer.body), answer.body.issue[0].diagnostics]).toEqual([
        expect.stringMatching(/^[A-Z_]+$/),
        expect.stringMatching(/\S/),
      ]);
      expect(answer.text).not.toContain(secret);
    }
  });
});
