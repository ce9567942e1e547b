/** The resource types beyond those of parse.test.ts: what R4 says of each, and what is no fact. */
import { describe, expect, it } from 'vitest';
import {
  binaryFact,
  careFacts,
  endpointFact,
  parseChart,
  type CareResourceSets,
} from '../../../src/chart/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import { allergy, CHEST, chestCt, consent, CURATIVE, intent, order, specimen } from '../support/clinical.ts';
import {
  chartOf,
  concept,
  condition,
  DRUG,
  dose,
  NSCLC,
  observation,
  patient,
  procedure,
  quantity,
  stage,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';

const snomed = (code: string) => ({ system: SYSTEMS.snomed, code });
const only = (resource: Resource, zone = 'UTC') => chartOf([patient(), resource], zone);

describe('Condition', () => {
  it.each([
    [{ onsetDateTime: '2025-01-10' }, '2025-01-10'],
    [{ onsetDateTime: '2025-01' }, undefined],
    [{ onsetPeriod: { start: '2025-01-10', end: '2025-01-12' } }, '2025-01-12'],
    [{ onsetAge: { value: 64, code: 'a' } }, undefined],
    [{ onsetRange: { low: { value: 60 }, high: { value: 64 } } }, undefined],
    [{ onsetString: 'last winter' }, undefined],
  ])('onset %j: %s', (onset, expected) => {
    const { onsetOn } = only(condition('c', { onsetDateTime: undefined, ...onset })).conditions[0] ?? {};
    expect(onsetOn).toBe(expected);
  });

  it('has an abatement, body sites and stages', () => {
    const [fact] = only(
      condition('c', {
        abatementDateTime: '2026-02-01',
        bodySite: [concept(SYSTEMS.snomed, '39607008')],
        stage: [
          {
            summary: concept(SYSTEMS.snomed, '1222806003'),
            type: concept(SYSTEMS.snomed, '399537006'),
            assessment: [{ reference: 'Observation/s' }, { reference: '#x' }],
          },
          'x',
          {},
        ],
      }),
    ).conditions;
    expect(fact).toMatchObject({
      abatedOn: '2026-02-01',
      bodySites: [snomed('39607008')],
      stages: [
        { summary: [snomed('1222806003')], type: [snomed('399537006')], assessments: ['Observation/s'] },
        { summary: [], type: [], assessments: [] },
      ],
    });
  });
});

describe('Procedure', () => {
  it('has reasons, an intent and body sites', () => {
    const [fact] = only(
      procedure('r', SURGERY, {
        ...intent(CURATIVE),
        reasonCode: [NSCLC],
        bodySite: [concept(SYSTEMS.snomed, '39607008')],
      }),
    ).procedures;
    expect(fact).toMatchObject({
      intents: [snomed(CURATIVE)],
      reasons: [snomed('254637007')],
      bodySites: [snomed('39607008')],
      statusReasons: [],
    });
  });

  it('that was not done is apart, with why', () => {
    const statusReason = concept(SYSTEMS.snomed, '183932001');
    const chart = only(procedure('r', undefined, { status: 'not-done', statusReason }));
    expect(chart.procedures).toEqual([]);
    expect(chart.notDone).toMatchObject([{ statusReasons: [snomed('183932001')] }]);
  });
});

describe('medications', () => {
  const reference = (written: string) => ({
    medicationCodeableConcept: undefined,
    medicationReference: { reference: written },
  });
  const medication = (id: string, change: Record<string, unknown> = {}) => ({
    resourceType: 'Medication',
    id,
    code: concept(SYSTEMS.atc, DRUG.nivolumab),
    ...change,
  });
  const atc = (code: string) => ({ system: SYSTEMS.atc, code });

  it('are read through a reference to a contained Medication, its ingredients too', () => {
    const bag = medication('bag', {
      code: concept('urn:pharmacy', 'BAG-7'),
      ingredient: [{ itemCodeableConcept: concept(SYSTEMS.atc, DRUG.cisplatin) }, null],
    });
    const given = dose('d', 'nivolumab', SURGERY, { ...reference('#bag'), contained: [null, bag] });
    expect(only(given).medications[0]?.codings).toEqual([
      { system: 'urn:pharmacy', code: 'BAG-7' },
      atc(DRUG.cisplatin),
    ]);
  });

  it('are read through a reference to a Medication that came along', () => {
    const sets = {
      medications: [dose('d', 'nivolumab', SURGERY, reference('Medication/m')), medication('m')],
    };
    const chart = parseChart({ patient: [patient()], ...sets }, 'UTC');
    expect(chart.medications[0]?.codings).toEqual([atc(DRUG.nivolumab)]);
  });

  it.each(['#bag', 'Medication/m', 'urn:uuid:x'])('are unsaid where %s leads nowhere', (written) => {
    const given = dose('d', 'nivolumab', SURGERY, {
      ...reference(written),
      contained: [medication('other')],
    });
    expect(only(given).medications[0]?.codings).toEqual([]);
    const wrong = medication('m', { status: 'entered-in-error' });
    expect(chartOf([patient(), given, wrong]).medications[0]?.codings).toEqual([]);
  });

  it('that are ordered are apart from those given', () => {
    const chart = only(order('o', DRUG.cisplatin, '2025-11-01'));
    expect(chart.medications).toEqual([]);
    expect(chart.medicationRequests).toMatchObject([
      { status: 'active', intent: 'order', authoredOn: '2025-11-01', codings: [atc(DRUG.cisplatin)] },
    ]);
  });
});

describe('Observation', () => {
  it('has a method, an interpretation, a specimen and what it is derived from', () => {
    const [fact] = only(
      stage('s', 'pathologic', 'IIB', SURGERY, {
        interpretation: [concept('http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', 'H')],
        specimen: { reference: 'Specimen/x' },
        derivedFrom: [{ reference: 'ImagingStudy/ct' }],
      }),
    ).observations;
    expect(fact).toMatchObject({
      method: [snomed('897275008')],
      interpretation: [{ code: 'H' }],
      specimen: 'Specimen/x',
      derivedFrom: ['ImagingStudy/ct'],
    });
  });

  it('has no value where it says why, in itself or in a component', () => {
    const dataAbsentReason = { coding: [{ code: 'unknown' }] };
    const [fact] = only(
      observation('o', NSCLC, {
        dataAbsentReason,
        ...quantity(2, '%'),
        valueCodeableConcept: NSCLC,
        component: [{ code: NSCLC, dataAbsentReason, ...quantity(2, '%') }],
      }),
    ).observations;
    expect(fact).not.toHaveProperty('quantity');
    expect(fact).not.toHaveProperty('valueCodings');
    expect(fact?.components).toEqual([{ codings: [snomed('254637007')] }]);
  });
});

describe('Consent', () => {
  it('has codes of scope, category, policyRule and policies, a decision and a period', () => {
    const [fact] = only(
      consent('k', '2025-10-01', {
        policyRule: concept('urn:hospital', 'P1'),
        policy: [{ uri: 'https://example.org/policy' }, { authority: 'x' }],
        provision: { type: 'deny', period: { start: '2025-10-01', end: '2026-10-01' } },
      }),
    ).consents;
    expect(fact).toMatchObject({
      status: 'active',
      decision: 'deny',
      givenOn: '2025-10-01',
      validFrom: '2025-10-01',
      validTo: '2026-10-01',
      periodUnreadable: false,
    });
    expect(fact?.codings.map((coding) => coding.code)).toEqual([
      'research',
      'study-participation',
      'P1',
      'https://example.org/policy',
    ]);
  });

  it.each([{ end: '2026' }, { start: 'soon' }, { end: 7 }])('a period of %j cannot be read', (period) => {
    expect(only(consent('k', '2025-10-01', { provision: { period } })).consents[0]?.periodUnreadable).toBe(
      true,
    );
  });
});

describe('Specimen, ImagingStudy, AllergyIntolerance', () => {
  it('a Specimen has the day of its collection in the site time zone', () => {
    const collection = { collectedPeriod: { end: '2026-02-28T16:30:00Z' } };
    const sample = specimen('s', '2026-01-01', { collection, condition: [concept('urn:v2', 'HEM')] });
    expect(only(sample, 'Asia/Shanghai').specimens).toMatchObject([
      { status: 'available', collectedOn: '2026-03-01', conditions: [{ code: 'HEM' }] },
    ]);
  });

  it('an ImagingStudy has its UID, its modalities, series and endpoints', () => {
    expect(only(chestCt('ct', '2026-01-02')).imaging).toMatchObject([
      {
        startedOn: '2026-01-02',
        dicomModalities: ['CT'],
        studyInstanceUid: '1.2.3.20260102',
        endpoints: ['Endpoint/pacs'],
        series: [{ uid: '1.2.3.4', dicomModality: 'CT', bodySites: [CHEST], instances: 133, endpoints: [] }],
      },
    ]);
  });

  it.each([
    [{ identifier: [{ system: 'urn:dicom:uid', value: 'no uid' }] }, { studyInstanceUid: undefined }],
    [{ identifier: [{ system: 'urn:hospital', value: '1.2.3' }] }, { studyInstanceUid: undefined }],
    [{ modality: [{ system: 'urn:local', code: 'CT' }], series: [] }, { dicomModalities: [] }],
    [{ modality: undefined }, { dicomModalities: ['CT'] }],
    [{ started: '2026-01' }, { startedOn: undefined }],
    [{ series: [{ numberOfInstances: -1 }, 'x'] }, { series: [{ bodySites: [], endpoints: [] }] }],
  ])('an ImagingStudy with %j', (change, expected) => {
    const [fact] = only(chestCt('ct', '2026-01-02', change)).imaging;
    for (const [key, value] of Object.entries(expected))
      expect(fact?.[key as keyof typeof fact]).toEqual(value);
  });

  it('an allergy has its substances, and is void where refuted', () => {
    const reaction = [{ substance: concept(SYSTEMS.snomed, '372912004'), manifestation: [] }];
    expect(only(allergy('a', { reaction })).allergies).toMatchObject([
      { clinicalStatus: 'active', criticality: 'high', codings: [snomed('293637006'), snomed('372912004')] },
    ]);
    const verificationStatus = concept(SYSTEMS.allergyVerification, 'refuted');
    expect(only(allergy('a', { verificationStatus })).allergies).toEqual([]);
  });
});

describe('careFacts', () => {
  const subject = { reference: 'Patient/p1' };
  const sets: CareResourceSets = {
    encounters: [
      {
        resourceType: 'Encounter',
        id: 'e',
        status: 'finished',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
        subject,
        period: { start: '2026-04-01T23:30:00Z', end: '2026-04-02' },
      },
    ],
    appointments: [
      {
        resourceType: 'Appointment',
        id: 'a',
        status: 'booked',
        start: '2026-04-01T23:30:00Z',
        serviceType: [concept('urn:s', 'FU')],
        participant: [{ actor: subject }, { actor: { reference: 'Practitioner/d' } }, null],
      },
      { resourceType: 'Appointment', id: 'b', status: 'cancelled', start: '2026-05-01T08:00:00Z' },
    ],
    serviceRequests: [
      {
        resourceType: 'ServiceRequest',
        id: 's',
        status: 'active',
        intent: 'order',
        code: concept(SYSTEMS.loinc, '24627-2'),
        subject,
        authoredOn: '2026-03-01',
        occurrencePeriod: { start: '2026-04-01', end: '2026-04-14' },
      },
    ],
    carePlans: [
      {
        resourceType: 'CarePlan',
        id: 'c',
        status: 'active',
        intent: 'plan',
        subject,
        period: { start: '2026-01-20' },
        activity: [{ reference: { reference: 'ServiceRequest/s' } }, { detail: {} }],
      },
    ],
    documents: [
      {
        resourceType: 'DocumentReference',
        id: 'd',
        status: 'current',
        subject,
        date: '2026-03-01T10:00:00Z',
        content: [
          { attachment: { contentType: 'text/csv', url: 'Binary/b1', size: 42, hash: 'aGFzaA==' } },
          { attachment: { url: 'https://files.example.org/x.bam' } },
          {},
        ],
        context: { encounter: [{ reference: 'Encounter/e' }], related: [{ reference: 'Specimen/x' }] },
      },
    ],
  };

  it('reads what goes on around a patient', () => {
    const facts = careFacts(sets, 'Asia/Shanghai');
    expect(facts.encounters).toMatchObject([
      { status: 'finished', encounterClass: 'AMB', startedOn: '2026-04-02', endedOn: '2026-04-02' },
    ]);
    expect(facts.appointments).toMatchObject([
      {
        status: 'booked',
        startsOn: '2026-04-02',
        startsAt: '2026-04-01T23:30:00Z',
        patients: ['Patient/p1'],
      },
    ]);
    expect(facts.serviceRequests).toMatchObject([{ dueOn: '2026-04-01', authoredOn: '2026-03-01' }]);
    expect(facts.carePlans).toMatchObject([{ startsOn: '2026-01-20', activities: ['ServiceRequest/s'] }]);
    expect(facts.documents).toMatchObject([
      {
        writtenOn: '2026-03-01',
        attachments: [
          { contentType: 'text/csv', binary: 'Binary/b1', sizeBytes: 42, hash: 'aGFzaA==' },
          { url: 'https://files.example.org/x.bam' },
        ],
        context: ['Encounter/e', 'Specimen/x'],
      },
    ]);
    expect(careFacts({}, 'UTC').documents).toEqual([]);
  });

  it('reads Endpoints and Binaries one by one, never their content', () => {
    const system = 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type';
    const connectionType = { system, code: 'dicom-wado-rs' };
    const endpoint = {
      resourceType: 'Endpoint',
      id: 'pacs',
      status: 'active',
      connectionType,
      address: 'https://p',
    };
    expect(endpointFact(endpoint, 'UTC')).toMatchObject({
      connectionType: 'dicom-wado-rs',
      address: 'https://p',
    });
    const binary = { resourceType: 'Binary', id: 'b', contentType: 'text/csv', data: 'c2VjcmV0' };
    expect(JSON.stringify(binaryFact(binary, 'UTC'))).not.toContain('c2VjcmV0');
    expect(binaryFact(binary, 'UTC')).toMatchObject({ contentType: 'text/csv' });
  });
});
