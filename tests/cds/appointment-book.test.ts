/** Dates of booked follow-up against what the policy proposes, over HTTP on the real service. */
import type { Appointment, FhirResource } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardSchema } from '../../src/cards/index.ts';
import { startStack, type Stack } from '../http/running-service.ts';
import { allDefinitions } from '../support/fhir-definitions.ts';
import { createFhirValidator } from '../support/fhir-validator.ts';
import {
  bundle,
  cardsFor,
  CHEST_CT,
  coded,
  ct,
  FOLLOW_UP,
  HIGH,
  LOW,
  visit,
} from './appointment-requests.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const of = (patientId: string, ...appointments: readonly unknown[]) =>
  cardsFor(stack, patientId, appointments);

describe('a date that is later than proposed', () => {
  it('months late: a warning that says by how much, with the request for an earlier date', async () => {
    const [card, ...others] = await of(HIGH, visit(HIGH, '2027-05-12T09:00:00Z'));
    expect(others).toEqual([]);
    expect(cardSchema.parse(card)).toEqual(card);
    expect(card!.summary).toBe(
      'Follow-up visit booked for 12 May 2027: 9 weeks later than proposed (by 10 Mar 2027). ' +
        'Simulated model, not for clinical use',
    );
    expect(card!.indicator).toBe('warning');
    expect(card!.detail).toContain('| Clinic visit | 12 May 2027 | 8 Feb 2027–10 Mar 2027 | 63 days |');
    expect(card!.detail).toMatch(/^\*\*Simulated model/);
    expect(card!.detail).toMatch(/Requires clinical approval/);
    expect(card!.detail).toMatch(/Sources:\n\n- NCCN 2024/);
    expect(card!.selectionBehavior).toBe('at-most-one');
    expect(card!.overrideReasons!.map(({ code }) => code)).toEqual([
      'no-earlier-slot',
      'patient-preference',
      'date-medically-needed',
      'clinical-judgement',
      'already-scheduled',
    ]);
  });

  it('days late: the same as information; for low risk against the longer window', async () => {
    const [card] = await of(LOW, visit(LOW, '2027-07-01T09:00:00Z'));
    expect(card!.summary).toMatch(/booked for 1 Jul 2027: 9 days later than proposed \(by 22 Jun 2027\)/);
    expect(card!.indicator).toBe('info');
    // What is late for the high group is in time here.
    expect(await of(LOW, visit(LOW, '2027-05-12T09:00:00Z'))).toEqual([]);
  });

  it('shows neither the risk nor the name of the risk group', async () => {
    const [card] = await of(HIGH, visit(HIGH, '2027-05-12T09:00:00Z'));
    expect(JSON.stringify(card).replaceAll(HIGH, '')).not.toMatch(/\d ?%|\bhigh\b/i);
  });

  it('the suggestion is a valid Appointment: updated by its id, created without one', async () => {
    const validator = createFhirValidator(allDefinitions());
    const booked = visit(HIGH, '2027-05-12T09:00:00Z', { description: 'After lobectomy' });
    for (const [appointment, type, id] of [
      [booked, 'update', 'being-booked'],
      [{ ...booked, id: undefined }, 'create', undefined],
    ] as const) {
      const [card] = await of(HIGH, appointment);
      const [suggestion, ...others] = card!.suggestions!;
      expect(others).toEqual([]);
      expect(suggestion!.label).toBe(
        `Ask for a date by 10 Mar 2027 ${type === 'update' ? 'instead' : 'as well'}`,
      );
      expect(suggestion!.isRecommended).toBeUndefined();
      const [action] = suggestion!.actions as unknown as { type: string; resource: Appointment }[];
      expect(action!.type).toBe(type);
      expect(validator.validate(action!.resource)).toEqual([]);
      expect(action!.resource).toEqual({
        resourceType: 'Appointment',
        ...(id !== undefined && { id }),
        status: 'proposed',
        appointmentType: FOLLOW_UP,
        description: 'After lobectomy',
        minutesDuration: 20,
        requestedPeriod: [{ start: '2027-02-08', end: '2027-03-10' }],
        participant: [{ actor: { reference: `Patient/${HIGH}` }, status: 'needs-action' }],
      });
    }
  });

  it('a proposed one is told by the first day it is asked for', async () => {
    const asked = (start: string) =>
      visit(HIGH, '2027-05-12T09:00:00Z', {
        status: 'proposed',
        start: undefined,
        end: undefined,
        requestedPeriod: [{ start: '2027-06-01' }, { start, end: '2027-06-30' }],
      });
    const [card] = await of(HIGH, asked('2027-03-11'));
    expect(card!.summary).toMatch(/^Follow-up visit asked for from 11 Mar 2027: 1 day later than proposed/);
    expect(await of(HIGH, asked('2027-03-10'))).toEqual([]);
  });

  it('says that it guessed where the appointment says nothing of what it is for', async () => {
    const [card] = await of(HIGH, visit(HIGH, '2027-05-12T09:00:00Z', { appointmentType: undefined }));
    expect(card!.detail).toMatch(/does not say what it is for/);
    const [coded] = await of(HIGH, visit(HIGH, '2027-05-12T09:00:00Z'));
    expect(coded!.detail).not.toMatch(/does not say what it is for/);
  });

  it('a visit and a CT are two cards; a CT is told by its codes', async () => {
    const cards = await of(HIGH, ct(HIGH, '2027-04-01T09:00:00Z'), visit(HIGH, '2027-05-12T09:00:00Z'));
    expect(cards.map(({ summary }) => summary.split(':')[0])).toEqual([
      'Follow-up visit booked for 12 May 2027',
      'Chest CT booked for 1 Apr 2027',
    ]);
    // Booked for both, it is one card.
    const both = { serviceType: [CHEST_CT, coded('http://snomed.info/sct', '390906007')] };
    expect(await of(HIGH, visit(HIGH, '2027-05-12T09:00:00Z', both))).toHaveLength(1);
  });

  it('of several late visits, the first is the next one; in a series that begins in time, none is late', async () => {
    const series = (...starts: readonly string[]) =>
      starts.map((start, index) => visit(HIGH, start, { id: `visit-${String(index)}` }));
    const late = await of(HIGH, ...series('2027-09-01T09:00:00Z', '2027-05-12T09:00:00Z'));
    expect(late.map(({ summary }) => summary.split(':')[0])).toEqual([
      'Follow-up visit booked for 12 May 2027',
    ]);
    expect(
      await of(HIGH, ...series('2027-02-23T09:00:00Z', '2027-05-23T09:00:00Z', '2027-08-23T09:00:00Z')),
    ).toEqual([]);
  });

  it('in Chinese for whoever asks for it', async () => {
    const appointments = [visit(HIGH, '2027-05-12T09:00:00Z')];
    const [card] = await cardsFor(stack, HIGH, appointments, 'zh-CN');
    expect(card!.summary).toBe(
      '门诊随访预约于2027年5月12日，比建议时间（不迟于2027年3月10日）晚9周。模拟模型，不得用于临床',
    );
    expect(card!.detail).toContain('| 门诊随访 | 2027年5月12日 |');
    expect(card!.suggestions![0]!.label).toBe('改为申请不迟于2027年3月10日的日期');
    expect(JSON.stringify({ ...card, suggestions: [] })).not.toMatch(/Follow-up visit|booked|later/);
  });

  it('markup in what the EHR wrote stays text', async () => {
    const description = '<img src=x onerror=alert(1)> **now** | [x](javascript:1)';
    const [card] = await of(HIGH, visit(HIGH, '2027-05-12T09:00:00Z', { description }));
    expect(card!.detail).not.toMatch(/<img|\*\*now|\]\(javascript/);
    expect(/^\| Clinic visit.*\|$/m.exec(card!.detail)?.[0].split(' | ')).toHaveLength(4);
  });
});

