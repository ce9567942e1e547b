import type { ImagingStudy, ImagingStudySeries, Observation } from 'fhir/r4.js';
import { SYSTEMS } from '../terminology/index.ts';
import { type CtStudyPlan, planCt } from './ct/plan.ts';
import { scannerOf } from './ct/scanners.ts';
import { postoperativeCtDay, preoperativeCtDay } from './ct/findings.ts';
import { type CtFile, ctFiles } from './ct/study.ts';
import {
  concept,
  dateOf,
  instantAt,
  observationCategory,
  profiled,
  type SimulatedResource,
  subjectOf,
  writtenOn,
} from './fhir.ts';
import { lazily } from './lazily.ts';
import { observe, type Observed } from './observed.ts';
import type { SimulatedPatient } from './patient.ts';

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';

/** As the site's PACS tells the chart of a series. */
const seriesOf = (patient: SimulatedPatient, plan: CtStudyPlan): ImagingStudySeries[] => {
  const { chart } = scannerOf(patient.site);
  if (chart === 'thin') return [];
  return plan.series.map((series) => ({
    uid: series.seriesInstanceUid,
    number: series.number,
    modality: { system: DCM, code: series.dicomModality },
    description: series.description,
    numberOfInstances: series.instances,
    ...(chart === 'series-and-body-site' && series.dicomModality === 'CT'
      ? { bodySite: { system: SYSTEMS.snomed, code: '51185008', display: 'Thoracic structure' } }
      : {}),
  }));
};

const chestCt = (patient: SimulatedPatient, plan: CtStudyPlan): ImagingStudy & { id: string } => {
  const series = seriesOf(patient, plan);
  return {
    resourceType: 'ImagingStudy',
    id: `${patient.id}-ct-${plan.name}`,
    meta: profiled(writtenOn(plan.date), 'chest-ct'),
    identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:${plan.studyInstanceUid}` }],
    status: 'available',
    modality: [
      { system: DCM, code: 'CT' },
      ...(series.some(({ modality }) => modality.code === 'SR') ? [{ system: DCM, code: 'SR' }] : []),
    ],
    subject: subjectOf(patient),
    started: instantAt(plan.date, '09:30:00'),
    procedureCode: [concept(SYSTEMS.loinc, '24627-2', 'CT Chest')],
    ...(series.length === 0
      ? {}
      : {
          numberOfSeries: series.length,
          numberOfInstances: series.reduce((sum, each) => sum + (each.numberOfInstances ?? 0), 0),
          series,
        }),
  };
};

const attenuationObservation = (
  patient: SimulatedPatient,
  attenuation: string,
  date: string,
): Observation & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient.id}-nodule`,
  meta: profiled(writtenOn(date), 'nodule-attenuation'),
  status: 'final',
  category: [observationCategory('imaging')],
  code: concept(SYSTEMS.project, 'nodule-attenuation', 'Attenuation of a lung nodule on CT'),
  subject: subjectOf(patient),
  effectiveDateTime: date,
  valueCodeableConcept: concept(SYSTEMS.project, attenuation),
});

/**
 * The last CT before surgery, and the first after it, some days before the first visit from month 3 on that took place.
 */
export function ctPlans(patient: SimulatedPatient, observed: Observed): CtStudyPlan[] {
  const after = postoperativeCtDay(patient, observed.visits);
  return [
    planCt(patient, 'preoperative', dateOf(patient, preoperativeCtDay(patient))),
    ...(after === undefined ? [] : [planCt(patient, 'postoperative', dateOf(patient, after))]),
  ];
}

export const chestCts = (patient: SimulatedPatient, observed: Observed): SimulatedResource[] =>
  ctPlans(patient, observed).map((plan) => chestCt(patient, plan));

/** A CT of a chart. Its files are made while they are iterated over, the same each time. */
export interface SimulatedCtStudy {
  readonly patientId: string;
  readonly studyInstanceUid: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** As the site stores them. */
  readonly files: Iterable<CtFile>;
  /** The same images in Explicit VR Little Endian, which every DICOM reader takes. */
  readonly explicitFiles: Iterable<CtFile>;
}

/** The studies that {@link chestCts} puts into the chart. */
export const ctStudiesOf = (patient: SimulatedPatient): SimulatedCtStudy[] =>
  ctPlans(patient, observe(patient)).map((plan) => ({
    patientId: patient.id,
    studyInstanceUid: plan.studyInstanceUid,
    date: plan.date,
    files: lazily(() => ctFiles(patient, plan)),
    explicitFiles: lazily(() => ctFiles(patient, plan, { syntax: 'explicit' })),
  }));

/** How the nodule looked when it was found, before any therapy. */
export function noduleResources(patient: SimulatedPatient, diagnosedOn: string): SimulatedResource[] {
  const { attenuation } = patient.care;
  return attenuation === undefined ? [] : [attenuationObservation(patient, attenuation, diagnosedOn)];
}
