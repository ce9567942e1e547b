/** Features of a patient's panels, by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, type Landmark } from '../../../src/domain/index.ts';
import {
  ANALYTES,
  chartOf,
  panel,
  panelOfMembers,
  patient,
  readings,
  SURGERY,
  type Reading,
  type Resource,
} from '../support/fhir.ts';
import { modality, featuresOf, terminology } from '../support/reading.ts';

const metabolomics = modality('metabolomics');
const landmark: Landmark = { date: '2026-07-01', surgeryDate: SURGERY };
const chart = (resources: readonly Resource[]) => chartOf([patient(), ...resources]);
const select = (resources: readonly Resource[]) => metabolomics.select(chart(resources), landmark);
const features = (resources: readonly Resource[]) => featuresOf(metabolomics, chart(resources), landmark);

/** Draws of leucine alone differ; 64, 128, 256 umol/L are 6, 7, 8 in log2. */
const drawOf = (on: string, leucine: Reading | undefined, id = `m-${on}`) =>
  panel(id, on, readings({ leucine }));
const uM = (value: number): Reading => [value, 'umol/L'];
const FIRST = '2026-02-01';
const after = (days: number): string => addDays(FIRST, days);
const DAYS = 30.4375;

describe('the five blocks', () => {
  it('are named block by block, each over all analytes in order', () => {
    expect(metabolomics.featureNames).toEqual(
      ['log2', 'change', 'slope', 'limit', 'baselineLimit'].flatMap((block) =>
        ANALYTES.map((analyte) => `${block}:${analyte}`),
      ),
    );
    expect(metabolomics.featureNames).toHaveLength(300);
    expect(metabolomics.preprocessing).toBe('metabolomics/3');
  });

  it('are all given, in that order', async () => {
    const vector = await features([drawOf(FIRST, uM(64))]);
    expect(Object.keys(vector)).toEqual(metabolomics.featureNames);
  });
});

describe('a slope', () => {
  const slope = async (resources: readonly Resource[], analyte = 'leucine') =>
    (await features(resources))[`slope:${analyte}`] ?? 0;

  it.each<[string, readonly [day: number, leucine: number][], number]>([
    // rise / days x days of a month
    [
      'of two draws',
      [
        [0, 64],
        [40, 128],
      ],
      DAYS / 40,
    ],
    [
      'of two draws 28 days apart',
      [
        [0, 128],
        [28, 64],
      ],
      -DAYS / 28,
    ],
    // days 0, 30, 60; 6, 8, 7: middle 30, 7; (-30 x -1 + 30 x 0) / (900 + 900) a day
    [
      'of three that do not lie on a line',
      [
        [0, 64],
        [30, 256],
        [60, 128],
      ],
      (30 / 1800) * DAYS,
    ],
    // days 0, 10, 50; 6, 6, 8: middle 20, 6.67; (-20 x -.667 - 10 x -.667 + 30 x 1.333) / (400 + 100 + 900) = 60 / 1400
    [
      'of three unevenly spaced',
      [
        [0, 64],
        [10, 64],
        [50, 256],
      ],
      (60 / 1400) * DAYS,
    ],
    [
      'of what does not change',
      [
        [0, 100],
        [30, 100],
        [60, 100],
      ],
      0,
    ],
  ])('%s', async (_, draws, expected) => {
    const resources = draws.map(([day, value]) => drawOf(after(day), uM(value)));
    expect(await slope(resources)).toBeCloseTo(expected, 10);
  });

  it.each<[string, readonly Resource[]]>([
    ['one draw', [drawOf(FIRST, uM(64))]],
    ['draws 27 days apart', [drawOf(FIRST, uM(64)), drawOf(after(27), uM(128))]],
    ['an analyte measured once', [drawOf(FIRST, uM(64)), drawOf(after(60), undefined)]],
    ['the baseline and one draw', [drawOf('2026-01-10', uM(64)), drawOf(after(60), uM(128))]],
    [
      'one of day 2, which does not count, and one',
      [drawOf(addDays(SURGERY, 2), uM(64)), drawOf(after(60), uM(128))],
    ],
  ])('is missing of %s', async (_, resources) => {
    expect(await slope(resources)).toBeNaN();
  });

  it('counts days between the draws that measured the analyte', async () => {
    const resources = [drawOf(FIRST, undefined), drawOf(after(50), uM(64)), drawOf(after(60), uM(128))];
    expect(await slope(resources)).toBeNaN(); // 10 days
    expect(await slope(resources, 'valine')).toBe(0); // 60 days
  });

  it('leaves a draw with a fault in the middle out, and one with too little of the panel', async () => {
    const [first, last] = [drawOf(FIRST, uM(64)), drawOf(after(60), uM(256))];
    const faulty = panel('x1', after(30), readings({ leucine: uM(2000), serine: [1, 'U/L'] }));
    const poor = panel('x2', after(30), new Map([['leucine', uM(2000)]]));
    const good = panel('x3', after(30), readings({ leucine: uM(2000) }));
    const alone = await slope([first, last]);
    expect(alone).toBeCloseTo((2 / 60) * DAYS, 10);
    for (const bad of [faulty, poor]) {
      expect(await features([first, bad, last])).toEqual(await features([first, last]));
      expect(select([first, bad, last])).toEqual(select([first, last]));
    }
    // Symmetric about the middle, the good one moves the level and not the slope: unless it is the last but one.
    expect(await slope([first, good, last, drawOf(after(90), uM(256))])).not.toBeCloseTo(alone, 3);
  });

  it('takes of two draws of one day the later issued, in whatever order they come', async () => {
    const draws = [
      drawOf(FIRST, uM(64)),
      panel('z', after(30), readings({ leucine: uM(2000) })),
      panel('a', after(30), readings({ leucine: uM(64) }), { issued: `${after(35)}T10:00:00Z` }),
      drawOf(after(60), uM(64)),
    ];
    for (const order of [draws, draws.toReversed()]) expect(await slope(order)).toBeCloseTo(0, 12);
  });

  it('rests on evidence of every draw it reads', () => {
    const resources = [drawOf('2026-01-10', uM(64)), drawOf(FIRST, uM(64)), drawOf(after(60), uM(64))];
    expect(select(resources).evidence.map(({ reference }) => reference)).toEqual([
      `Observation/m-${after(60)}`,
      'Observation/m-2026-01-10',
      `Observation/m-${FIRST}`,
    ]);
  });
});