it('a slot that the EHR holds already is not given up for the wish: the request is a new one beside it', async () => {
  const patientId = 'demo-partial-6-months';
  const booked = visit(patientId, '2027-09-12T09:00:00Z', { id: 'held' });
  const actionOf = async () => {
    const [card] = await of(patientId, booked);
    return card!.suggestions![0]!.actions[0]!;
  };
  expect((await actionOf()).type).toBe('update');
  await stack.load([{ ...booked, status: 'cancelled' } as unknown as FhirResource]);
  expect((await actionOf()).type).toBe('update');
  await stack.load([booked as unknown as FhirResource]);
  const action = await actionOf();
  expect(action).toMatchObject({ type: 'create', resource: { status: 'proposed' } });
  expect(action.description).toContain('the booking stays');
  expect(JSON.stringify(action)).not.toContain('"held"');
});

describe('silence', () => {
  it.each([
    ['the last day of the window', '2027-03-10T09:00:00Z'],
    ['its last minute', '2027-03-10T23:59:00Z'],
    ['its first day', '2027-02-08T09:00:00Z'],
    ['before the window', '2026-12-15T09:00:00Z'],
    ['today', '2026-11-23T15:00:00Z'],
    ['the past', '2026-03-01T09:00:00Z'],
  ])('%s', async (_, start) => {
    expect(await of(HIGH, visit(HIGH, start))).toEqual([]);
  });

  it.each(['cancelled', 'noshow', 'entered-in-error', 'fulfilled'])('an appointment %s', async (status) => {
    expect(await of(HIGH, visit(HIGH, '2027-05-12T09:00:00Z', { status }))).toEqual([]);
  });

  it('an appointment without any date', async () => {
    expect(await of(HIGH, visit(HIGH, '2027-05-12T09:00:00Z', { start: '2027-05', end: null }))).toEqual([]);
  });

  it.each([
    ['no lung cancer', 'demo-no-lung-cancer'],
    ['not eligible', 'demo-stage-iiic'],
    ['recurred', 'demo-recurred'],
    ['a risk that cannot be estimated', 'demo-too-old-15-months'],
  ])('%s', async (_, patientId) => {
    expect(await of(patientId, visit(patientId, '2028-05-12T09:00:00Z'))).toEqual([]);
  });
});

