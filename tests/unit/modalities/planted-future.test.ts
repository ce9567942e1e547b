/** Nothing dated after the landmark may enter: not a selection, not a feature, not the clinical story. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clinicalFacts } from '../../../src/chart/index.ts';
import { addDays, type Landmark } from '../../../src/domain/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  chartOf,
  concept,
  condition,
  diseaseStatus,
  dose,
  eligibleStory,
  markers,
  panel,
  panelOfMembers,
  procedure,
  readings,
  report,
  stage,
  SURGERY,
  LAST_DOSE,
  type Resource,
} from '../support/fhir.ts';
import { modalities, NEVER, terminology } from '../support/reading.ts';

const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY, lastNeoadjuvantDose: LAST_DOSE };

const seenBy = async (resources: readonly Resource[]) => {
  const chart = chartOf(resources);
  const each = modalities.map(async (modality) => {
    const selection = modality.select(chart, landmark);
    const features =
      selection.status === 'present' ? await modality.extract(chart, landmark, NEVER) : undefined;
    return { selection, features };
  });
  return { clinical: clinicalFacts(chart, terminology, landmark.date), modalities: await Promise.all(each) };
};

const sample = markers('f1', '2026-04-01');
const base: readonly Resource[] = [
  ...eligibleStory(),
  diseaseStatus('s1', 'stable', '2026-04-01'),
  panel('m0', '2026-01-10'),
  ...panelOfMembers('m1', '2026-04-01'),
  ...markers('f0', '2026-01-08'),
  ...sample,
  // names results that are planted, too
  report('g1', [...sample, ...['x0', 'x1'].flatMap((id) => markers(id, '2026-04-01'))], '2026-04-01'),
];

/** One resource or a few of each kind that can matter, dated as told. */
const KINDS: Readonly<
  Record<string, (id: string, collectedOn: string, issuedOn: string, value: number) => readonly Resource[]>
> = {
  panel: (id, on, issuedOn, value) => [
    panel(id, on, readings({ leucine: [value, 'umol/L'], isoleucine: [value, 'umol/L'] }), {
      issued: `${issuedOn}T08:00:00Z`,
    }),
  ],
  'panel of members': (id, on, issuedOn, value) =>
    panelOfMembers(id, on, readings({ leucine: [value, 'umol/L'] })).map((each) => ({
      ...each,
      issued: `${issuedOn}T08:00:00Z`,
    })),
  markers: (id, on, issuedOn, value) =>
    markers(id, on, { 'tumour-fraction': [value / 1000, '1'] }).map((each) => ({
      ...each,
      issued: `${issuedOn}T08:00:00Z`,
    })),
  // gathers results that are out already
  'report over earlier markers': (id, _on, issuedOn) => [
    report(id, sample, '2026-04-01', { issued: `${issuedOn}T08:00:00Z` }),
  ],
  'faulty panel': (id, on, issuedOn) => [
    panel(id, on, readings({ serine: [1, 'U/L'] }), { issued: `${issuedOn}T08:00:00Z` }),
  ],
  worsened: (id, on, issuedOn) => [diseaseStatus(id, 'worsened', on, { issued: `${issuedOn}T08:00:00Z` })],
  recurrence: (id, on, issuedOn) => [
    condition(id, {
      clinicalStatus: concept(SYSTEMS.conditionClinical, 'recurrence'),
      onsetDateTime: on,
      recordedDate: issuedOn,
    }),
  ],
  stage: (id, on, issuedOn) => [stage(id, 'pathologic', 'IV', on, { issued: `${issuedOn}T08:00:00Z` })],
};

const planted = fc.record({
  kind: fc.constantFrom(...Object.keys(KINDS)),
  /** From the landmark; collected up to 100 days before it is issued. */
  issuedAfter: fc.integer({ min: 1, max: 400 }),
  collectedBefore: fc.integer({ min: 0, max: 100 }),
  value: fc.integer({ min: 7, max: 900 }),
});

describe('data dated after the landmark', () => {
  it('changes nothing, collected or only issued later', async () => {
    const before = await seenBy(base);
    expect(before.modalities.map(({ selection }) => selection.status)).toEqual([
      'present',
      'absent',
      'present',
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(planted, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (plants, first) => {
          const future = plants.flatMap(({ kind, issuedAfter, collectedBefore, value }, index) => {
            const issuedOn = addDays(landmark.date, issuedAfter);
            return (
              KINDS[kind]?.(`x${String(index)}`, addDays(issuedOn, -collectedBefore), issuedOn, value) ?? []
            );
          });
          // A server sends them in any order, but a resource before what refers to it is still one chart.
          expect(await seenBy(first ? [...future, ...base] : [...base, ...future])).toEqual(before);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('changes nothing where nothing was: an absent modality stays absent for the same reason', async () => {
    const before = await seenBy(eligibleStory());
    for (const kind of Object.values(KINDS)) {
      const after = kind('x', '2026-05-20', '2026-06-02', 7);
      expect(await seenBy([...eligibleStory(), ...after])).toEqual(before);
    }
  });

  it('changes nothing by operations and doses of later days', async () => {
    const later = [procedure('r2', '2026-06-02'), dose('d9', 'nivolumab', '2026-06-02')];
    expect(await seenBy([...base, ...later])).toEqual(await seenBy(base));
  });

  it.each(Object.keys(KINDS))('the same dated before can change it: %s', async (kind) => {
    const past = KINDS[kind]?.('x', '2026-05-20', '2026-05-25', 7) ?? [];
    expect(await seenBy([...base, ...past])).not.toEqual(await seenBy(base));
    // and on the very day of the landmark
    const today = KINDS[kind]?.('x', '2026-05-20', landmark.date, 7) ?? [];
    expect(await seenBy([...base, ...today])).not.toEqual(await seenBy(base));
  });
});
