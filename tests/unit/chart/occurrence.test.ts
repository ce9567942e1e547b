import { describe, expect, it } from 'vitest';
import { serviceRequestFact } from '../../../src/chart/index.ts';

const wanted = (occurrence: Record<string, unknown>, zone = 'UTC') =>
  serviceRequestFact({ resourceType: 'ServiceRequest', id: 's', ...occurrence }, zone).wanted;

const DAY = { from: '2027-02-08', to: '2027-02-08' };

describe('when a ServiceRequest is wanted', () => {
  it.each([
    [{}, undefined],
    [{ occurrenceDateTime: '2027-02-08' }, DAY],
    [{ occurrenceDateTime: '2027-02' }, { from: '2027-02-01', to: '2027-02-28' }],
    [{ occurrenceDateTime: '2028-02' }, { from: '2028-02-01', to: '2028-02-29' }],
    [{ occurrenceDateTime: '2027-12' }, { from: '2027-12-01', to: '2027-12-31' }],
    [{ occurrenceDateTime: '2027' }, { from: '2027-01-01', to: '2027-12-31' }],
    [{ occurrencePeriod: { start: '2027-02-08', end: '2027-03' } }, { from: '2027-02-08', to: '2027-03-31' }],
    [{ occurrencePeriod: { start: '2027-02-08' } }, DAY],
    [{ occurrencePeriod: { end: '2027-02-08' } }, DAY],
    [
      { occurrenceTiming: { event: ['2027-03-01', '2027-02-08', '2027-02-20'] } },
      { from: '2027-02-08', to: '2027-03-01' },
    ],
    [
      {
        occurrenceTiming: {
          repeat: { boundsPeriod: { start: '2027-02-08', end: '2027-02-08' } },
          event: ['2027-01-01'],
        },
      },
      DAY,
    ],
  ])('%j', (occurrence, days) => {
    expect(wanted(occurrence)).toEqual(days);
  });

  it.each([
    { occurrenceDateTime: '2027-02-08T10:00:00' },
    { occurrenceDateTime: '2027-02-30' },
    { occurrenceDateTime: 'soon' },
    { occurrenceDateTime: 42 },
    { occurrencePeriod: {} },
    { occurrencePeriod: { start: '2027-03-01', end: '2027-02-01' } },
    { occurrencePeriod: 'February' },
    { occurrenceTiming: { repeat: { frequency: 1, period: 3, periodUnit: 'mo' } } },
    { occurrenceTiming: null },
  ])('%j names no days', (occurrence) => {
    expect(wanted(occurrence)).toBe('unreadable');
  });

  it('in days of the site', () => {
    const instant = { occurrenceDateTime: '2027-02-07T16:00:00Z' };
    expect(wanted(instant, 'Asia/Shanghai')).toEqual(DAY);
    expect(wanted(instant)).toEqual({ from: '2027-02-07', to: '2027-02-07' });
  });
});

describe('what else is read of it', () => {
  it('protocols, what it rests on and replaces, and that it asks not to do a thing', () => {
    const resource = {
      resourceType: 'ServiceRequest',
      id: 's',
      instantiatesCanonical: ['urn:plan|1', 7, ''],
      basedOn: [{ reference: 'ServiceRequest/a' }, { display: 'a call' }],
      replaces: [{ reference: 'https://ehr.example/fhir/ServiceRequest/b/_history/2' }],
      doNotPerform: true,
    };
    expect(serviceRequestFact(resource, 'UTC')).toMatchObject({
      instantiates: ['urn:plan|1'],
      basedOn: ['ServiceRequest/a'],
      replaces: ['ServiceRequest/b'],
      doNotPerform: true,
    });
    const none = serviceRequestFact({ resourceType: 'ServiceRequest', id: 's', doNotPerform: 'true' }, 'UTC');
    expect(none).toMatchObject({ instantiates: [], basedOn: [], replaces: [] });
    expect(none.doNotPerform).toBeUndefined();
  });
});