describe('what is booked already', () => {
  const inChart = async (...appointments: readonly Readonly<Record<string, unknown>>[]): Promise<void> => {
    await stack.load(appointments as unknown as FhirResource[]);
  };

  it("tomorrow's visit is not the next one: the proposal counts from it, and the card says so", async () => {
    const patientId = 'demo-high-10-months';
    expect(await of(patientId, visit(patientId, '2027-03-11T09:00:00Z'))).toEqual([]);
    const [card] = await of(patientId, visit(patientId, '2027-03-12T09:00:00Z'));
    expect(card!.summary).toMatch(/1 day later than proposed \(by 11 Mar 2027\)/);
    expect(card!.detail).toMatch(/counted from the appointment of 24 Nov 2026/);
  });

  it('a visit in the window makes a late one a further one; a CT, a cancelled or another one does not', async () => {
    const patientId = 'demo-intermediate-7-months';
    const late = visit(patientId, '2028-01-10T09:00:00Z');
    expect(await of(patientId, late)).toHaveLength(1);
    const inWindow = '2027-05-24T09:00:00Z';
    await inChart(
      visit(patientId, inWindow, { id: 'cancelled-visit', status: 'cancelled' }),
      visit(patientId, inWindow, {
        id: 'eye-visit',
        specialty: [coded('http://snomed.info/sct', '394594003')],
      }),
      ct(patientId, inWindow, { id: 'chest-ct' }),
      // The EHR may have saved what is being booked: an older date of the same appointment is none of its own.
      visit(patientId, inWindow, { id: 'being-booked' }),
    );
    expect(await of(patientId, late)).toHaveLength(1);
    await inChart(visit(patientId, inWindow, { id: 'visit-in-window' }));
    expect(await of(patientId, late)).toEqual([]);
  });
});

describe('in the time zone of the site', () => {
  let shanghai: Stack;
  beforeAll(async () => {
    shanghai = await startStack({ tenant: { timeZone: 'Asia/Shanghai' } });
  });
  afterAll(() => shanghai.close());

  it.each([
    ['the evening of the last day', '2027-03-10T15:59:00Z', 0],
    ['the same, with its offset', '2027-03-10T23:59:00+08:00', 0],
    ['the next morning, when it is still the last day in Greenwich', '2027-03-10T16:00:00Z', 1],
    ['the same, with its offset', '2027-03-11T00:00:00+08:00', 1],
  ])('%s', async (_, start, count) => {
    const cards = await cardsFor(shanghai, HIGH, [visit(HIGH, start)]);
    expect(cards).toHaveLength(count);
    if (count > 0) expect(cards[0]!.summary).toMatch(/booked for 11 Mar 2027: 1 day later/);
  });
});

it('a Bundle may hold other things beside', async () => {
  expect(bundle([]).entry).toEqual([]);
  expect(await of(HIGH)).toEqual([]);
  const [card] = await of(
    HIGH,
    { resourceType: 'Practitioner', id: 'surgeon-1' },
    undefined,
    visit(HIGH, '2027-05-12T09:00:00Z'),
  );
  expect(card!.summary).toMatch(/12 May 2027/);
});
