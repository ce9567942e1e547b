/** Small FHIR resources, as servers write them; every builder takes changes to any member. */
import { parseChart, type Chart } from '../../../src/chart/index.ts';
import { CFDNA_MARKERS, SYSTEMS, type CfdnaMarker } from '../../../src/terminology/index.ts';
import { terminology } from './reading.ts';

export type Resource = Readonly<Record<string, unknown>> & {
  readonly resourceType: string;
  readonly id: string;
};
type Change = Readonly<Record<string, unknown>>;

export const PATIENT_ID = 'p1';
const subject = { reference: `Patient/${PATIENT_ID}` };

export const concept = (system: string, code: string) => ({ coding: [{ system, code }] });

export const patient = (change: Change = {}): Resource => ({
  resourceType: 'Patient',
  id: PATIENT_ID,
  birthDate: '1960-05-17',
  ...change,
});

export const NSCLC = concept(SYSTEMS.snomed, '254637007');
export const SMALL_CELL = concept(SYSTEMS.snomed, '254632001');

export const condition = (id: string, change: Change = {}): Resource => ({
  resourceType: 'Condition',
  id,
  clinicalStatus: concept(SYSTEMS.conditionClinical, 'active'),
  verificationStatus: concept(SYSTEMS.conditionVerification, 'confirmed'),
  code: NSCLC,
  subject,
  onsetDateTime: '2025-01-10',
  recordedDate: '2025-01-10',
  ...change,
});

export const LOBECTOMY = concept(SYSTEMS.snomed, '173171007');

export const procedure = (id: string, performedDateTime?: string, change: Change = {}): Resource => ({
  resourceType: 'Procedure',
  id,
  status: 'completed',
  code: LOBECTOMY,
  subject,
  ...(performedDateTime !== undefined && { performedDateTime }),
  ...change,
});

/** ATC codes. */
export const DRUG = { nivolumab: 'L01FF01', cisplatin: 'L01XA01', paclitaxel: 'L01CD01' } as const;

export const dose = (
  id: string,
  drug: keyof typeof DRUG,
  effectiveDateTime: string,
  change: Change = {},
): Resource => ({
  resourceType: 'MedicationAdministration',
  id,
  status: 'completed',
  medicationCodeableConcept: concept(SYSTEMS.atc, DRUG[drug]),
  subject,
  effectiveDateTime,
  ...change,
});

export const observation = (id: string, code: unknown, change: Change = {}): Resource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code,
  subject,
  ...change,
});

/** SNOMED CT codes of AJCC stage groups, from the shipped map. */
const stageCode = (group: string): string => {
  const found = terminology
    .sourceTokens('tnm-stage-group')
    .map((token) => token.split('|'))
    .find(
      ([system = '', code = '']) =>
        system === SYSTEMS.snomed && terminology.translate('tnm-stage-group', [{ system, code }]) === group,
    );
  if (found?.[1] === undefined) throw new Error(`no code of stage ${group}`);
  return found[1];
};

/** AJCC's manual, 8th edition. */
export const TNM_8 = concept(SYSTEMS.snomed, '897275008');

export const stage = (
  id: string,
  kind: 'pathologic' | 'clinical',
  group: string,
  effectiveDateTime: string,
  change: Change = {},
): Resource =>
  observation(id, concept(SYSTEMS.snomed, kind === 'pathologic' ? '399588009' : '399537006'), {
    method: TNM_8,
    valueCodeableConcept: concept(SYSTEMS.snomed, stageCode(group)),
    effectiveDateTime,
    ...change,
  });

/** The R classification of a resection. */
export const margins = (
  id: string,
  value: 'r0' | 'r1' | 'r2',
  effectiveDateTime: string,
  change: Change = {},
): Resource =>
  observation(id, concept(SYSTEMS.project, 'residual-tumour'), {
    valueCodeableConcept: concept(SYSTEMS.project, value),
    effectiveDateTime,
    ...change,
  });

/** SNOMED CT codes of mCODE's disease statuses. */
export const STATUS = { improved: '268910001', stable: '359746009', worsened: '271299001' } as const;

export const diseaseStatus = (
  id: string,
  status: keyof typeof STATUS,
  effectiveDateTime?: string,
  change: Change = {},
): Resource =>
  observation(id, concept(SYSTEMS.loinc, '97509-4'), {
    valueCodeableConcept: concept(SYSTEMS.snomed, STATUS[status]),
    ...(effectiveDateTime !== undefined && { effectiveDateTime }),
    ...change,
  });

export const quantity = (value: number, code: string, comparator?: string) => ({
  valueQuantity: {
    value,
    system: SYSTEMS.ucum,
    code,
    unit: code,
    ...(comparator !== undefined && { comparator }),
  },
});

/** An analyte's code as laboratories send it: a source of the shipped map. */
export const analyteCode = (analyte: string) => {
  const found = terminology.sourceTokens('analyte').find((token) => {
    const [system = '', code = ''] = token.split('|');
    return terminology.translate('analyte', [{ system, code }]) === analyte;
  });
  const [system = '', code = ''] = (found ?? '').split('|');
  return concept(system, code);
};

