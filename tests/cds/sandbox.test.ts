/** What the official CDS Hooks sandbox does that an EHR would not, each against the running service. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import { readContract } from './published.ts';
import {
  accepted,
  discover,
  dismissed,
  post,
  prefetch,
  requestOf,
  resolveTemplate,
  USER,
  type Listed,
} from './sandbox-client.ts';

const PATIENT = 'demo-high-13-months';
const ORIGIN = 'https://sandbox.cds-hooks.org';

let stack: Stack;
let services: ReadonlyMap<string, Listed>;
beforeAll(async () => {
  stack = await startStack({ http: { corsOrigins: [ORIGIN] } });
  services = await discover(`${stack.service.url}/cds-services`);
});
afterAll(() => stack.close());

const serviceOf = (hook: string): [string, Listed] => [...services].find(([, each]) => each.hook === hook)!;

/** The request it would send for a hook, as it is sent, and the answer. */
const call = async (hook: string, patient = PATIENT, more: Record<string, unknown> = {}) => {
  const [url, service] = serviceOf(hook);
  const request = await requestOf(service, stack.fhirBaseUrl, patient, more);
  return { url, request, ...(await post(url, request)) };
};

describe('the discovery', () => {
  it('has an id of its own for every service: the sandbox keys them by address', async () => {
    const listed = (await (await fetch(`${stack.service.url}/cds-services`)).json()) as {
      services: Listed[];
    };
    expect(services.size).toBe(listed.services.length);
  });

  it('uses no prefetch token that the sandbox skips or does not know', () => {
    for (const { prefetch: templates, hook } of services.values())
      for (const template of Object.values(templates ?? {})) {
        const context = {
          userId: USER,
          patientId: PATIENT,
          ...(hook === 'encounter-start' && { encounterId: 'e1' }),
        };
        expect([hook, resolveTemplate(template, context)]).toEqual([hook, expect.not.stringContaining('{{')]);
        expect(template).not.toMatch(/today\(\)|%\w/);
      }
  });

  it('gives no search parameter twice: the sandbox would join the two with a comma', () => {
    for (const { prefetch: templates } of services.values())
      for (const template of Object.values(templates ?? {})) {
        const names = [...new URLSearchParams(template.split('?')[1] ?? '').keys()];
        expect(new Set(names).size).toBe(names.length);
      }
  });
});

describe('the FHIR server of the demo', () => {
  const get = (url: string) =>
    fetch(`${stack.fhirBaseUrl}${url}`, { headers: { accept: 'application/json+fhir' } });

  it('answers a search by POST _search as it answers one by GET', async () => {
    const [, { prefetch: templates }] = serviceOf('patient-view');
    for (const template of Object.values(templates ?? {}).filter((each) => each.includes('?'))) {
      const [type, query = ''] = resolveTemplate(template, { userId: USER, patientId: PATIENT }).split('?');
      const parameters = new URLSearchParams(query);
      const posted = await fetch(`${stack.fhirBaseUrl}/${type!}/_search`, {
        method: 'POST',
        headers: { accept: 'application/json+fhir', 'content-type': 'application/x-www-form-urlencoded' },
        body: parameters.toString(),
      });
      expect([type, posted.status]).toEqual([type, 200]);
      const ids = ({ entry = [] }: any): string[] => entry.map(({ resource }: any) => resource.id as string);
      const [byPost, byGet]: any[] = [
        await posted.json(),
        await (await get(`/${type!}?${parameters.toString()}`)).json(),
      ];
      expect([byPost.total, ids(byPost)]).toEqual([byGet.total, ids(byGet)]);
    }
  });

  it('tells of itself, and lists patients whose names have given names in a list', async () => {
    expect((await get('/metadata')).status).toBe(200);
    const { entry }: any = await (await get('/Patient?_count=1000')).json();
    expect(entry.length).toBeGreaterThan(10);
    for (const { resource } of entry) {
      expect(Array.isArray(resource.name?.[0]?.given)).toBe(true);
      expect(resource.name[0].given.join(' ')).not.toBe('');
    }
  });

  it('knows no SMART launch, so that SMART links stay disabled in the sandbox', async () => {
    const { status } = await post(`${stack.fhirBaseUrl}/_services/smart/Launch`, {
      launchUrl: 'https://app.example',
    });
    expect(status).toBeGreaterThanOrEqual(400);
  });
});

