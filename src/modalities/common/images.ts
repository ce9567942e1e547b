/** Where a site's images come from: its PACS by DICOMweb, or the folder of a cohort. One contract test runs on both. */

/** One series as its archive tells of it; what it does not tell is absent, and never guessed. */
export interface SeriesInfo {
  readonly seriesInstanceUid: string;
  /** DICOM's Modality. */
  readonly dicomModality?: string;
  readonly seriesNumber?: number;
  /** NumberOfSeriesRelatedInstances (0020,1209), or the files there are. */
  readonly instances?: number;
  readonly description?: string;
  readonly bodyPartExamined?: string;
}

/** What its images tell of a series; asked for only where the choice needs it. */
export interface SeriesDetails extends SeriesInfo {
  /** Instances that its listing has; fewer than `instances` where the archive lacks some. */
  readonly listed?: number;
  /** Images in them: frames, where instances have several. */
  readonly slices?: number;
  /** Values of ImageType (0008,0008) of its first image: ORIGINAL\PRIMARY\AXIAL, DERIVED\SECONDARY\... */
  readonly imageType?: readonly string[];
  readonly sliceThicknessMm?: number;
  /** Along the normal, where positions are told; the median distance. */
  readonly sliceSpacingMm?: number;
  /** ImageOrientationPatient (0020,0037) of its first image. */
  readonly orientation?: readonly number[];
  readonly convolutionKernel?: readonly string[];
}

/** Part 10 files of one series on disk, for as long as they are not disposed of. */
export interface FetchedSeries extends AsyncDisposable {
  /** Absolute paths, one an instance, in no particular order. */
  readonly files: readonly string[];
  readonly bytes: number;
}

export interface StudyAddress {
  readonly studyInstanceUid: string;
  /** `Endpoint/id` of the ImagingStudy and its series: where it says that the images are. */
  readonly endpoints: readonly string[];
}

/**
 * All methods throw {@link CdsError} PACS_* and SPOOL_UNAVAILABLE; a folder throws PACS_NOT_FOUND where it lacks the
 * study.
 */
export interface ImageSource {
  /**
   * What ties its images to the chart: PatientID, which has to be one of the patient's identifiers, beside
   * StudyInstanceUID (the default); or StudyInstanceUID alone, where the archive knows patients by other names.
   */
  readonly patientIdentity?: 'patient-id' | 'study-uid';
  /** The series of a study; never empty. */
  series(study: StudyAddress, signal: AbortSignal): Promise<readonly SeriesInfo[]>;
  details(study: StudyAddress, series: SeriesInfo, signal: AbortSignal): Promise<SeriesDetails>;
  /**
   * Brings a whole series to disk: all instances that the archive says there are, or an error. Dispose of it.
   */
  fetch(study: StudyAddress, series: SeriesInfo, signal: AbortSignal): Promise<FetchedSeries>;
}
