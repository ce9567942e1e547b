import type { DicomJson } from '../../simulation/index.ts';
import type { Instance, Series, Study } from './archive.ts';

/** What may be asked for by its keyword. */
export const TAGS: Readonly<Record<string, string>> = {
  SpecificCharacterSet: '00080005',
  ImageType: '00080008',
  SOPClassUID: '00080016',
  SOPInstanceUID: '00080018',
  StudyDate: '00080020',
  SeriesDate: '00080021',
  StudyTime: '00080030',
  SeriesTime: '00080031',
  AccessionNumber: '00080050',
  InstanceAvailability: '00080056',
  Modality: '00080060',
  ModalitiesInStudy: '00080061',
  ReferringPhysicianName: '00080090',
  TimezoneOffsetFromUTC: '00080201',
  StudyDescription: '00081030',
  SeriesDescription: '0008103E',
  RetrieveURL: '00081190',
  PatientName: '00100010',
  PatientID: '00100020',
  PatientBirthDate: '00100030',
  PatientSex: '00100040',
  BodyPartExamined: '00180015',
  SliceThickness: '00180050',
  SpacingBetweenSlices: '00180088',
  ConvolutionKernel: '00181210',
  StudyInstanceUID: '0020000D',
  SeriesInstanceUID: '0020000E',
  StudyID: '00200010',
  SeriesNumber: '00200011',
  InstanceNumber: '00200013',
  ImagePositionPatient: '00200032',
  ImageOrientationPatient: '00200037',
  NumberOfStudyRelatedSeries: '00201206',
  NumberOfStudyRelatedInstances: '00201208',
  NumberOfSeriesRelatedInstances: '00201209',
  NumberOfFrames: '00280008',
  Rows: '00280010',
  Columns: '00280011',
  PixelSpacing: '00280030',
  BitsAllocated: '00280100',
};

export type Level = 'study' | 'series' | 'instance';

/** What an answer holds without being asked for it: PS3.18 tables 10.6.3-3 to 10.6.3-5. */
export const RETURNED: Readonly<Record<Level, readonly string[]>> = {
  study: [
    'SpecificCharacterSet',
    'StudyDate',
    'StudyTime',
    'AccessionNumber',
    'InstanceAvailability',
    'ModalitiesInStudy',
    'ReferringPhysicianName',
    'TimezoneOffsetFromUTC',
    'RetrieveURL',
    'PatientName',
    'PatientID',
    'PatientBirthDate',
    'PatientSex',
    'StudyInstanceUID',
    'StudyID',
    'NumberOfStudyRelatedSeries',
    'NumberOfStudyRelatedInstances',
  ],
  series: [
    'SpecificCharacterSet',
    'Modality',
    'TimezoneOffsetFromUTC',
    'SeriesDescription',
    'RetrieveURL',
    'StudyInstanceUID',
    'SeriesInstanceUID',
    'SeriesNumber',
    'NumberOfSeriesRelatedInstances',
  ],
  instance: [
    'SpecificCharacterSet',
    'SOPClassUID',
    'SOPInstanceUID',
    'InstanceAvailability',
    'TimezoneOffsetFromUTC',
    'RetrieveURL',
    'StudyInstanceUID',
    'SeriesInstanceUID',
    'InstanceNumber',
    'NumberOfFrames',
    'Rows',
    'Columns',
    'BitsAllocated',
  ],
};

/** Of a header, what is the study's: for the levels above an image's. */
const STUDY_WIDE = [...RETURNED.study, 'StudyDescription'];
const SERIES_WIDE = [...STUDY_WIDE, ...RETURNED.series, 'SeriesDate', 'SeriesTime', 'BodyPartExamined'];

const only = (header: DicomJson, keywords: readonly string[]): DicomJson => {
  const tags = new Set(keywords.map((keyword) => TAGS[keyword]));
  return Object.fromEntries(Object.entries(header).filter(([tag]) => tags.has(tag)));
};

const one = (keyword: string, vr: string, ...values: readonly unknown[]): DicomJson => ({
  [TAGS[keyword] ?? '']: { vr, Value: values },
});

const firstOf = ({ instances }: Series): DicomJson => instances[0]?.header ?? {};

const modalityOf = (series: Series): unknown => firstOf(series)[TAGS['Modality'] ?? '']?.Value?.[0];

const instancesIn = ({ series }: Study): number =>
  series.reduce((sum, { instances }) => sum + instances.length, 0);

/** What is the whole study's; `base` is the services' root. */
export const studyAttributes = (study: Study, base: string): DicomJson => ({
  ...only(study.series[0] === undefined ? {} : firstOf(study.series[0]), STUDY_WIDE),
  ...one('InstanceAvailability', 'CS', 'ONLINE'),
  ...one('ModalitiesInStudy', 'CS', ...new Set(study.series.map(modalityOf))),
  ...one('NumberOfStudyRelatedSeries', 'IS', study.series.length),
  ...one('NumberOfStudyRelatedInstances', 'IS', instancesIn(study)),
  ...one('RetrieveURL', 'UR', `${base}/studies/${study.studyInstanceUid}`),
});

export const seriesAttributes = (study: Study, series: Series, base: string): DicomJson => ({
  ...studyAttributes(study, base),
  ...only(firstOf(series), SERIES_WIDE),
  ...one('NumberOfSeriesRelatedInstances', 'IS', series.instances.length),
  ...one('RetrieveURL', 'UR', `${base}/studies/${study.studyInstanceUid}/series/${series.seriesInstanceUid}`),
});

export const instanceAttributes = (
  study: Study,
  series: Series,
  { header, sopInstanceUid }: Instance,
  base: string,
): DicomJson => ({
  ...seriesAttributes(study, series, base),
  ...header,
  ...one(
    'RetrieveURL',
    'UR',
    `${base}/studies/${study.studyInstanceUid}/series/${series.seriesInstanceUid}/instances/${sopInstanceUid}`,
  ),
});
