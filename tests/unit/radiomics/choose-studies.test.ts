import { describe, expect, it } from 'vitest';
import { DEFAULT_MODALITY_SETTINGS } from '../../../src/domain/index.ts';
import { chooseStudies } from '../../../src/modalities/radiomics/choose/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import { chestCt } from '../support/clinical.ts';
import { chartOf, concept, LAST_DOSE, patient, procedure, SURGERY, type Resource } from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const rules = DEFAULT_MODALITY_SETTINGS.imaging;
const LOW_DOSE = { procedureCode: [concept(SYSTEMS.snomed, '16334891000119106')] };
const DATE = '2026-10-01';

const ct = (started: string, change: Record<string, unknown> = {}): Resource =>
  chestCt(`ct-${started}`, started, change);

/** The days of the two that were chosen, or why none. */
const chosen = (studies: readonly Resource[], date = DATE, lastNeoadjuvantDose?: string): string => {
  const chart = chartOf([patient(), procedure('p', SURGERY), ...studies]);
  const landmark = {
    date,
    surgeryDate: SURGERY,
    ...(lastNeoadjuvantDose !== undefined && { lastNeoadjuvantDose }),
  };
  const choice = chooseStudies(chart, landmark, rules, terminology);
  return choice.status === 'present'
    ? `${choice.baseline.startedOn} ${choice.postoperative.startedOn}`
    : choice.reason;
};

// Surgery on 15 January 2026: the windows are 16 November to 14 January, and 29 January to 17 July.
const BEFORE = ct('2026-01-10');
const AFTER = ct('2026-03-01');

describe('chooseStudies', () => {
  it.each<[string, readonly Resource[], string]>([
    ['one of each', [AFTER, BEFORE], '2026-01-10 2026-03-01'],
    ['the last before surgery', [ct('2025-12-20'), BEFORE, AFTER], '2026-01-10 2026-03-01'],
    ['the first after it', [BEFORE, ct('2026-06-01'), AFTER], '2026-01-10 2026-03-01'],
    ['60 days before, and day 14', [ct('2025-11-16'), ct('2026-01-29')], '2025-11-16 2026-01-29'],
    ['day 183', [BEFORE, ct('2026-07-17')], '2026-01-10 2026-07-17'],
    ['61 days before', [ct('2025-11-15'), AFTER], 'no-baseline-ct'],
    ['the day of surgery is neither', [ct(SURGERY), AFTER], 'no-baseline-ct'],
    ['day 13', [BEFORE, ct('2026-01-28')], 'no-postoperative-ct'],
    ['day 184', [BEFORE, ct('2026-07-18')], 'no-postoperative-ct'],
    ['none', [], 'no-data'],
    ['one that is not available', [BEFORE, ct('2026-03-01', { status: 'cancelled' })], 'no-postoperative-ct'],
    ['one that nobody could ask for', [BEFORE, ct('2026-03-01', { identifier: [] })], 'no-postoperative-ct'],
    [
      'a low-dose CT is passed over for another',
      [BEFORE, ct('2026-02-10', LOW_DOSE), AFTER],
      '2026-01-10 2026-03-01',
    ],
    ['a low-dose CT where there is no other', [BEFORE, ct('2026-02-10', LOW_DOSE)], '2026-01-10 2026-02-10'],
    [
      'a low-dose CT before surgery',
      [ct('2025-12-20'), ct('2026-01-10', LOW_DOSE), AFTER],
      '2025-12-20 2026-03-01',
    ],
  ])('%s', (_, studies, expected) => {
    expect(chosen(studies)).toBe(expected);
  });

  it('takes none before surgery that the last neoadjuvant dose follows, or falls on', () => {
    const early = ct('2025-12-01');
    expect(chosen([early, AFTER])).toBe('2025-12-01 2026-03-01');
    expect(chosen([early, AFTER], DATE, LAST_DOSE)).toBe('no-baseline-ct');
    expect(chosen([ct(LAST_DOSE), AFTER], DATE, LAST_DOSE)).toBe('no-baseline-ct');
  });

  it('counts a CT from the day after it, and knows nothing of later ones', () => {
    expect(chosen([BEFORE, AFTER], '2026-03-01')).toBe('not-yet-usable');
    expect(chosen([BEFORE, AFTER], '2026-03-02')).toBe('2026-01-10 2026-03-01');
    expect(chosen([BEFORE, AFTER], '2026-02-28')).toBe('no-postoperative-ct');
    const later = [BEFORE, ct('2026-02-10', LOW_DOSE), AFTER];
    expect(chosen(later, '2026-02-20')).toBe('2026-01-10 2026-02-10');
  });
});
