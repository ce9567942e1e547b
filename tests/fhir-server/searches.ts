import { setTimeout as sleep } from 'node:timers/promises';
import type { FhirResource } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { idsOf, itWith, linkOf, matchesOf, said, searchAll, type Resource, type Scope } from './scope.ts';
import { interaction, searchParameter, type Answer } from './server.ts';

const SYSTEM = 'urn:recurrence-cds:contract:codes';
const concept = (code: string) => ({ coding: [{ system: SYSTEM, code }] });

/** One resource of every type the product reads by patient, besides Observation; as small as R4 lets it be. */
const byPatient = (patient: string): Readonly<Record<string, object>> => {
  const subject = { reference: patient };
  const medication = { medicationCodeableConcept: concept('drug') };
  return {
    AllergyIntolerance: {
      patient: subject,
      code: concept('iodine'),
      clinicalStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
        ],
      },
    },
    Appointment: {
      status: 'booked',
      start: '2026-03-01T09:00:00+08:00',
      end: '2026-03-01T09:20:00+08:00',
      participant: [{ actor: subject, status: 'accepted' }],
    },
    CarePlan: { status: 'active', intent: 'plan', subject },
    Condition: { subject, code: concept('condition') },
    Consent: {
      status: 'active',
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'research' }] },
      category: [concept('consent')],
      patient: subject,
      policyRule: concept('policy'),
    },
    DiagnosticReport: { status: 'final', code: concept('report'), subject },
    DocumentReference: {
      status: 'current',
      subject,
      content: [{ attachment: { contentType: 'text/plain', data: 'aGVsbG8=' } }],
    },
    Encounter: {
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject,
    },
    ImagingStudy: {
      status: 'available',
      subject,
      started: '2026-01-02T08:00:00Z',
      series: [
        { uid: '1.2.3', modality: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: 'CT' } },
      ],
    },
    MedicationAdministration: {
      status: 'completed',
      subject,
      effectiveDateTime: '2025-11-14',
      ...medication,
    },
    MedicationRequest: { status: 'active', intent: 'order', subject, ...medication },
    Procedure: { status: 'completed', subject, code: concept('procedure'), performedDateTime: '2026-01-15' },
    ServiceRequest: { status: 'active', intent: 'order', subject, code: concept('order') },
    Specimen: { subject, collection: { collectedDateTime: '2026-01-10' } },
  };
};

