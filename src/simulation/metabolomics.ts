import type { CodeableConcept, Observation, ObservationComponent } from 'fhir/r4.js';
import { SYSTEMS } from '../terminology/index.ts';
import type { AnalyteCodes, SimulationCodes } from './codes.ts';
import { ANALYTES, FOLLOW_UP, METABOLOMICS } from './constants.ts';
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
  batchRandom,
  burdenAtDraw,
  drawsForLandmark,
  type ModalitySimulator,
  systemicBurden,
  takenDraws,
} from './modality-simulator.ts';
import type { SimulatedPatient } from './patient.ts';
import type { Draw } from './schedule.ts';
import { integerBetween } from './shares.ts';
import type { Site } from './sites.ts';
import { specimenOf } from './specimens.ts';

const ANALYTE_TABLE = Object.entries(ANALYTES);
/** Positions of the analytes that load on the burden. */
const INFORMATIVE = ANALYTE_TABLE.flatMap(([, { loading }], position) => (loading === 0 ? [] : [position]));

/** Log concentrations (umol/L) as the instrument read them, in the order of ANALYTES. */
function measuredLogs(patient: SimulatedPatient, draw: Draw): readonly number[] {
  const systemic = systemicBurden(burdenAtDraw(patient, draw));
  const person = patient.random.fork('metabolomics person');
  const sample = patient.random.fork(`metabolomics ${draw.label}`);
  const batch = batchRandom(patient, 'metabolomics', dateOf(patient, draw.day));
  const fasting = sample.normal();
  return ANALYTE_TABLE.map(
    ([, a]) =>
      Math.log(a.median) +
      a.personSd * person.normal() +
      a.loading * systemic +
      a.fasting * fasting +
      Math.hypot(a.withinSd, METABOLOMICS.analyticalSd) * sample.normal() +
      METABOLOMICS.batchSd * batch.normal(),
  );
}

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

type Reading = Pick<ObservationComponent, 'valueQuantity' | 'dataAbsentReason'>;
const NOT_MEASURED: Reading = {
  dataAbsentReason: concept('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'unknown'),
};

const reading = (site: Site, micromolar: number, lod: number, codes: AnalyteCodes): Reading => {
  const below = micromolar < lod;
  const value = inUnitOf(site, below ? lod : micromolar, codes.molarMass);
  return { valueQuantity: quantity(value, site.concentrationUnit, below ? '<' : undefined) };
};

/** Every analyte's code and reading, missing ones included. */
function readPanel(
  patient: SimulatedPatient,
  draw: Draw,
  codes: SimulationCodes,
): { code: string; concept: CodeableConcept; reading: Reading }[] {
  const loss = patient.random.fork(`metabolomics loss ${draw.label}`);
  const lossy = patient.collection.drawLostShare > 0;
  const failed = loss.uniform() < METABOLOMICS.panelFailedShare;
  const missingShare = failed ? METABOLOMICS.failedPanelMissingShare : METABOLOMICS.analyteMissingShare;
  const logs = measuredLogs(patient, draw);
  return ANALYTE_TABLE.flatMap(([code, { lod }], position) => {
    const analyte = codes.analytes.get(code);
    if (analyte === undefined) return [];
    const missing = loss.uniform() < missingShare && lossy;
    const value = Math.exp(logs[position] ?? NaN);
    return {
      code,
      concept: { coding: [...analyte.coding], text: code },
      reading: missing ? NOT_MEASURED : reading(patient.site, value, lod, analyte),
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
  const panel = observation(
    id,
    'metabolite-panel',
    concept(SYSTEMS.project, 'metabolomics-panel', 'Plasma metabolomics panel'),
  );
  const rows = readPanel(patient, draw, codes);
  if (patient.site.panelForm === 'components')
    return [{ ...panel, component: rows.map((row) => ({ code: row.concept, ...row.reading })) }];
  const members = rows.map((row) => ({
    ...observation(`${id}-${row.code}`, 'metabolite', row.concept),
    ...row.reading,
  }));
  return [
    { ...panel, hasMember: members.map((member) => ({ reference: `Observation/${member.id}` })) },
    ...members,
  ];
}

/**
 * Plasma metabolomics: eight of the analytes move with the systemic burden, against a person's own level (so that
 * the change since baseline tells more than the value), day-to-day variation, fasting and batches.
 */
export const metabolomicsSimulator: ModalitySimulator = {
  id: 'metabolomics',
  /** Log concentrations of the informative analytes: at baseline, then at the landmark. */
  signals: (patient, landmarkMonths) =>
    drawsForLandmark(patient, landmarkMonths).flatMap((draw) => {
      const logs = measuredLogs(patient, draw);
      return INFORMATIVE.map((position) => logs[position] ?? NaN);
    }),
  resources: (patient, observed, codes) =>
    takenDraws(patient, observed, 'metabolomics', issueDay(patient)).flatMap((draw) =>
      panelResources(patient, draw, codes),
    ),
};
