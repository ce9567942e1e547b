import type { CodeableConcept, Coding, Extension, Observation, ObservationComponent } from 'fhir/r4.js';
import { SYSTEMS } from '../terminology/index.ts';
import type { AnalyteCodes, SimulationCodes } from './codes.ts';
import { METABOLOMICS } from './analyte-constants.ts';
import { FOLLOW_UP } from './constants.ts';
import {
  concept,
  dateOf,
  instantAt,
  LABORATORY,
  profiled,
  quantity,
  type SimulatedResource,
  subjectOf,
} from './fhir.ts';
import {
  ANALYTE_TABLE,
  batchEffects,
  type BatchEffect,
  batchOf,
  measuredLogs,
  truestLogs,
} from './metabolite-samples.ts';
import { drawsForLandmark, type ModalitySimulator, takenDraws } from './modality-simulator.ts';
import type { SimulatedPatient } from './patient.ts';
import type { Draw } from './schedule.ts';
import { integerBetween } from './shares.ts';
import type { Site } from './sites.ts';
import { specimenOf } from './specimens.ts';

/** Positions of the analytes that load on the burden. */
const INFORMATIVE = ANALYTE_TABLE.flatMap(([, { loading }], position) => (loading === 0 ? [] : [position]));

const issueDay =
  (patient: SimulatedPatient) =>
  (draw: Draw): number =>
    draw.day +
    integerBetween(patient.random.fork(`metabolomics issue ${draw.label}`), FOLLOW_UP.issueAfterDrawDays);

/** umol/L in the site's unit; a micromole weighs `molarMass` micrograms, and 1 mg/dL is 10^4 ug/L. */
const inUnitOf = (site: Site, micromolar: number, molarMass: number): number => {
  if (site.concentrationUnit === 'mmol/L') return micromolar / 1000;
  return site.concentrationUnit === 'mg/dL' ? (micromolar * molarMass) / 1e4 : micromolar;
};

/**
 * LOINC's code where there is one, else the laboratory's other system's. Observations of their own are found by their
 * codes, and a routine LOINC code is not searched for: they carry both.
 */
const codingsOf = ({ metaboliteSystem, panelForm }: Site, { coding }: AnalyteCodes): Coding[] => {
  const loinc = coding.filter(({ system }) => system === SYSTEMS.loinc).slice(0, 1);
  if (loinc.length > 0 && panelForm === 'components') return loinc;
  const other = coding.find(({ system }) => system === metaboliteSystem) ?? coding[0];
  return [...loinc, other];
};