/** Searching: each form the product uses, complete over all pages, nothing of another patient. */
export function describeSearches(scope: Scope): void {
  const { server } = scope;
  const mine = scope.id('p');
  // Begins like the other's id: a server that compares beginnings mixes them up.
  const other = scope.id('p1');
  const observations = Array.from({ length: 7 }, (_, index) => scope.id(`o${String(index)}`)).sort();

  const observation = (id: string, patient: string, code: string, effectiveDateTime: string): Resource => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: concept(code),
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime,
  });

  describe('searching', () => {
    beforeAll(async () => {
      await scope.putAll([
        { resourceType: 'Patient', id: mine },
        { resourceType: 'Patient', id: other },
        ...observations.map((id, index) =>
          observation(id, mine, `c${String(index)}`, `2026-01-0${String(index + 1)}`),
        ),
        observation(scope.id('foreign'), other, 'c0', '2026-01-01'),
      ]);
    });

    it.each([
      ['patient=ID', `patient=${mine}`],
      ['patient=Patient/ID', `patient=Patient/${mine}`],
      ['subject=Patient/ID', `subject=Patient/${mine}`],
    ])('%s brings all of this patient, and nobody else', async (_, query) => {
      expect(idsOf(await searchAll(server, `Observation?${query}`))).toEqual(observations);
    });

    it('a patient of whom there is nothing, or who is not there, has an empty searchset', async () => {
      await scope.put({ resourceType: 'Patient', id: scope.id('empty') });
      for (const id of [scope.id('empty'), scope.id('nobody')]) {
        const answer = await server.request('GET', `Observation?patient=${id}`);
        expect(answer.status).toBe(200);
        expect(answer.body).toMatchObject({ resourceType: 'Bundle', type: 'searchset' });
        expect(matchesOf(answer)).toEqual([]);
      }
    });

    it('a list of codes is an or, by GET and by POST; a code without its system matches any', async () => {
      const codes = ['c1', 'c3', 'absent'].map((code) => `${SYSTEM}|${code}`).join(',');
      const expected = [observations[1], observations[3]];
      const get = await searchAll(
        server,
        `Observation?${new URLSearchParams({ patient: mine, code: codes }).toString()}`,
      );
      expect(idsOf(get)).toEqual(expected);
      const post = await server.request('POST', 'Observation/_search', {
        form: [
          ['patient', mine],
          ['code', codes],
        ],
      });
      expect(idsOf(matchesOf(post))).toEqual(expected);
      expect(idsOf(await searchAll(server, `Observation?patient=${mine}&code=c2`))).toEqual([
        observations[2],
      ]);
      expect(await searchAll(server, `Observation?patient=${mine}&code=urn:other%7Cc2`)).toEqual([]);
    });

    it.each(['GET', 'POST'] as const)(
      'a list of 60 codes, as long as the longest of ours, by %s',
      async (method) => {
        const long = Array.from({ length: 58 }, (_, index) => `${SYSTEM}|unused-code-${String(index)}`);
        const code = [`${SYSTEM}|c0`, ...long, `${SYSTEM}|c6`].join(',');
        const answer =
          method === 'GET'
            ? await server.request(
                'GET',
                `Observation?${new URLSearchParams({ patient: mine, code }).toString()}`,
              )
            : await server.request('POST', 'Observation/_search', {
                form: [
                  ['patient', mine],
                  ['code', code],
                ],
              });
        expect(answer.status).toBe(200);
        expect(idsOf(matchesOf(answer))).toEqual([observations[0], observations[6]]);
      },
    );

    it('a list of 1,000 codes by POST, which no address could hold', async () => {
      const long = Array.from({ length: 999 }, (_, index) => `${SYSTEM}|unused-code-${String(index)}`);
      const answer = await server.request('POST', 'Observation/_search', {
        form: [
          ['patient', mine],
          ['code', [...long, `${SYSTEM}|c5`].join(',')],
        ],
      });
      expect(answer.status, said(answer)).toBe(200);
      expect(idsOf(matchesOf(answer))).toEqual([observations[5]]);
    });

    it.each(['GET', 'POST'] as const)(
      'pages of two, by next links of the same origin, to the end (%s)',
      async (method) => {
        const pages: string[][] = [];
        let answer: Answer =
          method === 'GET'
            ? await server.request('GET', `Observation?patient=${mine}&_count=2`)
            : await server.request('POST', 'Observation/_search', {
                form: [
                  ['patient', mine],
                  ['_count', '2'],
                ],
              });
        for (;;) {
          expect(answer.status).toBe(200);
          pages.push(idsOf(matchesOf(answer)));
          const next = linkOf(answer, 'next');
          if (next === undefined || pages.length > 10) break;
          expect(new URL(next, `${server.baseUrl}/`).origin).toBe(new URL(server.baseUrl).origin);
          answer = await server.request('GET', new URL(next, `${server.baseUrl}/`).href);
        }
        expect(pages.every((page) => page.length <= 2)).toBe(true);
        // each once: no page repeats or skips
        expect(pages.flat().sort()).toEqual(observations);
      },
    );

    it('a date range holds its beginning and not its end', async () => {
      const found = await searchAll(
        server,
        `Observation?patient=${mine}&date=ge2026-01-02&date=lt2026-01-05`,
      );
      expect(idsOf(found)).toEqual(observations.slice(1, 4));
    });

    it('a search right after a write sees it, and _lastUpdated what came since', async () => {
      const fresh = scope.id('fresh');
      await scope.put({ resourceType: 'Patient', id: fresh });
      const everything = `Observation?patient=${fresh}`;
      expect(await searchAll(server, everything)).toEqual([]);
      await scope.put(observation(scope.id('early'), fresh, 'c0', '2026-01-01'));
      expect(idsOf(await searchAll(server, everything))).toEqual([scope.id('early')]);
      const [early] = await searchAll(server, everything);
      await sleep(50);
      await scope.put(observation(scope.id('late'), fresh, 'c0', '2026-01-01'));
      const since = new URLSearchParams({
        patient: fresh,
        _lastUpdated: `gt${String(early.meta.lastUpdated)}`,
      });
      expect(idsOf(await searchAll(server, `Observation?${since.toString()}`))).toEqual([scope.id('late')]);
      // a version, not a new resource: found by the time it was written
      await scope.put(observation(scope.id('early'), fresh, 'c1', '2026-01-01'));
      expect(idsOf(await searchAll(server, `Observation?${since.toString()}`))).toEqual([
        scope.id('early'),
        scope.id('late'),
      ]);
      await server.request('DELETE', `Observation/${scope.id('late')}`);
      expect(idsOf(await searchAll(server, everything))).toEqual([scope.id('early')]);
    });

    it('finds by identifier and by _id', async () => {
      const identifier = { system: scope.identifierSystem, value: 'found' };
      await scope.put({ resourceType: 'Patient', id: scope.id('found'), identifier: [identifier] });
      const query = new URLSearchParams({ identifier: `${identifier.system}|${identifier.value}` });
      expect(idsOf(await searchAll(server, `Patient?${query.toString()}`))).toEqual([scope.id('found')]);
      expect(idsOf(await searchAll(server, `Patient?_id=${mine},${other}`))).toEqual([mine, other].sort());
    });

    it('a parameter it does not know is refused, or left out of the self link: never nothing in silence', async () => {
      const answer = await server.request('GET', `Observation?patient=${mine}&no-such-parameter=1`);
      if (answer.status === 200) {
        expect(linkOf(answer, 'self')).not.toContain('no-such-parameter');
        expect(matchesOf(answer).length).toBeGreaterThan(0);
      } else {
        expect(answer.status).toBe(400);
        expect(answer.body.resourceType).toBe('OperationOutcome');
      }
    });

    it('60 searches at once are all answered, and each with its own', async () => {
      const searches = Array.from({ length: 60 }, (_, index) => {
        const id = index % 3 === 0 ? other : mine;
        return server.request('GET', `Observation?patient=${id}&_count=${String(10 + index)}`);
      });
      for (const [index, answer] of (await Promise.all(searches)).entries())
        expect(idsOf(matchesOf(answer))).toEqual(index % 3 === 0 ? [scope.id('foreign')] : observations);
    });
  });

  describe('what is read by patient', () => {
    const patient = scope.id('by-patient');
    const bystander = scope.id('bystander');
    beforeAll(async () => {
      await scope.putAll([
        { resourceType: 'Patient', id: patient },
        { resourceType: 'Patient', id: bystander },
      ]);
    });

    for (const [resourceType, body] of Object.entries(byPatient(`Patient/${patient}`))) {
      const needs = [interaction(resourceType, 'search-type'), searchParameter(resourceType, 'patient')];
      itWith(server, needs, resourceType, async () => {
        const id = scope.id(resourceType.toLowerCase());
        const foreign = byPatient(`Patient/${bystander}`)[resourceType];
        await scope.put({ ...body, resourceType, id } as FhirResource & { id: string });
        await scope.put({ ...foreign, resourceType, id: `${id}-foreign` } as FhirResource & { id: string });
        expect(idsOf(await searchAll(server, `${resourceType}?patient=${patient}`))).toEqual([id]);
        expect(idsOf(await searchAll(server, `${resourceType}?patient=Patient/${patient}`))).toEqual([id]);
      });
    }

    it('Appointments of a day of the site, over its midnight in UTC, booked ones only', async () => {
      const appointment = (name: string, start: string, status = 'booked'): Resource => ({
        resourceType: 'Appointment',
        id: scope.id(name),
        status: status as 'booked',
        start,
        end: start,
        participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
      });
      await scope.putAll([
        appointment('day-before', '2026-05-11T23:59:00+08:00'),
        appointment('first', '2026-05-12T00:00:00+08:00'),
        appointment('last', '2026-05-12T23:59:00+08:00'),
        appointment('cancelled', '2026-05-12T10:00:00+08:00', 'cancelled'),
        appointment('day-after', '2026-05-13T00:00:00+08:00'),
      ]);
      const query = new URLSearchParams([
        ['date', 'ge2026-05-12T00:00:00+08:00'],
        ['date', 'lt2026-05-13T00:00:00+08:00'],
        ['status', 'booked'],
        ['patient', patient],
      ]);
      expect(idsOf(await searchAll(server, `Appointment?${query.toString()}`))).toEqual([
        scope.id('first'),
        scope.id('last'),
      ]);
    });
  });
}
