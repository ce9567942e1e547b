import { daysBetween } from '../../domain/index.ts';
import type { SimulatedPatient } from '../patient.ts';
import { FIELD_RADIUS_MM, type Anatomy } from './anatomy.ts';
import { MATRIX, PIXEL_MM, SLICE_MM } from './canvas.ts';
import type { Scanner } from './scanners.ts';
import type { Attributes } from './series-files.ts';
import { CORONAL_STEP, type CtSeriesPlan, type CtStudyPlan, THICK_SLICES } from './plan.ts';

const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
const START_TIME = '093000';

/** YYYY-MM-DD to DICOM's DA. */
const dicomDate = (date: string): string => date.replaceAll('-', '');

const ageOf = (patient: SimulatedPatient, date: string): string =>
  `${String(Math.floor(daysBetween(patient.birthDate, date) / 365.25)).padStart(3, '0')}Y`;

/** Patient, study, equipment: the same in every file of a study. */
export const studyAttributes = (
  patient: SimulatedPatient,
  plan: CtStudyPlan,
  scanner: Scanner,
  anatomy: Anatomy,
): Attributes => ({
  SpecificCharacterSet: 'ISO_IR 192',
  SyntheticData: 'YES',
  TimezoneOffsetFromUTC: '+0800',
  StudyInstanceUID: plan.studyInstanceUid,
  StudyDate: dicomDate(plan.date),
  StudyTime: START_TIME,
  StudyID: '1',
  StudyDescription: scanner.description,
  AccessionNumber: '',
  ReferringPhysicianName: '',
  PatientName: `${patient.name.family}^${patient.name.given}`,
  PatientID: patient.id,
  PatientBirthDate: dicomDate(patient.birthDate),
  PatientSex: patient.sex === 'male' ? 'M' : 'F',
  PatientAge: ageOf(patient, plan.date),
  PatientSize: String(anatomy.heightCm / 100),
  PatientWeight: String(anatomy.weightKg),
  Manufacturer: 'Simulated',
  ManufacturerModelName: scanner.model,
  DeviceSerialNumber: scanner.serial,
  SoftwareVersions: '3.0',
  StationName: `CT-${patient.site.id}`,
  InstitutionName: `Simulated hospital, ${patient.site.id}`,
});

/** The series, and the instant of its acquisition. */
export const seriesAttributes = (plan: CtStudyPlan, series: CtSeriesPlan): Attributes => ({
  SeriesInstanceUID: series.seriesInstanceUid,
  SeriesNumber: String(series.number),
  SeriesDate: dicomDate(plan.date),
  SeriesTime: START_TIME,
  SeriesDescription: series.description,
  Modality: series.dicomModality,
  ContentDate: dicomDate(plan.date),
});

export interface ImageGeometry {
  readonly imageType: readonly string[];
  readonly rows: number;
  readonly columns: number;
  /** Between rows, between columns. */
  readonly pixelSpacing: readonly [number, number];
  readonly orientation: readonly number[];
  readonly thickness: number;
  readonly spacing: number;
}

const PADDING = { signed: -2000, unsigned: 0 } as const;

export const paddingOf = ({ signed }: Scanner): number => (signed ? PADDING.signed : PADDING.unsigned);

const pixelAttributes = (scanner: Scanner, { rows, columns, pixelSpacing }: ImageGeometry): Attributes => ({
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  Rows: rows,
  Columns: columns,
  PixelSpacing: pixelSpacing.map(String),
  BitsAllocated: 16,
  BitsStored: scanner.signed ? 16 : 12,
  HighBit: scanner.signed ? 15 : 11,
  PixelRepresentation: scanner.signed ? 1 : 0,
  PixelPaddingValue: paddingOf(scanner),
  RescaleIntercept: '-1024',
  RescaleSlope: '1',
  RescaleType: 'HU',
  WindowCenter: ['40', '-600'],
  WindowWidth: ['400', '1500'],
  WindowCenterWidthExplanation: ['SOFT TISSUE', 'LUNG'],
  BurnedInAnnotation: 'NO',
  LossyImageCompression: '00',
  _vrMap: { PixelPaddingValue: scanner.signed ? 'SS' : 'US' },
});

const acquisitionAttributes = (plan: CtStudyPlan, scanner: Scanner): Attributes => ({
  AcquisitionNumber: '1',
  AcquisitionDate: dicomDate(plan.date),
  BodyPartExamined: 'CHEST',
  ProtocolName: scanner.description,
  PatientPosition: 'FFS',
  KVP: String(scanner.kvp),
  XRayTubeCurrent: String(scanner.milliampere),
  ExposureTime: '500',
  Exposure: String(Math.round(scanner.milliampere / 2)),
  FilterType: 'BODY FILTER',
  ConvolutionKernel: scanner.kernel,
  GantryDetectorTilt: '0',
  TableHeight: '150',
  RotationDirection: 'CW',
  DataCollectionDiameter: '500',
  ReconstructionDiameter: String(MATRIX * PIXEL_MM),
  DistanceSourceToDetector: '1040',
  DistanceSourceToPatient: '570',
  FocalSpots: '0.7',
  ...(plan.enhanced ? { ContrastBolusAgent: 'Iodinated contrast, simulated', ContrastBolusRoute: 'IV' } : {}),
});

/** Everything of a CT image but what differs within its series. */
export const imageAttributes = (
  plan: CtStudyPlan,
  scanner: Scanner,
  geometry: ImageGeometry,
): Attributes => ({
  SOPClassUID: CT_IMAGE_STORAGE,
  ImageType: [...geometry.imageType],
  FrameOfReferenceUID: plan.frameOfReferenceUid,
  PositionReferenceIndicator: 'SN',
  ImageOrientationPatient: geometry.orientation.map(String),
  SliceThickness: String(geometry.thickness),
  SpacingBetweenSlices: String(geometry.spacing),
  ImageComments: 'Simulated: shows no patient',
  ...acquisitionAttributes(plan, scanner),
  ...pixelAttributes(scanner, geometry),
});

const AXIAL = { rows: MATRIX, columns: MATRIX, pixelSpacing: [PIXEL_MM, PIXEL_MM] } as const;
const FROM_FEET = [1, 0, 0, 0, 1, 0];
const FROM_FRONT = [1, 0, 0, 0, 0, -1];

export const GEOMETRY = {
  axial: (): ImageGeometry => ({
    ...AXIAL,
    imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    orientation: FROM_FEET,
    thickness: SLICE_MM,
    spacing: SLICE_MM,
  }),
  thick: (): ImageGeometry => ({
    ...AXIAL,
    imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    orientation: FROM_FEET,
    thickness: THICK_SLICES * SLICE_MM,
    spacing: THICK_SLICES * SLICE_MM,
  }),
  coronal: (slices: number): ImageGeometry => ({
    imageType: ['DERIVED', 'SECONDARY', 'REFORMATTED'],
    rows: slices,
    columns: MATRIX,
    pixelSpacing: [SLICE_MM, PIXEL_MM],
    orientation: FROM_FRONT,
    thickness: PIXEL_MM,
    spacing: Number((CORONAL_STEP * PIXEL_MM).toFixed(3)),
  }),
  localizer: (slices: number): ImageGeometry => ({
    imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'],
    rows: slices,
    columns: MATRIX,
    pixelSpacing: [SLICE_MM, PIXEL_MM],
    orientation: FROM_FRONT,
    thickness: Math.round(2 * FIELD_RADIUS_MM),
    spacing: Math.round(2 * FIELD_RADIUS_MM),
  }),
} as const;
