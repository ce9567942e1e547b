import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNotification } from '../../../../src/assessment/triggers/notification.ts';
import { CdsError } from '../../../../src/domain/index.ts';
import { BASE, notification, parameters, type BackportOptions } from './backport.ts';

const parse = (body: unknown, address?: string) =>
  parseNotification({ body, ...(address !== undefined && { address }) }, BASE);
const invalid = expect.objectContaining({ code: 'SUBSCRIPTION_INVALID' }) as Error;

const observation = (reference: string | undefined, change: Record<string, unknown> = {}) => ({
  resourceType: 'Observation',
  id: 'o1',
  ...(reference !== undefined && { subject: { reference } }),
  ...change,
});

describe('R4 rest-hook', () => {
  it('with nothing in it: something changed', () => {
    for (const body of [undefined, {}])
      expect(parse(body)).toMatchObject({ kind: 'event', changes: [], unspecified: true });
  });

  it.each([
    ['relative', 'Patient/p1'],
    ['absolute', `${BASE}/Patient/p1`],
    ['versioned', `${BASE}/Patient/p1/_history/3`],
  ])('with a resource: its patient, by a %s reference', (_how, reference) => {
    expect(parse(observation(reference), 'Observation/o1')).toMatchObject({
      changes: [{ reference: 'Observation/o1', patientId: 'p1' }],
      foreign: 0,
      unspecified: false,
    });
  });

  it('of `patient` where that is the element, and of a Patient itself', () => {
    const consent = { resourceType: 'Consent', id: 'c1', patient: { reference: 'Patient/p2' } };
    expect(parse(consent)).toMatchObject({ changes: [{ reference: 'Consent/c1', patientId: 'p2' }] });
    const patient = { resourceType: 'Patient', id: 'p3' };
    expect(parse(patient)).toMatchObject({ changes: [{ reference: 'Patient/p3', patientId: 'p3' }] });
  });

  it.each(['https://other.example/r4/Patient/p1', `${BASE}.evil.example/Patient/p1`, `${BASE}x/Patient/p1`])(
    'of a patient of another server is foreign: %s',
    (reference) => {
      expect(parse(observation(reference))).toMatchObject({ changes: [], foreign: 1 });
    },
  );

  it('of a resource that names no patient: the resource itself, to be asked', () => {
    expect(parse(observation(undefined))).toMatchObject({ changes: [{ reference: 'Observation/o1' }] });
    const group = observation('Group/g1');
    expect(parse(group)).toMatchObject({ changes: [{ reference: 'Observation/o1' }] });
  });

  it('with an address and no body (a deletion, or no payload): what the address names', () => {
    expect(parse(undefined, 'Observation/o1')).toMatchObject({
      changes: [{ reference: 'Observation/o1' }],
      unspecified: false,
    });
    expect(parse(undefined, 'Patient/p1')).toMatchObject({
      changes: [{ reference: 'Patient/p1', patientId: 'p1' }],
    });
  });

  it.each([
    ['another address', observation('Patient/p1'), 'Observation/o2'],
    ['an address that is none', observation('Patient/p1'), 'Observation/..%2f'],
    ['an address that leads up', {}, 'Observation/..'],
    ['a list', [observation('Patient/p1')], undefined],
    ['no resource', { hello: 'world' }, undefined],
    ['text', 'Patient/p1', undefined],
  ])('%s is refused', (_what, body, address) => {
    expect(() => parse(body, address)).toThrow(invalid);
  });
});