export const ANALYTES = terminology.codes('analyte');

export type Reading = readonly [value: number, unit: string, comparator?: string];

const plausible = (analyte: string, end: 'low' | 'high'): number =>
  terminology.numberProperty('analyte', analyte, `plausible-${end}`) ?? Number.NaN;

/** The middle of what is plausible of an analyte, as a laboratory would write it. */
export const typicalOf = (analyte: string): number =>
  Number(Math.sqrt(plausible(analyte, 'low') * plausible(analyte, 'high')).toPrecision(3));

/** 100 umol/L where that is plausible. */
const usualReading = (analyte: string): Reading => {
  const isPlausible = plausible(analyte, 'low') <= 100 && plausible(analyte, 'high') >= 100;
  return [isPlausible ? 100 : typicalOf(analyte), 'umol/L'];
};

/** Every analyte at 100 umol/L, or what is plausible of it, but those given; `undefined` leaves one out. */
export const readings = (
  given: Readonly<Record<string, Reading | undefined>> = {},
): ReadonlyMap<string, Reading> =>
  new Map(
    ANALYTES.flatMap((analyte) => {
      const reading: Reading | undefined = Object.hasOwn(given, analyte)
        ? given[analyte]
        : usualReading(analyte);
      return reading === undefined ? [] : [[analyte, reading] as const];
    }),
  );

const PANEL = concept(SYSTEMS.project, 'metabolomics-panel');

/** A panel whose analytes are components. */
export const panel = (
  id: string,
  effectiveDateTime: string,
  values: ReadonlyMap<string, Reading> = readings(),
  change: Change = {},
): Resource =>
  observation(id, PANEL, {
    effectiveDateTime,
    issued: `${effectiveDateTime}T16:00:00Z`,
    component: [...values].map(([analyte, reading]) => ({
      code: analyteCode(analyte),
      ...quantity(...reading),
    })),
    ...change,
  });

/** A panel whose analytes are members: the panel first, then its members. */
export const panelOfMembers = (
  id: string,
  effectiveDateTime: string,
  values: ReadonlyMap<string, Reading> = readings(),
  change: Change = {},
): Resource[] => {
  const dated = { effectiveDateTime, issued: `${effectiveDateTime}T16:00:00Z` };
  const members = [...values].map(([analyte, reading]) =>
    observation(`${id}-${analyte}`, analyteCode(analyte), { ...dated, ...quantity(...reading), ...change }),
  );
  return [
    observation(id, PANEL, {
      ...dated,
      hasMember: members.map((member) => ({ reference: `Observation/${member.id}` })),
    }),
    ...members,
  ];
};

export const marker = (
  id: string,
  which: CfdnaMarker,
  effectiveDateTime: string,
  [value, unit, comparator]: Reading,
  change: Change = {},
): Resource =>
  observation(id, concept(SYSTEMS.project, which), {
    effectiveDateTime,
    issued: `${effectiveDateTime}T15:30:00Z`,
    ...quantity(value, unit, comparator),
    ...change,
  });

const MARKER_READINGS: Readonly<Record<CfdnaMarker, Reading>> = {
  'tumour-fraction': [0.02, '1'],
  'fragment-score': [0.2, '1'],
  'methylation-score': [0.05, '1'],
};

/** The markers of one sample; `undefined` leaves one out. */
export const markers = (
  id: string,
  on: string,
  given: Readonly<Partial<Record<CfdnaMarker, Reading | undefined>>> = {},
): Resource[] =>
  CFDNA_MARKERS.flatMap((which) => {
    const reading = Object.hasOwn(given, which) ? given[which] : MARKER_READINGS[which];
    return reading === undefined ? [] : [marker(`${id}-${which}`, which, on, reading)];
  });

export const report = (
  id: string,
  results: readonly Resource[],
  effectiveDateTime?: string,
  change: Change = {},
): Resource => ({
  resourceType: 'DiagnosticReport',
  id,
  status: 'final',
  code: concept(SYSTEMS.loinc, '51969-4'),
  subject,
  ...(effectiveDateTime !== undefined && {
    effectiveDateTime,
    issued: `${effectiveDateTime}T15:30:00Z`,
  }),
  result: results.map((result) => ({ reference: `Observation/${result.id}` })),
  ...change,
});

export const SURGERY = '2026-01-15';
export const LAST_DOSE = '2025-12-05';

/** Everything the study asks for: NSCLC, two cycles, a lobectomy with free margins, stage IIB. */
export const eligibleStory = (): Resource[] => [
  patient(),
  condition('nsclc'),
  procedure('lobectomy', SURGERY),
  ...['2025-11-14', LAST_DOSE].flatMap((date, cycle) => [
    dose(`nivolumab-${String(cycle)}`, 'nivolumab', date),
    dose(`cisplatin-${String(cycle)}`, 'cisplatin', date),
  ]),
  stage('stage', 'pathologic', 'IIB', SURGERY),
  margins('margins', 'r0', SURGERY),
];

/** Resources as a chart, whichever query brought them. */
export const chartOf = (resources: readonly unknown[], timeZone = 'UTC'): Chart =>
  parseChart({ conditions: resources }, timeZone);
