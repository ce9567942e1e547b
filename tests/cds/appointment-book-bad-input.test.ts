/** Whatever an EHR puts into an Appointment: 200 or 400, a valid card, nothing of it in an error. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { responseSchema } from '../../src/cards/index.ts';
import { startStack, type Stack } from '../http/running-service.ts';
import { booking, coded, FOLLOW_UP, HIGH, send, visit } from './appointment-requests.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const anything = fc.jsonValue({ maxDepth: 4 });
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('<script>alert(1)</script>', '\u202e|\n# x', 'x'.repeat(20_000), '${7*7}{{kind}}'),
);
const start = fc.oneof(
  fc.date({ min: new Date('0001-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    '9999-12-31T23:59:59Z',
    '0000-01-01',
    '2027-02-30T10:00:00Z',
    '2027-05-12',
    '+275760-09-13',
  ),
);

/** A late visit with some of its members replaced. */
const anAppointment = fc
  .record(
    {
      id: text,
      status: fc.oneof(text, anything),
      start: fc.oneof(start, anything),
      end: fc.oneof(start, anything),
      description: fc.oneof(text, anything),
      minutesDuration: fc.oneof(fc.double(), anything),
      requestedPeriod: fc.array(fc.record({ start, end: start })),
      serviceType: fc.oneof(anything, fc.constant([coded('http://snomed.info/sct', '390906007')])),
      appointmentType: fc.oneof(anything, fc.constant(FOLLOW_UP)),
      reasonCode: anything,
      participant: fc.oneof(
        anything,
        fc.array(fc.record({ actor: fc.record({ reference: text }), status: anything })),
        anything.map((value) => [{ actor: { reference: `Patient/${HIGH}` }, status: value, period: value }]),
      ),
      contained: anything,
      __proto__: anything,
    },
    { requiredKeys: [] },
  )
  .map((changes) => visit(HIGH, '2027-05-12T09:00:00Z', changes));

it('is answered in order, 300 times', async () => {
  const seen = { cards: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(anAppointment, { minLength: 1, maxLength: 3 }), async (appointments) => {
      const {
        status,
        body,
        text: answer,
      } = await send(stack, booking(HIGH, appointments, stack.fhirBaseUrl));
      expect([200, 400]).toContain(status);
      if (status === 200) {
        const { cards } = responseSchema.parse(body);
        seen.cards += cards.length;
        for (const { detail } of cards) expect(detail).not.toMatch(/<script/);
      } else {
        seen.refused += 1;
        expect(answer).not.toMatch(/script|demo-high/);
      }
    }),
    { numRuns: 300 },
  );
  // Neither all silence nor all refusals: the run saw what it is about.
  expect(seen.cards).toBeGreaterThan(20);
});