describe('limits of detection', () => {
  const below = (value: number, unit = 'umol/L'): Reading => [value, unit, '<'];

  it('stand beside what lies below them, at the latest and at the baseline', async () => {
    const both = await features([drawOf('2026-01-10', below(8)), drawOf(FIRST, below(0.032, 'mmol/L'))]);
    expect(both['limit:leucine']).toBeCloseTo(5, 12);
    expect(both['baselineLimit:leucine']).toBeCloseTo(3, 12);
    expect(both['log2:leucine']).toBeCloseTo(4.5, 12);
    expect(both['change:leucine']).toBeCloseTo(2, 12);
    expect(both['limit:valine']).toBeNaN();
    expect(both['baselineLimit:valine']).toBeNaN();
  });

  it.each<[string, Reading | undefined, Reading | undefined, number, number]>([
    ['the latest alone', uM(64), below(16), 4, Number.NaN],
    ['the baseline alone', below(16), uM(64), Number.NaN, 4],
    ['neither', uM(64), uM(64), Number.NaN, Number.NaN],
    ['not measured', undefined, undefined, Number.NaN, Number.NaN],
    ['a bare zero', [0, 'umol/L'], [0, 'umol/L'], Number.NaN, Number.NaN],
    ['above the range', [500, 'umol/L', '>'], [500, 'umol/L', '>'], Number.NaN, Number.NaN],
  ])('of %s', async (_, baseline, latest, limit, baselineLimit) => {
    const vector = await features([drawOf('2026-01-10', baseline), drawOf(FIRST, latest)]);
    expect(vector['limit:leucine']).toBe(limit);
    expect(vector['baselineLimit:leucine']).toBe(baselineLimit);
  });
});

describe('for any draws', () => {
  const draws = fc.uniqueArray(
    fc.record({
      day: fc.integer({ min: -60, max: 160 }),
      leucine: fc.integer({ min: 7, max: 2400 }),
      below: fc.boolean(),
      members: fc.boolean(),
    }),
    { selector: ({ day }) => day, minLength: 1, maxLength: 5 },
  );
  type Drawn = typeof draws extends fc.Arbitrary<infer T> ? T : never;

  const UNITS: readonly (readonly [string, factor: (molarMass: number) => number])[] = [
    ['umol/L', () => 1],
    ['mmol/L', () => 1e-3],
    ['nmol/L', () => 1e3],
    ['mg/dL', (mass) => mass * 1e-4],
    ['ug/mL', (mass) => mass * 1e-3],
    ['ng/mL', (mass) => mass],
    ['mg/L', (mass) => mass * 1e-3],
  ];
  const resourcesOf = (all: Drawn, unit: (typeof UNITS)[number]): Resource[] =>
    all.flatMap(({ day, leucine, below, members }) => {
      const reading: Reading = below ? [leucine, 'umol/L', '<'] : [leucine, 'umol/L'];
      const given: [string, Reading][] = [...readings({ leucine: reading })].map(
        ([analyte, [value, , comparator]]) => {
          const mass = terminology.numberProperty('analyte', analyte, 'molar-mass') ?? Number.NaN;
          const amount = value * unit[1](mass);
          return [analyte, comparator === undefined ? [amount, unit[0]] : [amount, unit[0], comparator]];
        },
      );
      const on = addDays(SURGERY, day);
      const id = `m${String(day + 100)}`;
      return members ? panelOfMembers(id, on, new Map(given)) : [panel(id, on, new Map(given))];
    });
  const seen = async (resources: readonly Resource[]) => {
    const { evidence, ...selection } = select(resources);
    return {
      selection,
      references: evidence.map(({ reference }) => reference).toSorted(),
      features: selection.status === 'present' ? await features(resources) : {},
    };
  };
  const [micromolar] = UNITS;
  if (micromolar === undefined) throw new Error('no units');

  it('the units of everything change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(draws, fc.constantFrom(...UNITS), async (all, unit) => {
        const [expected, actual] = [
          await seen(resourcesOf(all, micromolar)),
          await seen(resourcesOf(all, unit)),
        ];
        expect(actual.selection).toEqual(expected.selection);
        for (const [name, value] of Object.entries(expected.features))
          if (Number.isNaN(value)) expect(actual.features[name]).toBeNaN();
          else expect(actual.features[name]).toBeCloseTo(value, 9);
      }),
      { numRuns: 20 },
    );
  });

  it('the order of resources changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(draws, async (all) => {
        const resources = resourcesOf(all, micromolar);
        expect(await seen(resources.toReversed())).toEqual(await seen(resources));
      }),
      { numRuns: 20 },
    );
  });

  it('a draw later than the landmark changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(draws, fc.integer({ min: 1, max: 300 }), async (all, days) => {
        const resources = resourcesOf(all, micromolar);
        const later = panelOfMembers('later', addDays(landmark.date, days), readings({ leucine: uM(2000) }));
        expect(await seen([...resources, ...later])).toEqual(await seen(resources));
      }),
      { numRuns: 20 },
    );
  });
});
