import type { CtTensorSpec } from './imaging.ts';

/** Which sample counts for what; the defaults are the statistical contract's. */
export interface DrawRules {
  /** Assumed where a result has no issued time. */
  readonly turnaroundDays: number;
  /** The baseline lies at most so long before the incision. */
  readonly baselineWindowDays: number;
  /** Postoperative draws count from this day after surgery. */
  readonly firstPostoperativeDay: number;
  /** An older latest draw is too old. */
  readonly maxAgeDays: number;
}

/** What becomes of a haemolysed sample: its sensitive analytes are left out, or all of it is. */
export const HAEMOLYSIS_RULES = ['leave-out', 'reject'] as const;

/** When a metabolite panel is good enough. */
export interface MetabolomicsRules {
  /** The share of the analytes that must have been measured; below detection counts as measured. */
  readonly minimumMeasuredShare: number;
  /** An analyte that varies more over its batch's pooled quality-control samples counts as not measured. */
  readonly maximumPooledQcRsdPercent: number;
  readonly onHaemolysis: (typeof HAEMOLYSIS_RULES)[number];
  /** Analytes that red cells hold in excess of plasma, or change once they burst. */
  readonly haemolysisSensitive: readonly string[];
}

/** Which CTs count for what, and which of their series can be read. Days are counted from the incision. */
export interface ImagingRules {
  /** The CT before surgery lies at most so long before the incision. */
  readonly baselineWindowDays: number;
  /** The CT after surgery is the first of these days, both included. */
  readonly postoperativeFirstDay: number;
  readonly postoperativeLastDay: number;
  /** A CT may be used from so many days after it on. */
  readonly turnaroundDays: number;
  /** Of the distance between slices and of their thickness. */
  readonly maximumSliceSpacingMm: number;
  readonly minimumSlices: number;
  /** From the first slice to the last, where distances are told. */
  readonly minimumCoverageMm: number;
  /** How a CT becomes what an image model takes: as the model's manifest has it. */
  readonly tensor: CtTensorSpec;
}

/** What a site may set of how charts become features. A model fits the settings that it was trained with, alone. */
export interface ModalitySettings {
  /** Of every modality that is measured in blood. */
  readonly draws: DrawRules;
  readonly metabolomics: MetabolomicsRules;
  readonly imaging: ImagingRules;
}

/**
 * Red cells hold aspartate, glutamate, taurine, lactate, purines and polyamines in excess of plasma; their arginase turns
 * arginine into ornithine (Yin 2013, doi:10.1373/clinchem.2012.199257; Kamlage 2014,
 * doi:10.1373/clinchem.2013.211979). 30 % is the wider of the usual limits (Dunn 2011, doi:10.1038/nprot.2011.335: 20 %
 * for LC-MS, 30 % for GC-MS).
 */
export const DEFAULT_MODALITY_SETTINGS: ModalitySettings = {
  draws: { turnaroundDays: 14, baselineWindowDays: 60, firstPostoperativeDay: 3, maxAgeDays: 190 },
  metabolomics: {
    minimumMeasuredShare: 0.8,
    maximumPooledQcRsdPercent: 30,
    onHaemolysis: 'leave-out',
    haemolysisSensitive: [
      'aspartate',
      'glutamate',
      'arginine',
      'ornithine',
      'taurine',
      'lactate',
      'hypoxanthine',
      'inosine',
      'spermidine',
      'spermine',
    ],
  },
  imaging: {
    baselineWindowDays: 60,
    postoperativeFirstDay: 14,
    postoperativeLastDay: 183,
    turnaroundDays: 1,
    maximumSliceSpacingMm: 5,
    minimumSlices: 40,
    minimumCoverageMm: 150,
    // Most lungs fit into 320 mm; finer grids cost eightfold for each halving.
    tensor: { sizeVoxels: 64, spacingMm: 5, windowHu: [-1000, 400], marginMm: 10 },
  },
};
