import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../src/learning/pipeline/outcome.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  chartOf,
  concept,
  condition,
  diseaseStatus,
  patient,
  procedure,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const of = (resources: readonly Resource[]) =>
  outcomeOf(chartOf([patient(), procedure('r', SURGERY), ...resources]), terminology);
const visit = (on: string) => diseaseStatus(`v-${on}`, 'stable', on);
const recurred = (on?: string) => diseaseStatus('rec', 'worsened', on);
const died = (deceasedDateTime: string) => patient({ deceasedDateTime });
/** Patients are read once: the last in the list stands for all. */
const withPatient = (changed: Resource, resources: readonly Resource[]) =>
  outcomeOf(chartOf([changed, procedure('r', SURGERY), ...resources]), terminology);

/** 15 January to 15 May 2026 are 16 + 28 + 31 + 30 + 15 = 120 days, of 30.4375 a month. */
const MAY = { surgeryDate: SURGERY, months: 120 / 30.4375 };

describe('outcomeOf', () => {
  it('an event at the recurrence, also when the patient died later', () => {
    expect(of([visit('2026-03-01'), recurred('2026-05-15')])).toEqual({ ...MAY, event: true });
    expect(withPatient(died('2026-08-01'), [recurred('2026-05-15')])).toEqual({ ...MAY, event: true });
  });

  it('an event at death from any cause', () => {
    expect(withPatient(died('2026-05-15'), [visit('2026-03-01')])).toEqual({ ...MAY, event: true });
    // a recurrence that was found at autopsy is no later event
    expect(withPatient(died('2026-05-15'), [recurred('2026-05-20')])).toEqual({ ...MAY, event: true });
  });

  it('else censored at the last disease assessment, not at the last anything', () => {
    const later = condition('cold', { onsetDateTime: '2026-09-01', code: concept('urn:x', 'cold') });
    expect(of([visit('2026-03-01'), visit('2026-05-15'), later])).toEqual({ ...MAY, event: false });
  });

  it.each<[string, ReturnType<typeof of>]>([
    ['no surgery', outcomeOf(chartOf([patient(), visit('2026-05-15')]), terminology)],
    ['surgery without a day', outcomeOf(chartOf([patient(), procedure('r', '2026-01')]), terminology)],
    ['nothing after surgery', of([])],
    ['last seen on the day of surgery', of([visit(SURGERY)])],
    ['recurred, the day unknown', of([visit('2026-05-15'), recurred()])],
    ['dead, the day unknown', withPatient(patient({ deceasedBoolean: true }), [visit('2026-05-15')])],
    ['dead, known to the month', withPatient(died('2026-05'), [visit('2026-03-01')])],
    // the recurrence came first, nobody knows when: the day of death would be too late
    ['recurred, the day unknown, and died', withPatient(died('2026-05-15'), [recurred()])],
    ['died before surgery', withPatient(died('2026-01-01'), [])],
  ])('%s: none', (_, outcome) => {
    expect(outcome).toBeUndefined();
  });

  it('the first diagnosis marked as recurrent has no day', () => {
    const marked = condition('c', { clinicalStatus: concept(SYSTEMS.conditionClinical, 'recurrence') });
    expect(of([visit('2026-05-15'), marked])).toBeUndefined();
  });
});
