/** Panels as laboratories and interfaces really send them, and what is read of each. */
import { describe, expect, it } from 'vitest';
import type { Landmark } from '../../../src/domain/index.ts';
import { specimen } from '../support/clinical.ts';
import {
  analyteCode,
  chartOf,
  concept,
  observation,
  panel,
  panelOfMembers,
  patient,
  quantity,
  readings,
  report,
  SURGERY,
  type Reading,
  type Resource,
} from '../support/fhir.ts';
import { modality, NEVER, queries } from '../support/reading.ts';

const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY };
const ON = '2026-05-01';
const V2 = 'http://terminology.hl7.org/CodeSystem/v2-';
const SNOMED = 'http://snomed.info/sct';
const LOINC = 'http://loinc.org';
const HMDB = 'https://recurrence-cds.org/fhir/NamingSystem/hmdb';
const CHEBI = 'https://recurrence-cds.org/fhir/NamingSystem/chebi';
const INTERPRETATION = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
const PANEL = concept('https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds', 'metabolomics-panel');

interface Read {
  readonly status?: string;
  readonly reason?: string;
  readonly detail?: string;
  /** All flags but no-baseline, which each has. */
  readonly flags?: readonly string[];
  /** umol/L, back from log2; undefined where it counts as not measured. */
  readonly leucine?: number | undefined;
  readonly limit?: number | undefined;
}

const metabolomics = modality('metabolomics');
const read = async (resources: readonly Resource[]): Promise<Read> => {
  const chart = chartOf([patient(), ...resources]);
  const selection = metabolomics.select(chart, landmark);
  if (selection.status !== 'present') {
    const { status, reason, detail } = selection;
    return { status, reason, ...(detail !== undefined && { detail }) };
  }
  const { features } = await metabolomics.extract(chart, landmark, { signal: NEVER });
  const amount = (name: string): number | undefined => {
    const value = features[name] ?? Number.NaN;
    return Number.isNaN(value) ? undefined : Number((2 ** value).toPrecision(9));
  };
  return {
    flags: selection.flags.filter((flag) => flag !== 'no-baseline'),
    leucine: amount('log2:leucine'),
    limit: amount('limit:leucine'),
  };
};

const FINE: Read = { flags: [], leucine: 100, limit: undefined };
const NONE: Read = { flags: ['imputed'], leucine: undefined, limit: undefined };
const rejected = (reason: string, detail?: string): Read => ({
  status: 'rejected',
  reason,
  ...(detail !== undefined && { detail }),
});
const atMost = (limit: number): Read => ({
  flags: ['below-detection'],
  leucine: Number((limit / Math.SQRT2).toPrecision(9)),
  limit,
});

const named = (id = 's1') => ({ specimen: { reference: `Specimen/${id}` } });
/** A panel of a Specimen that is as given. */
const of = (change: Record<string, unknown>): Resource[] => [
  panel('m1', ON, readings(), named()),
  specimen('s1', ON, change),
];
const collected = (said: Record<string, unknown>) => of({ collection: { collectedDateTime: ON, ...said } });
const fasted = (value: number, code: string, comparator?: string) =>
  collected({ fastingStatusDuration: quantity(value, code, comparator).valueQuantity });

/** A panel whose component of leucine is as given, beside all others. */
const leucine = (...components: readonly Record<string, unknown>[]): Resource[] => {
  const whole = panel('m1', ON, readings({ leucine: undefined }));
  const others = whole['component'] as object[];
  const code = analyteCode('leucine');
  return [{ ...whole, component: [...others, ...components.map((each) => ({ code, ...each }))] }];
};
const qc = (...extension: object[]) => ({
  ...quantity(100, 'umol/L'),
  extension: [{ url: 'https://recurrence-cds.org/fhir/StructureDefinition/pooled-qc', extension }],
});
const rsd = (value: number, code: string) => ({
  url: 'relativeStandardDeviation',
  valueQuantity: { value, unit: code, system: 'http://unitsofmeasure.org', code },
});
const recovery = (valueDecimal: number) => ({ url: 'recovery', valueDecimal });

