import type { CodeableConcept, DiagnosticReport, Observation, Quantity } from 'fhir/r4.js';
import { CFDNA_MARKERS, type CfdnaMarker, SYSTEMS } from '../terminology/index.ts';
import { CFDNA, FOLLOW_UP } from './constants.ts';
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
import { specimenOf } from './specimens.ts';

const GENOMICS = 'http://hl7.org/fhir/uv/genomics-reporting';
const BIOMARKER: CodeableConcept = concept(`${GENOMICS}/CodeSystem/tbd-codes-cs`, 'biomarker-category');
const GENETICS: CodeableConcept = concept('http://terminology.hl7.org/CodeSystem/v2-0074', 'GE');

/** Tumour fraction (0..1), short/long ratio, share of tumour-type methylation (0..1), as measured. */
type Markers = Readonly<Record<CfdnaMarker, number>>;

function measured(patient: SimulatedPatient, draw: Draw): Markers {
  const burden = burdenAtDraw(patient, draw);
  const person = patient.random.fork('cfdna person');
  const sample = patient.random.fork(`cfdna ${draw.label}`);
  const batch = batchRandom(patient, 'cfdna', dateOf(patient, draw.day));
  const { fractionAtZero, fractionMax, fragment, methylation } = CFDNA;
  const shed = fractionAtZero * Math.exp(burden + CFDNA.sheddingSd * person.normal());
  const fraction = (fractionMax * shed) / (fractionMax + shed);
  return {
    'tumour-fraction': Math.max(
      0,
      fraction * Math.exp(CFDNA.fractionRelativeSd * sample.normal()) +
        CFDNA.fractionErrorSd * sample.normal(),
    ),
    'fragment-score':
      fragment.median *
      Math.exp(
        fragment.personSd * person.normal() +
          fragment.withinSd * sample.normal() +
          CFDNA.batchSd * batch.normal() +
          fragment.loading * systemicBurden(burden),
      ),
    'methylation-score': Math.max(
      0,
      methylation.background *
        Math.exp(methylation.personSd * person.normal() + CFDNA.batchSd * batch.normal()) +
        methylation.gain * fraction +
        methylation.errorSd * sample.normal(),
    ),
  };
}

const issueDay =
  (patient: SimulatedPatient) =>
  (draw: Draw): number =>
    draw.day + integerBetween(patient.random.fork(`cfdna issue ${draw.label}`), FOLLOW_UP.issueAfterDrawDays);

const valueOf = (patient: SimulatedPatient, marker: CfdnaMarker, value: number): Quantity => {
  const unit = marker === 'fragment-score' ? '1' : patient.site.fractionUnit;
  return quantity(unit === '%' ? 100 * value : value, unit);
};

function reportResources(patient: SimulatedPatient, draw: Draw): SimulatedResource[] {
  const loss = patient.random.fork(`cfdna loss ${draw.label}`);
  const lossy = patient.collection.drawLostShare > 0;
  const id = `${patient.id}-cfdna-${draw.label}`;
  const issued = instantAt(dateOf(patient, issueDay(patient)(draw)), '15:30:00');
  const shared = {
    status: 'final' as const,
    subject: subjectOf(patient),
    effectiveDateTime: instantAt(dateOf(patient, draw.day), '08:15:00'),
    issued,
  };
  const values = measured(patient, draw);
  const kept = CFDNA_MARKERS.filter((marker) => loss.uniform() >= CFDNA.missing[marker] || !lossy);
  const observations = kept.map((marker): Observation & { id: string } => ({
    resourceType: 'Observation',
    id: `${id}-${marker}`,
    meta: profiled(
      { lastUpdated: issued },
      `cfdna-${marker}`,
      `${GENOMICS}/StructureDefinition/molecular-biomarker`,
    ),
    category: [LABORATORY, BIOMARKER],
    code: concept(SYSTEMS.project, marker),
    ...shared,
    specimen: specimenOf(patient, draw),
    valueQuantity: valueOf(patient, marker, values[marker]),
  }));
  const report: DiagnosticReport & { id: string } = {
    resourceType: 'DiagnosticReport',
    id,
    meta: profiled({ lastUpdated: issued }, 'cfdna-report', `${GENOMICS}/StructureDefinition/genomic-report`),
    category: [GENETICS],
    code: concept(SYSTEMS.loinc, '51969-4', 'Genetic analysis report'),
    ...shared,
    specimen: [specimenOf(patient, draw)],
    ...(observations.length === 0
      ? {}
      : { result: observations.map((observation) => ({ reference: `Observation/${observation.id}` })) }),
  };
  return [report, ...observations];
}

/**
 * Plasma cfDNA by low-pass sequencing: the tumour fraction shows high burdens only (its error swamps low ones),
 * the methylation score somewhat lower ones, the fragment ratio follows the systemic burden faintly throughout.
 */
export const cfdnaSimulator: ModalitySimulator = {
  id: 'cfdna',
  /** Per draw, baseline then landmark: log(tumour fraction + .005), log ratio, log(methylation share + .01). */
  signals: (patient, landmarkMonths) =>
    drawsForLandmark(patient, landmarkMonths).flatMap((draw) => {
      const markers = measured(patient, draw);
      return [
        Math.log(markers['tumour-fraction'] + 0.005),
        Math.log(markers['fragment-score']),
        Math.log(markers['methylation-score'] + 0.01),
      ];
    }),
  resources: (patient, observed) =>
    takenDraws(patient, observed, 'cfdna', issueDay(patient)).flatMap((draw) =>
      reportResources(patient, draw),
    ),
};