describe('a request', () => {
  it('of patient-view, without encounter and token, prefetch as bare resources: the risk', async () => {
    const { request, status, body } = await call('patient-view');
    expect(Object.keys(request.context)).toEqual(['patientId', 'userId']);
    expect(request).not.toHaveProperty('fhirAuthorization');
    expect(request.prefetch['patient']).toMatchObject({ resourceType: 'Patient', id: PATIENT });
    expect(status).toBe(200);
    expect(body.cards[0].summary).toMatch(/\d ?%/);
  });

  it('whose searches came as first pages: what follows is read', async () => {
    const { request } = await call('patient-view');
    const paged = Object.values<any>(request.prefetch).filter((value) =>
      value.link?.some(({ relation }: { relation: string }) => relation === 'next'),
    );
    expect(paged.length).toBeGreaterThan(0);
  });

  it('whose failed keys are left out without a word: they are read', async () => {
    const [url, service] = serviceOf('patient-view');
    const whole = await requestOf(service, stack.fhirBaseUrl, PATIENT);
    const { metabolomics: _, conditions: __, ...some } = whole.prefetch;
    const [all, part] = [await post(url, whole), await post(url, { ...whole, prefetch: some })];
    expect(part.status).toBe(200);
    expect(part.body.cards[0].summary).toBe(all.body.cards[0].summary);
  });

  it('of patient-view where it was started with another hook: 400 for every other service, never a card', async () => {
    for (const [url, service] of services) {
      const hook = service.hook === 'patient-view' ? 'appointment-book' : 'patient-view';
      const { status, body } = await post(url, {
        ...(await requestOf(
          { ...service, hook: 'patient-view' },
          stack.fhirBaseUrl,
          PATIENT,
          contextOf(service.hook),
        )),
        hook,
      });
      expect([url, status, body.issue[0].details.coding[0].code]).toEqual([url, 400, 'CDS_HOOK_MISMATCH']);
      expect(body.cards).toBeUndefined();
    }
  });

  it('is never answered with an error for what failed behind the service: it would show nothing of it', async () => {
    const [url, service] = serviceOf('patient-view');
    const request = await requestOf(service, stack.fhirBaseUrl, PATIENT);
    stack.faults.mode = 'error';
    try {
      const { status, body } = await post(url, { ...request, prefetch: {} });
      expect([status, body.cards.length]).toEqual([200, 1]);
    } finally {
      stack.faults.mode = 'ok';
    }
  });
});

/** What its screens add to the context; a Bundle of drafts has no type there. */
const contextOf = (hook: string): Record<string, unknown> => {
  const order = { resourceType: 'ServiceRequest', id: 'example-request-id', status: 'draft', intent: 'plan' };
  const code = { coding: [{ system: 'http://loinc.org', code: '24627-2', display: 'CT Chest' }] };
  const appointment = {
    resourceType: 'Appointment',
    id: 'a1',
    status: 'proposed',
    start: '2027-03-01T09:00:00Z',
  };
  const subject = { reference: `Patient/${PATIENT}` };
  const participant = [{ actor: subject, status: 'accepted' }];
  if (hook === 'encounter-start') return { encounterId: 'e1' };
  if (hook === 'appointment-book')
    return {
      appointments: { resourceType: 'Bundle', entry: [{ resource: { ...appointment, participant } }] },
    };
  if (hook === 'order-select')
    return {
      selections: ['ServiceRequest/example-request-id'],
      draftOrders: { resourceType: 'Bundle', entry: [{ resource: { ...order, code, subject } }] },
    };
  return {};
};

