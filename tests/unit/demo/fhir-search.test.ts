import type { Bundle, Observation, OperationOutcome } from 'fhir/r4.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idsOf, issueText, linkOf, LOINC, observation, startFhirServer, UCUM } from './fhir-client.ts';
import type { Answer, TestServer } from './fhir-client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startFhirServer();
  await server.load([
    {
      resourceType: 'Patient',
      id: 'p1',
      birthDate: '1950-02-03',
      gender: 'male',
      name: [{ family: 'Müller', given: ['Anna'] }],
    },
    { resourceType: 'Patient', id: 'p2', birthDate: '1948', gender: 'female', name: [{ family: 'Anders' }] },
    { resourceType: 'Device', id: 'p1' },
    // As instants: o-late 2024-01-02T04:30Z, o-mid 2024-01-02T01:00Z, though o-late is written with the earlier day.
    observation('o-late', {
      value: 9,
      date: '2024-01-01T23:30:00-05:00',
      meta: { profile: ['http://example.org/panel|1.0'], tag: [{ system: 'urn:t', code: 'x' }] },
    }),
    observation('o-mid', {
      value: 10,
      date: '2024-01-02T01:00:00Z',
      code: '2862-1',
      subject: { reference: 'Patient/p1' },
    }),
    observation('o-early', { value: 100.4, date: '2023-05', code: '2863-9' }),
    observation('o-device', { subject: { reference: 'Device/p1' }, code: '2862-1', value: 1000 }),
    observation('o-other', { subject: { reference: 'Patient/p2' }, value: 10 }),
    {
      ...observation('o-mg', { subject: { reference: 'Patient/p2' } }),
      valueQuantity: { value: 10, unit: 'mg/L', system: UCUM, code: 'mg/L' },
    },
    {
      resourceType: 'RiskAssessment',
      id: 'r1',
      status: 'final',
      subject: { reference: 'Patient/p1' },
      basis: [{ reference: 'Observation/o-mid' }],
      prediction: [{ probabilityDecimal: 0.25 }],
    },
  ]);
});
afterAll(() => server.close());

const find = async (path: string): Promise<string[]> => {
  const answer = await server.get(path);
  expect(answer.status, path).toBe(200);
  return idsOf(answer);
};

describe('references', () => {
  it("finds a patient by bare id, by type and id, and by this server's absolute address", async () => {
    const all = ['o-late', 'o-mid', 'o-early'];
    for (const value of ['p1', 'Patient/p1', `${server.base}/Patient/p1`])
      expect(await find(`Observation?patient=${value}`), value).toEqual(all);
  });

  it('takes a bare id for any type the parameter points to, and a type modifier for one', async () => {
    expect(await find('Observation?subject=p1')).toEqual(['o-late', 'o-mid', 'o-early', 'o-device']);
    expect(await find('Observation?subject:Device=p1')).toEqual(['o-device']);
    expect(await find('Observation?subject=Patient/p2,Device/p1')).toEqual(['o-device', 'o-other', 'o-mg']);
  });

  it('does not match an address on another server', async () => {
    expect(await find('Observation?patient=https://elsewhere.example/fhir/Patient/p1')).toEqual([]);
  });
});

describe('tokens', () => {
  it('takes several system|code values, for one patient', async () => {
    const codes = [`${LOINC}|20649-0`, `${LOINC}|2863-9`].join(',');
    expect(await find(`Observation?patient=p1&code=${encodeURIComponent(codes)}`)).toEqual([
      'o-late',
      'o-early',
    ]);
  });

  it('takes code, system| and |code, and compares codes, not displays', async () => {
    expect(await find('Observation?code=2862-1')).toEqual(['o-mid', 'o-device']);
    expect(await find(`Observation?_id=o-mid&code=${LOINC}|`)).toEqual(['o-mid']);
    expect(await find('Observation?code=|2862-1')).toEqual([]);
    expect(await find('Observation?code=urn:other|2862-1')).toEqual([]);
    expect(await find('Observation?code=Leucine')).toEqual([]);
    expect(await find('Observation?code:text=leucine&_id=o-mid')).toEqual(['o-mid']);
  });

  it('negates with :not and asks for absence with :missing', async () => {
    expect(await find('Observation?patient=p1&code:not=2862-1')).toEqual(['o-late', 'o-early']);
    expect(await find('Observation?patient=p1&method:missing=false')).toEqual([]);
    expect(await find('Observation?patient=p1&method:missing=true&code=2862-1')).toEqual(['o-mid']);
  });

  it('matches plain codes, _tag and _profile with and without its version', async () => {
    expect(await find('Patient?gender=female')).toEqual(['p2']);
    expect(await find('Observation?_tag=urn:t|x')).toEqual(['o-late']);
    expect(await find('Observation?_profile=http://example.org/panel')).toEqual(['o-late']);
    expect(await find('Observation?_profile=http://example.org/panel|1.0')).toEqual(['o-late']);
    expect(await find('Observation?_profile=http://example.org/pan')).toEqual([]);
  });
});

