import fc from 'fast-check';
import type { Appointment } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { earlierRequest } from '../../../src/hooks/followup-scheduling-appointment-book/earlier-request.ts';
import { allDefinitions } from '../../support/fhir-definitions.ts';
import { createFhirValidator, type FhirValidator } from '../../support/fhir-validator.ts';

const WINDOW = { windowStart: '2027-02-08', windowEnd: '2027-03-10' };

const booked: Appointment = {
  resourceType: 'Appointment',
  id: 'visit-1',
  meta: { versionId: '3' },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">12 May, 9 o’clock</div>' },
  identifier: [{ system: 'urn:oid:1.2.3', value: 'A-17' }],
  status: 'booked',
  serviceType: [{ text: 'Thoracic clinic' }],
  description: 'Follow-up',
  start: '2027-05-12T09:00:00Z',
  end: '2027-05-12T09:20:00Z',
  slot: [{ reference: 'Slot/9' }],
  comment: 'Interpreter needed',
  participant: [
    { actor: { reference: 'Patient/p1' }, required: 'required', status: 'accepted' },
    { actor: { reference: 'Practitioner/surgeon-1' }, status: 'tentative' },
  ],
};

let validator: FhirValidator;
beforeAll(() => {
  validator = createFhirValidator(allDefinitions());
});

describe('the request for an earlier date', () => {
  it('is proposed, for the window, with all else as it was booked, and nobody has accepted it', () => {
    expect(earlierRequest({ ...booked }, WINDOW)).toEqual({
      resourceType: 'Appointment',
      id: 'visit-1',
      meta: { versionId: '3' },
      identifier: [{ system: 'urn:oid:1.2.3', value: 'A-17' }],
      status: 'proposed',
      serviceType: [{ text: 'Thoracic clinic' }],
      description: 'Follow-up',
      comment: 'Interpreter needed',
      minutesDuration: 20,
      requestedPeriod: [{ start: '2027-02-08', end: '2027-03-10' }],
      participant: [
        { actor: { reference: 'Patient/p1' }, required: 'required', status: 'needs-action' },
        { actor: { reference: 'Practitioner/surgeon-1' }, status: 'needs-action' },
      ],
    });
  });

  it('as a new one, beside a booking that stays, takes nothing along that is that one alone', () => {
    const written = earlierRequest({ ...booked }, WINDOW, { asNew: true });
    const { id: _, meta: __, identifier: ___, ...rest } = earlierRequest({ ...booked }, WINDOW);
    expect(written).toEqual(rest);
    expect(validator.validate(written as unknown as Appointment)).toEqual([]);
  });

  it('keeps a duration that is said, and what is no FHIR id, null or empty stays out', () => {
    const written = earlierRequest(
      { ...booked, id: '../x', minutesDuration: 45, supportingInformation: [], comment: '', priority: null },
      WINDOW,
    );
    expect(written).toMatchObject({ minutesDuration: 45 });
    for (const member of ['id', 'supportingInformation', 'comment', 'priority'])
      expect(written).not.toHaveProperty(member);
  });

  it('is a valid R4 Appointment, of whatever valid one', () => {
    const minutes = fc.integer({ min: 1, max: 600 });
    const status = fc.constantFrom<Appointment['status']>('booked', 'pending', 'proposed', 'waitlist');
    const times = fc.boolean();
    fc.assert(
      fc.property(status, times, minutes, fc.boolean(), (given, hasEnd, length, hasId) => {
        const { id, end: _, ...rest } = booked;
        const from = Date.parse('2027-05-12T09:00:00Z');
        const appointment: Appointment = {
          ...rest,
          ...(hasId && id !== undefined && { id }),
          status: given,
          ...(hasEnd && { end: new Date(from + length * 60_000).toISOString() }),
        };
        const written = earlierRequest({ ...appointment }, WINDOW) as unknown as Appointment;
        expect(validator.validate(written)).toEqual([]);
        expect(written.id).toBe(hasId ? 'visit-1' : undefined);
        expect(written.minutesDuration).toBe(hasEnd ? length : undefined);
      }),
      { numRuns: 60 },
    );
  });
});