/** Results in a report alone, as HL7 v2 messages become: no Observation gathers them. */
const members = (change: Record<string, unknown> = {}) =>
  panelOfMembers('m1', ON, readings(), change).slice(1);
const reported = (results: readonly Resource[], change: Record<string, unknown> = {}): Resource[] => [
  report('r1', results, ON, { code: PANEL, ...change }),
  ...results,
];
/** Members of which the first so many name another sample than the panel. */
const mixed = (count: number, change: Record<string, unknown>): Resource[] => {
  const [head, ...all] = panelOfMembers('m1', ON, readings(), named());
  const moved = all.map((each, index) => (index < count ? { ...each, ...named('s2') } : each));
  return [{ ...head, ...named() } as Resource, ...moved, specimen('s1', ON), specimen('s2', ON, change)];
};
const SERUM = { type: concept(`${V2}0487`, 'SER') };
const CLOTTED = { condition: [concept(`${V2}0493`, 'CLOT')] };
const both = (system: string, code: string, other: string, otherCode: string) => ({
  coding: [
    { system, code },
    { system: other, code: otherCode },
  ],
});

const CHARTS: readonly (readonly [string, readonly Resource[], Read])[] = [
  // How a panel is put together
  ['results in a report, without a panel Observation', reported(members()), FINE],
  [
    'a report that names a serum Specimen',
    [...reported(members(), { specimen: [{ reference: 'Specimen/s1' }] }), specimen('s1', ON, SERUM)],
    rejected('wrong-sample-type'),
  ],
  [
    'a preliminary report',
    reported(members(), { status: 'preliminary' }),
    { status: 'absent', reason: 'no-data' },
  ],
  ['a report of a panel Observation', reported([panel('m1', ON)]), FINE],
  ['a report of a panel and of its members', reported(panelOfMembers('m1', ON)), FINE],
  ['members that come without their panel', members(), { status: 'absent', reason: 'no-data' }],
  [
    'a member that was entered in error',
    panelOfMembers('m1', ON).map((each) =>
      each.id === 'm1-leucine' ? { ...each, status: 'entered-in-error' } : each,
    ),
    NONE,
  ],

  // Which sample it was
  ['EDTA plasma in SNOMED CT', of({ type: concept(SNOMED, '708049000') }), FINE],
  ['plasma in SNOMED CT', of({ type: concept(SNOMED, '119361006') }), FINE],
  ['blood with EDTA in SNOMED CT', of({ type: concept(SNOMED, '445295009') }), FINE],
  ['serum in SNOMED CT', of({ type: concept(SNOMED, '119364003') }), rejected('wrong-sample-type')],
  ['platelet-poor plasma', of({ type: concept(`${V2}0487`, 'PPP') }), FINE],
  ['platelet-rich plasma', of({ type: concept(`${V2}0487`, 'PRP') }), rejected('wrong-sample-type')],
  ['codes of "serum or plasma", measured in serum', of(SERUM), rejected('wrong-sample-type')],
  ['two Specimens of the day, the clotted one not named', [...of({}), specimen('s2', ON, CLOTTED)], FINE],
  [
    'two Specimens of the day, none named',
    [panel('m1', ON), specimen('s1', ON), specimen('s2', ON, CLOTTED)],
    FINE,
  ],
  [
    'some members of another, clotted tube',
    mixed(3, CLOTTED),
    { ...FINE, flags: ['imputed'], leucine: undefined },
  ],
  ['most members of another tube, of serum', mixed(40, SERUM), rejected('wrong-sample-type')],
  ['some members of another fit tube', mixed(30, {}), FINE],
  [
    'collected over a period',
    collected({ collectedDateTime: undefined, collectedPeriod: { start: ON, end: ON } }),
    FINE,
  ],

  // What became of it
  [
    'haemolysed in SNOMED CT',
    of({ condition: [concept(SNOMED, '118128002')] }),
    { ...FINE, flags: ['imputed', 'haemolysed'] },
  ],
  [
    'haemolysis as a reject reason',
    of({ condition: [concept(`${V2}0490`, 'RH')] }),
    { ...FINE, flags: ['imputed', 'haemolysed'] },
  ],
  ['too little in SNOMED CT', of({ condition: [concept(SNOMED, '281268007')] }), rejected('unfit-sample')],
  [
    'too little as a reject reason',
    of({ condition: [concept(`${V2}0490`, 'QS')] }),
    rejected('unfit-sample'),
  ],
  ['mislabelled', of({ condition: [concept(`${V2}0490`, 'RM')] }), rejected('unfit-sample')],
  ['clotted in SNOMED CT', of({ condition: [concept(SNOMED, '281279002')] }), rejected('unfit-sample')],

  // Fasting
  ['fasted for 12 hours', fasted(12, 'h'), FINE],
  ['fasted for 8 hours', fasted(480, 'min'), FINE],
  ['fasted for 2 hours', fasted(2, 'h'), { ...FINE, flags: ['not-fasting'] }],
  ['fasted for 90 minutes', fasted(90, 'min'), { ...FINE, flags: ['not-fasting'] }],
  ['fasted for less than 8 hours', fasted(8, 'h', '<'), { ...FINE, flags: ['not-fasting'] }],
  ['fasted for more than 4 hours', fasted(4, 'h', '>'), FINE],
  ['fasted for something that is no time', fasted(2, 'kg'), FINE],

  // Values
  ['a unit in words alone', leucine({ valueQuantity: { value: 100, unit: 'umol/L' } }), FINE],
  ['a micro sign', leucine({ valueQuantity: { value: 100, unit: '\u00b5mol/L' } }), FINE],
  ['a Greek mu, litres small', leucine({ valueQuantity: { value: 100, unit: '\u03bcmol/l' } }), FINE],
  ['molar', leucine({ valueQuantity: { value: 0.1, unit: 'mM' } }), FINE],
  [
    "a unit code of the laboratory's own",
    leucine({ valueQuantity: { value: 0.1, unit: 'mmol/L', system: 'urn:lab', code: 'U17' } }),
    FINE,
  ],
  ['no unit', leucine({ valueQuantity: { value: 100 } }), rejected('unit-inconvertible', 'leucine')],
  ['below the limit', leucine(quantity(20, 'umol/L', '<')), atMost(20)],
  ['at or below the limit', leucine(quantity(20, 'umol/L', '<=')), atMost(20)],
  [
    'off scale low, without a comparator',
    leucine({ ...quantity(20, 'umol/L'), interpretation: [concept(INTERPRETATION, '<')] }),
    atMost(20),
  ],
  ['a limit above what others measure', leucine(quantity(900, 'umol/L', '<')), atMost(900)],
  [
    'above the range',
    leucine(quantity(900, 'umol/L', '>')),
    { flags: ['above-range'], leucine: 900, limit: undefined },
  ],
  ['zero', leucine(quantity(0, 'umol/L')), NONE],
  ['below zero', leucine(quantity(-0.2, 'umol/L')), rejected('value-implausible', 'leucine')],
  [
    'less than zero, which no assay can say',
    leucine(quantity(0, 'umol/L', '<')),
    rejected('value-implausible', 'leucine'),
  ],
  [
    'not performed, beside a value',
    leucine({
      ...quantity(100, 'umol/L'),
      dataAbsentReason: concept('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'not-performed'),
    }),
    NONE,
  ],
  ['not detected, without a limit', leucine({ valueCodeableConcept: concept(SNOMED, '260415000') }), NONE],
  ['below detection in words', leucine({ valueString: '< 20 umol/L' }), NONE],

  // Codes
  [
    'coded twice, in two components that agree',
    leucine(
      { ...quantity(100, 'umol/L'), code: concept(LOINC, '20649-0') },
      { ...quantity(0.1, 'mmol/L'), code: concept(CHEBI, 'CHEBI:15603') },
    ),
    FINE,
  ],
  [
    'coded twice, in two components that differ',
    leucine(
      { ...quantity(100, 'umol/L'), code: concept(LOINC, '20649-0') },
      { ...quantity(120, 'umol/L'), code: concept(CHEBI, 'CHEBI:15603') },
    ),
    rejected('conflicting-values', 'leucine'),
  ],
  [
    'leucine in two systems',
    leucine({ ...quantity(100, 'umol/L'), code: both(LOINC, '20649-0', HMDB, 'HMDB0000687') }),
    FINE,
  ],
  [
    'leucine and isoleucine in one, as isomers not told apart',
    leucine({ ...quantity(100, 'umol/L'), code: both(HMDB, 'HMDB0000687', HMDB, 'HMDB0000172') }),
    NONE,
  ],

  // Quality control
  ['a variation of 8 %', leucine(qc(rsd(8, '%'))), FINE],
  ['a variation of 0.08, as a share', leucine(qc(rsd(0.08, '1'))), FINE],
  [
    'a variation of 0.4, as a share',
    leucine(qc(rsd(0.4, '1'))),
    { ...NONE, flags: ['imputed', 'qc-failed'] },
  ],
  [
    'a variation of 8 that says it is a share',
    leucine(qc(rsd(8, '1'))),
    { ...NONE, flags: ['imputed', 'qc-failed'] },
  ],
  ['a recovery without a variation', leucine(qc(recovery(1.25))), { ...FINE, leucine: 80 }],
  ['a variation and a recovery', leucine(qc(rsd(8, '%'), recovery(0.8))), { ...FINE, leucine: 125 }],
];

describe('a panel', () => {
  it.each(CHARTS)('%s', async (_, resources, expected) => {
    expect(await read(resources)).toEqual(expected);
    // Not by the order in which a server sends them.
    expect(await read(resources.toReversed())).toEqual(expected);
  });

  it('is searched for in reports, too', () => {
    const query = queries.find(({ key }) => key === 'genomicReports');
    expect(query?.parameters.find(([name]) => name === 'code')?.[1]).toContain('|metabolomics-panel');
    expect(metabolomics.queries).toContain('genomicReports');
  });

  it('in a report is evidence with its results', () => {
    const results: readonly Resource[] = members();
    const chart = chartOf([patient(), ...reported(results)]);
    const { evidence } = metabolomics.select(chart, landmark);
    expect(evidence.map(({ reference }) => reference).toSorted()).toEqual(
      ['DiagnosticReport/r1', ...results.map(({ id }) => `Observation/${id}`)].toSorted(),
    );
  });
});

describe('haemolysis of some members alone', () => {
  it('leaves out what it alters in those, and in no others', async () => {
    const [head, ...all] = panelOfMembers('m1', ON, readings(), named());
    const moved = all.map((each) => (each.id === 'm1-taurine' ? { ...each, ...named('s2') } : each));
    const haemolysed = specimen('s2', ON, { condition: [concept(`${V2}0493`, 'HEM')] });
    const chart = chartOf([patient(), { ...head, ...named() }, ...moved, specimen('s1', ON), haemolysed]);
    const { features } = await metabolomics.extract(chart, landmark, { signal: NEVER });
    expect(features['log2:taurine']).toBeNaN();
    expect(features['log2:arginine']).not.toBeNaN();
  });

  it('that red cells do not touch loses nothing', async () => {
    const other: Reading = [100, 'umol/L'];
    const single = observation('x', analyteCode('leucine'), {
      effectiveDateTime: ON,
      ...quantity(...other),
      ...named('s2'),
    });
    const whole = panel('m1', ON, readings({ leucine: undefined }), {
      hasMember: [{ reference: 'Observation/x' }],
    });
    const haemolysed = specimen('s2', ON, { condition: [concept(`${V2}0493`, 'HEM')] });
    expect(await read([whole, single, haemolysed])).toEqual({ ...FINE, flags: ['haemolysed'] });
  });
});