describe('strings', () => {
  it('match from the start of a part, whatever the case and accents; :contains anywhere; :exact to the letter', async () => {
    expect(await find('Patient?name=an')).toEqual(['p1', 'p2']);
    expect(await find('Patient?family=muller')).toEqual(['p1']);
    expect(await find('Patient?family=ller')).toEqual([]);
    expect(await find('Patient?family:contains=ller')).toEqual(['p1']);
    expect(await find('Patient?family:exact=muller')).toEqual([]);
    expect(await find('Patient?family:exact=Müller')).toEqual(['p1']);
  });
});

describe('dates and numbers', () => {
  it('compares instants over time zones, and takes partial dates for their whole span', async () => {
    expect(await find('Observation?patient=p1&date=ge2024-01-02T02:00:00Z')).toEqual(['o-late']);
    expect(await find('Observation?patient=p1&date=2023')).toEqual(['o-early']);
    expect(await find('Observation?patient=p1&date=lt2024-01-02&date=gt2022')).toEqual(['o-early']);
    expect(await find('Observation?patient=p1&date=sa2024-01-02T01:00:00Z')).toEqual(['o-late']);
  });

  it('finds quantities by value with prefixes, and by unit', async () => {
    expect(await find('Observation?patient=p1&value-quantity=gt9.5')).toEqual(['o-mid', 'o-early']);
    expect(await find(`Observation?value-quantity=10|${UCUM}|umol/L`)).toEqual(['o-mid', 'o-other']);
    expect(await find('Observation?value-quantity=10||mg/L')).toEqual(['o-mg']);
    expect(await find('Observation?value-quantity=le9')).toEqual(['o-late']);
    expect(await find('Observation?value-quantity=9,gt999')).toEqual(['o-late', 'o-device']);
  });

  it('takes a number for the interval its digits stand for', async () => {
    // 100 stands for [99.5, 100.5], 100.0 for [99.95, 100.05]; http://hl7.org/fhir/R4/search.html#number
    expect(await find('Observation?value-quantity=100')).toEqual(['o-early']);
    expect(await find('Observation?value-quantity=100.0')).toEqual([]);
    expect(await find('Observation?value-quantity=ap93')).toEqual(['o-early']);
    expect(await find('RiskAssessment?probability=gt0.2')).toEqual(['r1']);
    expect(await find('RiskAssessment?probability=lt0.2')).toEqual([]);
  });

  it('finds by _lastUpdated', async () => {
    expect(await find('RiskAssessment?_lastUpdated=gt2020-01-01')).toEqual(['r1']);
    expect(await find('RiskAssessment?_lastUpdated=lt2020-01-01')).toEqual([]);
  });
});

describe('_sort', () => {
  it('sorts by instants and by numbers, not by their text', async () => {
    expect(await find('Observation?patient=p1&_sort=date')).toEqual(['o-early', 'o-mid', 'o-late']);
    expect(await find('Observation?patient=p1&_sort=-value-quantity')).toEqual([
      'o-early',
      'o-mid',
      'o-late',
    ]);
  });

  it('lets the first of several keys weigh most', async () => {
    // Codes downwards 2863-9, 2862-1, 20649-0; then values 10, 1000 and 9, 10, 10; equal ones as they were written.
    const expected = ['o-early', 'o-mid', 'o-device', 'o-late', 'o-other', 'o-mg'];
    expect(await find('Observation?_sort=-code,value-quantity')).toEqual(expected);
    expect(await find('Observation?code=2862-1&_sort=code,-value-quantity')).toEqual(['o-device', 'o-mid']);
    expect(await find('Observation?code=2862-1&_sort=code,value-quantity')).toEqual(['o-mid', 'o-device']);
  });

  it('puts what has no value last, ascending and descending', async () => {
    await server.load([
      { resourceType: 'Condition', id: 'c1', subject: { reference: 'Patient/p1' }, recordedDate: '2020' },
      { resourceType: 'Condition', id: 'c2', subject: { reference: 'Patient/p1' } },
      { resourceType: 'Condition', id: 'c3', subject: { reference: 'Patient/p1' }, recordedDate: '2021' },
    ]);
    expect(await find('Condition?_sort=recorded-date')).toEqual(['c1', 'c3', 'c2']);
    expect(await find('Condition?_sort=-recorded-date')).toEqual(['c3', 'c1', 'c2']);
  });
});