describe('R5 backport', () => {
  it.each(['handshake', 'heartbeat'])('%s: nothing but its count', (type) => {
    expect(parse(notification(type, { since: 7 }))).toEqual({
      kind: type,
      subscription: 'recurrence-cds-north-observation',
      eventsSinceStart: 7,
    });
  });

  it('query-status is taken and asks for nothing; query-event is an event', () => {
    expect(parse(notification('query-status', { since: 2 }))).toMatchObject({ kind: 'query' });
    const events = [{ number: 2, focus: `${BASE}/Observation/o1` }];
    expect(parse(notification('query-event', { since: 2, events }))).toMatchObject({
      kind: 'event',
      changes: [{ reference: 'Observation/o1' }],
    });
  });

  it('empty content: something changed', () => {
    const body = notification('event-notification', { since: 2, events: [{ number: 2 }] });
    expect(parse(body)).toMatchObject({ eventNumbers: [2], changes: [], unspecified: true });
  });

  it('id-only: by focus, by entry, each resource once', () => {
    const body = notification('event-notification', {
      since: 3,
      events: [
        { number: 2, focus: `${BASE}/Observation/o1` },
        { number: 3, focus: `${BASE}/Condition/c1` },
      ],
      entries: [
        { fullUrl: `${BASE}/Observation/o1`, request: { method: 'PUT', url: 'Observation/o1' } },
        { fullUrl: 'urn:uuid:1', request: { method: 'PUT', url: 'Procedure/r1' } },
        { fullUrl: `${BASE}/Observation/o2`, request: { method: 'POST', url: 'Observation' } },
        { fullUrl: `${BASE}/Observation/o3`, request: { method: 'DELETE', url: 'Observation/o3' } },
      ],
    });
    expect(parse(body)).toMatchObject({
      eventNumbers: [2, 3],
      unspecified: false,
      changes: ['Observation/o1', 'Condition/c1', 'Procedure/r1', 'Observation/o2', 'Observation/o3'].map(
        (reference) => ({ reference }),
      ),
    });
  });

  it('full resources: only whose they are is taken', () => {
    const resource = observation(`${BASE}/Patient/p1`, { valueQuantity: { value: 0.173 } });
    const body = notification('event-notification', {
      events: [{ number: 1, focus: `${BASE}/Observation/o1` }],
      entries: [{ fullUrl: `${BASE}/Observation/o1`, resource }],
    });
    const parsed = parse(body);
    expect(parsed).toMatchObject({ changes: [{ reference: 'Observation/o1', patientId: 'p1' }] });
    expect(JSON.stringify(parsed)).not.toContain('0.173');
  });

  it('a patient named as context is whose it is; two are nobody', () => {
    const event = (...context: string[]) =>
      notification('event-notification', {
        events: [{ number: 1, focus: `${BASE}/Observation/o1`, context }],
      });
    expect(parse(event(`${BASE}/Patient/p1`, `${BASE}/Encounter/e1`))).toMatchObject({
      changes: [{ reference: 'Observation/o1', patientId: 'p1' }],
    });
    const two = parse(event(`${BASE}/Patient/p1`, `${BASE}/Patient/p2`));
    expect(two).toMatchObject({ changes: [{ reference: 'Observation/o1' }] });
    expect(JSON.stringify(two)).not.toContain('p1');
  });

  it('of another server: counted, not followed, and no reason to search', () => {
    const body = notification('event-notification', {
      events: [{ number: 1, focus: 'https://other.example/r4/Observation/o1' }],
      entries: [
        { fullUrl: `${BASE}/Observation/o2`, resource: observation('https://other.example/Patient/p1') },
      ],
    });
    expect(parse(body)).toMatchObject({ changes: [], foreign: 2, unspecified: false });
  });

  it('a SubscriptionStatus, as R4B has it, says the same', () => {
    const status = {
      resourceType: 'SubscriptionStatus',
      type: 'event-notification',
      eventsSinceSubscriptionStart: '4',
      subscription: { reference: 'Subscription/s1' },
      notificationEvent: [{ eventNumber: 4, focus: { reference: `${BASE}/Observation/o1` } }],
    };
    expect(parse({ resourceType: 'Bundle', type: 'history', entry: [{ resource: status }] })).toEqual({
      kind: 'event',
      subscription: 's1',
      eventsSinceStart: 4,
      eventNumbers: [4],
      changes: [{ reference: 'Observation/o1' }],
      foreign: 0,
      unspecified: false,
    });
  });

  it('thousands of events are searched for, not queued one by one', () => {
    const events = Array.from({ length: 2000 }, (_, i) => ({ number: i, focus: `Observation/o${i}` }));
    expect(parse(notification('event-notification', { events }))).toMatchObject({
      changes: [],
      unspecified: true,
    });
  });

  it.each([
    ['no entries', { resourceType: 'Bundle', type: 'history' }],
    [
      'no status first',
      { resourceType: 'Bundle', type: 'history', entry: [{ resource: observation('Patient/p') }] },
    ],
    ['an unknown type', notification('surprise')],
    ['a type out of Object', notification('constructor')],
  ])('%s is refused', (_what, body) => {
    expect(() => parse(body)).toThrow(invalid);
  });
});

describe('whatever comes', () => {
  const junk = fc.anything({ maxDepth: 3, withNullPrototype: true });
  const broken = fc.oneof(
    junk,
    fc.record({
      resourceType: fc.constantFrom('Bundle', 'Observation', 'Parameters'),
      entry: junk,
      subject: junk,
    }),
    fc.record({
      resourceType: fc.constant('Bundle'),
      entry: fc.array(
        fc.record({
          resource: fc.oneof(junk, fc.constant(parameters('event-notification'))),
          fullUrl: junk,
          request: junk,
        }),
      ),
    }),
  );

  it('is a notification or SUBSCRIPTION_INVALID', () => {
    fc.assert(
      fc.property(broken, fc.option(fc.string(), { nil: undefined }), (body, address) => {
        try {
          parse(body, address);
        } catch (error) {
          expect(error).toBeInstanceOf(CdsError);
          expect(error).toEqual(invalid);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('only references of the form Type/id at this server come out', () => {
    const name = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.constantFrom(
        'Observation/..',
        `${BASE}/Observation/.`,
        'Observation/o1',
        `${BASE}/Condition/c`,
        '../Patient/x',
        `${BASE}/Patient/a b`,
      ),
    );
    const options: fc.Arbitrary<BackportOptions> = fc.record({
      events: fc.array(fc.record({ number: fc.nat(), focus: name, context: fc.array(name) })),
      entries: fc.array(fc.record({ fullUrl: name, request: fc.record({ url: name }) })),
    });
    fc.assert(
      fc.property(options, (of) => {
        const parsed = parse(notification('event-notification', of));
        if (parsed.kind !== 'event') throw new Error('not an event');
        for (const { reference = 'A/a', patientId = 'a' } of parsed.changes) {
          // No id of dots alone: `Observation/../_history` is everybody's history.
          expect(reference).toMatch(/^[A-Z][A-Za-z]+\/(?!\.\.?$)[A-Za-z0-9.-]{1,64}$/);
          expect(patientId).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
        }
      }),
      { numRuns: 50 },
    );
  });
});