type Reading = Pick<ObservationComponent, 'valueQuantity' | 'dataAbsentReason'>;
const NOT_MEASURED: Reading = {
  dataAbsentReason: concept('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'unknown'),
};

const reading = (site: Site, micromolar: number, lod: number, codes: AnalyteCodes): Reading => {
  const below = micromolar < lod;
  const value = inUnitOf(site, below ? lod : micromolar, codes.molarMass);
  return { valueQuantity: quantity(value, site.concentrationUnit, below ? '<' : undefined) };
};

/** One analyte of a panel, as a component or as an Observation of its own. */
interface Row {
  readonly code: string;
  readonly concept: CodeableConcept;
  readonly reading: Reading;
  readonly quality: { readonly extension?: Extension[] };
}

const EXTENSIONS = 'https://recurrence-cds.org/fhir/StructureDefinition/';

const threeDigits = (value: number): number => Number(value.toPrecision(3));

/** What the batch's pooled-QC samples say of an analyte, for the reader to correct and to judge. */
const pooledQc = ({ recovery, rsdPercent }: BatchEffect): Extension => ({
  url: `${EXTENSIONS}pooled-qc`,
  extension: [
    { url: 'recovery', valueDecimal: threeDigits(recovery) },
    { url: 'relativeStandardDeviation', valueQuantity: quantity(threeDigits(rsdPercent), '%') },
  ],
});

/** A laboratory that corrects by itself withholds what its pooled QC could not measure twice alike. */
const isWithheld = (site: Site, { rsdPercent }: BatchEffect): boolean =>
  site.pooledQc === 'applied' && rsdPercent > METABOLOMICS.withheldAboveRsdPercent;

/** Every analyte's code and reading, missing ones included. */
function readPanel(patient: SimulatedPatient, draw: Draw, codes: SimulationCodes): Row[] {
  const { site } = patient;
  const loss = patient.random.fork(`metabolomics loss ${draw.label}`);
  const lossy = patient.collection.drawLostShare > 0;
  const failed = loss.uniform() < METABOLOMICS.panelFailedShare;
  const missingShare = failed ? METABOLOMICS.failedPanelMissingShare : METABOLOMICS.analyteMissingShare;
  const batch = batchEffects(patient, draw);
  const logs = measuredLogs(patient, draw, batch);
  return ANALYTE_TABLE.flatMap(([code, { lod }], position) => {
    const analyte = codes.analytes.get(code);
    const effect = batch[position];
    if (analyte === undefined || effect === undefined) return [];
    const missing = (loss.uniform() < missingShare && lossy) || isWithheld(site, effect);
    const correction = site.pooledQc === 'applied' ? effect.recovery : 1;
    const value = Math.exp(logs[position] ?? NaN) / correction;
    return {
      code,
      concept: { coding: codingsOf(site, analyte), text: code },
      reading: missing ? NOT_MEASURED : reading(site, value, lod, analyte),
      quality: site.pooledQc === 'applied' || missing ? {} : { extension: [pooledQc(effect)] },
    };
  });
}

function panelResources(patient: SimulatedPatient, draw: Draw, codes: SimulationCodes): SimulatedResource[] {
  const issued = instantAt(dateOf(patient, issueDay(patient)(draw)), '16:00:00');
  const id = `${patient.id}-met-${draw.label}`;
  const observation = (
    own: string,
    profile: string,
    code: CodeableConcept,
  ): Observation & { id: string } => ({
    resourceType: 'Observation',
    id: own,
    meta: profiled({ lastUpdated: issued }, profile),
    status: 'final',
    category: [LABORATORY],
    code,
    subject: subjectOf(patient),
    effectiveDateTime: instantAt(dateOf(patient, draw.day), '08:10:00'),
    issued,
    specimen: specimenOf(patient, draw),
  });
  const panel = {
    ...observation(
      id,
      'metabolite-panel',
      concept(SYSTEMS.project, 'metabolomics-panel', 'Plasma metabolomics panel'),
    ),
    extension: [{ url: `${EXTENSIONS}analytical-batch`, valueString: batchOf(patient, draw) }],
  };
  const rows = readPanel(patient, draw, codes);
  if (patient.site.panelForm === 'components')
    return [
      { ...panel, component: rows.map((row) => ({ ...row.quality, code: row.concept, ...row.reading })) },
    ];
  const members = rows.map((row) => ({
    ...observation(`${id}-${row.code}`, 'metabolite', row.concept),
    ...row.quality,
    ...row.reading,
  }));
  return [
    { ...panel, hasMember: members.map((member) => ({ reference: `Observation/${member.id}` })) },
    ...members,
  ];
}

/**
 * Plasma metabolomics: fifteen of the sixty analytes move with the systemic burden, against a person's own level (so
 * that the change since baseline tells more than the value), day-to-day variation, meals, dilution and batches.
 */
export const metabolomicsSimulator: ModalitySimulator = {
  id: 'metabolomics',
  /**
   * Log concentrations of the informative analytes: at baseline, then at the landmark. Before dilution and batches: what
   * pooled QC and normalisation can give back counts as attainable.
   */
  signals: (patient, landmarkMonths) =>
    drawsForLandmark(patient, landmarkMonths).flatMap((draw) => {
      const logs = truestLogs(patient, draw);
      return INFORMATIVE.map((position) => logs[position] ?? NaN);
    }),
  resources: (patient, observed, codes) =>
    takenDraws(patient, observed, 'metabolomics', issueDay(patient)).flatMap((draw) =>
      panelResources(patient, draw, codes),
    ),
};