describe('orders, as its imaging screen sends them', () => {
  it('a draft of intent "plan" in a Bundle without type: 200', async () => {
    const { status, body } = await call('order-select', PATIENT, contextOf('order-select'));
    expect([status, Array.isArray(body.cards)]).toEqual([200, true]);
  });

  it('a medication of its prescription screen: no card about it', async () => {
    const resource = {
      resourceType: 'MedicationRequest',
      id: 'request-123',
      status: 'draft',
      subject: { reference: `Patient/${PATIENT}` },
      medicationCodeableConcept: {
        text: 'Aspirin',
        coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1191' }],
      },
    };
    const { status, body } = await call('order-select', PATIENT, {
      selections: ['MedicationRequest/request-123'],
      draftOrders: { resourceType: 'Bundle', entry: [{ resource }] },
    });
    expect([status, body]).toEqual([200, { cards: [] }]);
  });
});

describe('a card, as it shows it', () => {
  it('is whole without its links: SMART links are disabled there', async () => {
    const { body } = await call('patient-view');
    const [{ links: _, ...card }] = body.cards;
    expect(card.detail).toMatch(/6 months.*\n.*12 months.*\n.*24 months/);
    expect(card.suggestions.length).toBeGreaterThan(0);
  });

  it('is whole without selectionBehavior and isRecommended: the sandbox reads neither', async () => {
    const { body } = await call('patient-view');
    for (const { label, uuid, actions } of body.cards[0].suggestions) {
      expect([label, uuid]).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
      for (const { type, description } of actions)
        expect([type, description]).toEqual(['create', expect.stringMatching(/\S/)]);
    }
  });

  it('needs no systemActions: it looks for them in extension.systemActions only', async () => {
    const { body } = await call('patient-view');
    expect(Object.keys(body)).toEqual(['cards']);
  });

  it('has no HTML in its Markdown, which it would render', async () => {
    const ids = ['demo-high-13-months', 'demo-stage-iiic', 'demo-recurred', 'demo-partial-6-months'];
    for (const id of ids)
      for (const { detail } of (await call('patient-view', id)).body.cards)
        expect(detail).not.toMatch(/<[a-z!/?]/i);
  });

  it('has a source label, an indicator that it colours, and a display for every override reason', async () => {
    const { body } = await call('patient-view');
    const [{ source, indicator, overrideReasons }] = body.cards;
    expect(source.label).toMatch(/\S/);
    expect(['info', 'warning', 'critical']).toContain(indicator);
    expect(overrideReasons.length).toBeGreaterThan(0);
    for (const { display } of overrideReasons) expect(display).toMatch(/\S/);
  });
});

describe('the feedback that it sends', () => {
  it('is valid against the published schema: accepted, dismissed, dismissed with a reason', async () => {
    const contract = await readContract(stack.service.url);
    const { body } = await call('patient-view');
    const [card] = body.cards;
    for (const feedback of [accepted(card), dismissed(card, false), dismissed(card, true)])
      expect(contract.errors('feedback', feedback)).toEqual([]);
  });

  it('is taken, and a second time too', async () => {
    const { url, body } = await call('patient-view');
    const [card] = body.cards;
    for (const feedback of [accepted(card), accepted(card), dismissed(card, false), dismissed(card, true)])
      expect((await post(`${url}/feedback`, feedback)).status).toBe(200);
  });
});

describe('a browser', () => {
  it('asks first, without credentials, for discovery, call and feedback', async () => {
    const [url] = serviceOf('patient-view');
    for (const [address, method] of [
      [`${stack.service.url}/cds-services`, 'GET'],
      [url, 'POST'],
      [`${url}/feedback`, 'POST'],
    ] as const) {
      const { status, headers } = await fetch(address, {
        method: 'OPTIONS',
        headers: {
          origin: ORIGIN,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization,content-type',
        },
      });
      expect([address, status, headers.get('access-control-allow-origin')]).toEqual([address, 204, ORIGIN]);
      expect(headers.get('access-control-allow-headers')?.toLowerCase()).toMatch(
        /authorization.*content-type/,
      );
    }
  });
});

it('prefetches without error whatever the discovery lists', async () => {
  for (const service of services.values()) {
    const context = { userId: USER, patientId: PATIENT, ...contextOf(service.hook) };
    const found = await prefetch(service, stack.fhirBaseUrl, context);
    expect([service.id, Object.keys(found).sort()]).toEqual([
      service.id,
      Object.keys(service.prefetch ?? {}).sort(),
    ]);
  }
});