describe('_include and _revinclude', () => {
  it('adds what the matches point to, and what points to them, each once', async () => {
    const answer = await server.get(
      'Observation?_id=o-mid,o-late&_include=Observation:subject&_revinclude=RiskAssessment:subject&_include=Observation:patient',
    );
    expect(idsOf(answer)).toEqual(['o-late', 'o-mid', 'p1']);
    expect(answer.body.entry?.map(({ search }) => search?.mode)).toEqual(['match', 'match', 'include']);
    expect(answer.body.total).toBe(2);
    expect(await find('Patient?_id=p1&_revinclude=RiskAssessment:subject')).toEqual(['p1', 'r1']);
    expect(await find('RiskAssessment?_include:iterate=RiskAssessment:subject')).toEqual(['r1', 'p1']);
  });
});

describe('paging', () => {
  it('links self, next and previous on the address that was asked', async () => {
    const seen: string[] = [];
    let url: string | undefined = `${server.base}/Observation?patient=p1&_sort=date&_count=2`;
    const pages: Bundle[] = [];
    while (url !== undefined) {
      expect(new URL(url).origin).toBe(new URL(server.base).origin);
      const answer: Answer<Bundle> = await server.get(url);
      pages.push(answer.body);
      seen.push(...idsOf(answer));
      url = linkOf(answer, 'next');
    }
    expect(seen).toEqual(['o-early', 'o-mid', 'o-late']);
    expect(pages.map(({ total }) => total)).toEqual([3, 3]);
    expect(pages.map(({ link = [] }) => link.map(({ relation }) => relation))).toEqual([
      ['self', 'next'],
      ['self', 'previous'],
    ]);
    expect(pages[0]!.entry![0]!.fullUrl).toBe(`${server.base}/Observation/o-early`);
  });

  it('counts without entries for _count=0 and _summary=count, and starts at _offset', async () => {
    for (const query of ['_count=0', '_summary=count']) {
      const { body } = await server.get(`Observation?patient=p1&${query}`);
      expect(body.total).toBe(3);
      expect(body.entry).toBeUndefined();
      expect(body.link?.map(({ relation }) => relation)).toEqual(['self']);
    }
    expect(await find('Observation?patient=p1&_sort=date&_offset=2')).toEqual(['o-late']);
  });

  it('shows 20 matches where no _count is given', async () => {
    await server.load(
      Array.from({ length: 25 }, (_, index) => ({
        resourceType: 'Goal',
        id: `g${index}`,
        lifecycleStatus: 'active',
        description: { text: 'x' },
        subject: { reference: 'Patient/p1' },
      })),
    );
    const answer = await server.get('Goal');
    expect([idsOf(answer).length, answer.body.total]).toEqual([20, 25]);
  });
});

describe('result parameters', () => {
  it('leaves only the asked elements, and says so', async () => {
    const { body } = await server.get('Observation?_id=o-mid&_elements=status,value');
    const resource = body.entry?.[0]?.resource as Observation;
    expect(Object.keys(resource).sort()).toEqual(['id', 'meta', 'resourceType', 'status', 'valueQuantity']);
    expect(resource.meta?.tag).toContainEqual(expect.objectContaining({ code: 'SUBSETTED' }));
  });

  it('takes every result parameter that is listed as known', async () => {
    for (const query of [
      '_format=json',
      '_format=application/fhir%2Bjson',
      '_pretty=true',
      '_total=accurate',
      '_summary=false',
      '_elements=id',
      '_count=5',
      '_offset=0',
      '_sort=_id',
    ])
      expect((await server.get(`Observation?${query}`)).status, query).toBe(200);
  });

  it('searches by POST, with body and address taken together', async () => {
    const answer = await server.send<Bundle>(
      'POST',
      'Observation/_search?_count=1',
      'patient=p1&_sort=date',
      { 'content-type': 'application/x-www-form-urlencoded' },
    );
    expect(answer.status).toBe(200);
    expect(idsOf(answer)).toEqual(['o-early']);
    expect(idsOf(await server.get(linkOf(answer, 'next') ?? ''))).toEqual(['o-mid']);
  });
});

