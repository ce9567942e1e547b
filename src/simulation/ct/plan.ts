import type { SimulatedPatient } from '../patient.ts';
import { drawAnatomy } from './anatomy.ts';
import { MATRIX } from './canvas.ts';
import type { CtName } from './findings.ts';
import { isEnhanced } from './phantom.ts';
import { scannerOf } from './scanners.ts';
import { evenUid, simulatedUid } from './uid.ts';

/** Slices that a thick reconstruction puts together, and from row to row of a coronal one. */
export const THICK_SLICES = 2;
export const CORONAL_STEP = 3;

export type CtSeriesKind = 'localizer' | 'axial' | 'thick' | 'coronal' | 'dose-report';

export interface CtSeriesPlan {
  readonly kind: CtSeriesKind;
  readonly seriesInstanceUid: string;
  readonly number: number;
  readonly dicomModality: 'CT' | 'SR';
  readonly description: string;
  readonly instances: number;
}

/** What a study holds, before any image of it is made. */
export interface CtStudyPlan {
  readonly name: CtName;
  readonly studyInstanceUid: string;
  readonly frameOfReferenceUid: string;
  /** YYYY-MM-DD, the site's. */
  readonly date: string;
  readonly enhanced: boolean;
  readonly slices: number;
  readonly series: readonly CtSeriesPlan[];
}

const NUMBERS: Readonly<Record<CtSeriesKind, number>> = {
  localizer: 1,
  axial: 2,
  thick: 3,
  coronal: 4,
  'dose-report': 501,
};

const DESCRIPTIONS: Readonly<Record<CtSeriesKind, string>> = {
  localizer: 'Topogram',
  axial: 'Chest 4.0',
  thick: 'Chest 8.0',
  coronal: 'Coronal MPR',
  'dose-report': 'Dose Report',
};

/** StudyInstanceUID of a chart's ImagingStudy. */
const studyUidOf = (patient: SimulatedPatient, name: CtName): string =>
  simulatedUid(patient.random.fork(`ct ${name} uid`));

const instancesOf = (kind: CtSeriesKind, slices: number): number => {
  if (kind === 'axial') return slices;
  if (kind === 'thick') return Math.floor(slices / THICK_SLICES);
  return kind === 'coronal' ? Math.ceil(MATRIX / CORONAL_STEP) : 1;
};

/** @param date YYYY-MM-DD of the CT */
export function planCt(patient: SimulatedPatient, name: CtName, date: string): CtStudyPlan {
  const scanner = scannerOf(patient.site);
  const { slices } = drawAnatomy(patient);
  const random = patient.random.fork(`ct ${name} series`);
  const [thick, coronal, dose] = [random.uniform(), random.uniform(), random.uniform()];
  const kinds: CtSeriesKind[] = [
    'localizer',
    'axial',
    ...(thick < scanner.thickShare ? (['thick'] as const) : []),
    ...(coronal < scanner.coronalShare ? (['coronal'] as const) : []),
    ...(dose < scanner.doseShare ? (['dose-report'] as const) : []),
  ];
  return {
    name,
    studyInstanceUid: studyUidOf(patient, name),
    frameOfReferenceUid: evenUid(random.fork('frame of reference')),
    date,
    enhanced: isEnhanced(patient, name),
    slices,
    series: kinds.map((kind) => ({
      kind,
      seriesInstanceUid: evenUid(random.fork(`series ${kind}`)),
      number: NUMBERS[kind],
      dicomModality: kind === 'dose-report' ? 'SR' : 'CT',
      description: DESCRIPTIONS[kind],
      instances: instancesOf(kind, slices),
    })),
  };
}