describe('a search that is not understood is refused, never answered leniently', () => {
  it.each([
    ['an unknown parameter', 'Observation?foo=1', 'foo'],
    ['a parameter of another type', 'Patient?code=1', 'code'],
    ['an unknown modifier', 'Observation?code:in=http://example.org/vs', 'code:in'],
    ['a modifier of another type', 'Observation?date:exact=2024', 'date:exact'],
    ['a type that the reference cannot have', 'Observation?patient:Device=p1', 'patient:Device'],
    ['a chained parameter', 'Observation?subject:Patient.name=x', 'subject:Patient.name'],
    [
      'a reverse chained parameter',
      'Patient?_has:Observation:patient:code=1',
      '_has:Observation:patient:code',
    ],
    ['a composite parameter', 'Observation?code-value-quantity=1$2', 'code-value-quantity'],
    ['a _count that is no number', 'Observation?_count=x', '_count'],
    ['a negative _offset', 'Observation?_offset=-1', '_offset'],
    ['a format that is not served', 'Observation?_format=xml', '_format'],
    ['an empty value', 'Observation?code=', 'code'],
    ['a list of nothing', 'Observation?code=,', 'code'],
    ['a name that objects have', 'Observation?constructor=1', 'constructor'],
    ['the name of a prototype', 'Observation?__proto__=1', '__proto__'],
    ['an unknown _sort key', 'Observation?_sort=foo', 'foo'],
  ])('%s', async (_title, path, expression) => {
    const answer = await server.get<OperationOutcome>(path);
    expect(answer.status).toBe(400);
    expect(answer.body.resourceType).toBe('OperationOutcome');
    expect(answer.body.issue[0]?.expression).toEqual([expression]);
  });

  it.each([
    ['a date', 'Observation?date=yesterday'],
    ['a number', 'Observation?value-quantity=much'],
    ['an include parameter', 'Observation?_include=Observation:code'],
    ['a wildcard include', 'Observation?_include=*'],
    ['a search over all types', '?_type=Patient'],
  ])('%s', async (_title, path) => {
    const answer = await server.get<OperationOutcome>(path);
    expect([answer.status, answer.body.resourceType]).toEqual([400, 'OperationOutcome']);
    expect(issueText(answer)).not.toBe('');
  });

  it('an unknown resource type is 404', async () => {
    for (const path of ['Foo', 'Foo/1', 'HumanName', 'constructor', '__proto__', 'constructor/1'])
      expect((await server.get(path)).status, path).toBe(404);
  });

  it('refuses inside a batch as well', async () => {
    const answer = await server.send<Bundle>('POST', '', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: ['Observation?foo=1', 'Observation?patient:Patient=p1&_count=1&_sort=date'].map((url) => ({
        request: { method: 'GET', url },
      })),
    });
    expect(answer.body.entry?.map(({ response }) => response?.status)).toEqual(['400', '200']);
    const page = answer.body.entry?.[1]?.resource as Bundle;
    expect(page.entry?.[0]?.resource?.id).toBe('o-early');
    expect(page.link?.[1]?.url).toMatch(`${server.base}/Observation?`);
  });

  it('whatever is asked, the answer is a searchset or an OperationOutcome, and never a 5xx', async () => {
    const name = fc.constantFrom(
      'code',
      'date',
      'patient',
      'value-quantity',
      '_sort',
      '_count',
      '_include',
      '_tag',
      'subject:missing',
    );
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('|', ',', 'gt', 'ge2024-13-45', '1|2|3', '\\', '%', 'Observation:', '-_id,', '1e400'),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(name, fc.string({ minLength: 1 })), value, async (key, text) => {
        const { status, body } = await server.get<Bundle | OperationOutcome>(
          `Observation?${new URLSearchParams([[key, text]]).toString()}`,
        );
        expect([200, 400]).toContain(status);
        expect(body.resourceType).toBe(status === 200 ? 'Bundle' : 'OperationOutcome');
      }),
      { numRuns: 300 },
    );
  });
});
