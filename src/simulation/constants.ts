/**
 * Every effect size of the simulated cohort, with its source. docs/adr/0003-simulated-cohort.md says why these
 * values and what they yield; they are frozen there before any model is fitted. Units: months of 30.4375 days,
 * natural logarithms, umol/L.
 */

/** Changes whenever any number or draw of the simulator does: a cohort is named by version and seed. */
export const GENERATOR_VERSION = '3.0.0';

/**
 * Log residual tumour burden B(t) = intercept + rate * t and what it does to the hazard. B is relative: 0 is a
 * non-major responder of stage IIB at surgery. The hazard of recurrence is (k/l) (t/l)^(k-1) exp(gamma B(t)).
 *
 * Level: event-free survival at 24 months 64 % (CheckMate 816, Forde 2022, doi:10.1056/NEJMoa2202170), 62 %
 * (KEYNOTE-671, Wakelee 2023, doi:10.1056/NEJMoa2302983), 63 % (AEGEAN, Heymach 2023,
 * doi:10.1056/NEJMoa2304875), at 18 months 70 % (CheckMate 77T, Cascone 2024, doi:10.1056/NEJMoa2311926), all
 * from randomisation and with the patients who were never resected; better from resection on (NADIM II,
 * Provencio 2023, doi:10.1056/NEJMoa2215530). At 5 years 49 % (CheckMate 816, Forde 2025,
 * doi:10.1056/NEJMoa2502931). Here 70 % are event-free 24 months after surgery, 47 % after 5 years.
 */
export const LATENT = {
  /** Hazard ratio per unit of B: e. Top quarter of B(3 months) against the rest 5.6, top tenth 6.9; MRD found after resection 11 (LUNGCA-1, Xia 2022, doi:10.1158/1078-0432.CCR-21-3044). */
  gamma: 1,
  weibullShape: 1.1,
  weibullScaleMonths: 115,
  /** Death without recurrence, constant: 1.5 % a year, as in the general population around 65. */
  otherDeathPerMonth: 0.00125,
  /** IIIA against IB: hazard ratio exp(.4 + .4) = 2.2 at the same residual, risk ratio 1.5 within 24 months; Goldstraw 2016, doi:10.1016/j.jtho.2015.09.009. */
  stageBurden: { IB: -0.4, IIA: -0.2, IIB: 0, IIIA: 0.4, IIIC: 1.2, IV: 2 },
  /** Hazard ratio .41 at the same residual, .57 marginally: 24-month event-free survival 90, 60, 57, 39 % with 0-5, 5-30, 30-80, over 80 % residual viable tumour, Deutsch 2024, doi:10.1038/s41591-023-02660-6. */
  majorResponseBurden: -0.9,
  interceptSd: 1.4,
  /**
   * Growth per month: doubling in 12 months at +1 SD, in 6 at +2 SD; held or shrinking in half, which gives the
   * plateau of the trials' curves. ctDNA growth before relapse: Abbosh 2023, doi:10.1038/s41586-023-05776-4;
   * cleared and never returning: Zhang 2022, doi:10.1158/2159-8290.CD-21-1486.
   */
  rateMean: 0,
  rateSd: 0.06,
  /** Before surgery the tumour is still there: B = shift + slope * intercept + residual. */
  preoperative: { shift: 1.4, slope: 0.5, sd: 0.7 },
} as const;

/** The eligible: stage after neoadjuvant therapy (CheckMate 816 and 77T, downstaged), response and treatment. */
export const CLINICAL = {
  stageShares: { IB: 0.2, IIA: 0.15, IIB: 0.3, IIIA: 0.35 },
  /** Major response among those without a complete one: (.369 - .24) / (1 - .24) in CheckMate 816, (.333 - .172) / (1 - .172) in AEGEAN. A complete response has no stage IB-IIIA to write. */
  majorResponseShare: 0.16,
  /** Shares by cycles given: 3 in CheckMate 816, 4 in 77T, KEYNOTE-671 and AEGEAN. */
  cycleShares: { '2': 0.15, '3': 0.5, '4': 0.35 },
  cycleDays: 21,
  /** Within 6 weeks of the last dose (CheckMate 816's protocol); median 34 days in AEGEAN, doi:10.1016/j.jtho.2025.06.015. */
  lastDoseToSurgeryDays: { min: 28, max: 42 },
  /** Lobectomy in 88 % (AEGEAN, doi:10.1016/j.jtho.2025.06.015), men 72 %. */
  pneumonectomyShare: 0.12,
  maleShare: 0.7,
  ageYears: { mean: 64, sd: 7.5, min: 40, max: 79 },
  outOfStudyShare: 0.04,
  outOfStudyAgeYears: 87.5,
} as const;

/** Visits, samples and losses; the timing is that of notes on the study's landmarks, the losses are assumptions. */
export const FOLLOW_UP = {
  visitMonths: [1, 3, 6, 9, 12, 18, 24, 30, 36, 42, 48, 54, 60, 72, 84, 96],
  visitJitterDays: 6,
  firstVisitJitterDays: 3,
  drawBeforeVisitDays: { min: 10, max: 20 },
  issueAfterDrawDays: { min: 3, max: 9 },
  baselineBeforeSurgeryDays: { min: 3, max: 20 },
  postoperativeDay: 7,
  /** Not returning after a visit, per month to the next one. */
  dropOutPerMonth: 0.004,
  /** Death after recurrence, per month: a median of about 20 months. */
  deathAfterRecurrencePerMonth: 0.035,
  lacksModalityShare: 0.05,
  drawLostShare: 0.06,
} as const;

/**
 * What is recorded of care, without bearing on the outcome (docs/adr/0014-eligibility.md). R1 in about one resection
 * of twenty: AEGEAN (doi:10.1056/NEJMoa2304875), KEYNOTE-671 (doi:10.1056/NEJMoa2302983), from memory; nobody in the
 * cohort has R2, a pure ground-glass nodule or a withdrawn consent. The other numbers are assumptions.
 */
export const CARE = {
  residualTumourShares: { r0: 0.94, r1: 0.06 },
  attenuationShares: { solid: 0.8, 'part-solid': 0.2 },
  attenuationRecordedShare: 0.85,
  consentRecordedShare: 0.9,
  ctBeforeSurgeryDays: { min: 4, max: 18 },
  ctBeforeVisitDays: { min: 2, max: 8 },
  /** umol/L; SDs of the logarithm between persons and from day to day. */
  creatinine: {
    medianMicromolar: { male: 84, female: 67 },
    personSd: 0.16,
    withinSd: 0.07,
    beforeVisitDays: 4,
  },
} as const;

/** Enrolment and data cut: at least 27 months lie between the last resection and the cut. */
export const CALENDAR = {
  firstSurgery: '2019-01-07',
  lastSurgery: '2024-06-28',
  dataCut: '2026-10-01',
  /** All sites keep this offset. */
  utcOffset: '+08:00',
} as const;

/**
 * A host's answer to tumour saturates: 3 tanh(B / 3). The metabolite loadings and the fragmentation shift act
 * through it.
 */
export const SYSTEMIC_SATURATION = 3;

/** cfDNA. Tumour-derived share at B = 0 before shedding differences, and what each marker makes of it. */
export const CFDNA = {
  /** About ten times what sensitive assays find after resection (Abbosh 2023), so that low-pass sequencing can see it. */
  fractionAtZero: 0.003,
  fractionMax: 0.6,
  /** Tumours shed differently: SD of the person's log shedding (Abbosh 2017, doi:10.1038/nature22364). */
  sheddingSd: 0.5,
  /** Low-pass sequencing: ichorCNA's floor is about 3 % (Adalsteinsson 2017, doi:10.1038/s41467-017-00965-y); an absolute error of .8 % is a 4 SD floor there. */
  fractionErrorSd: 0.008,
  fractionRelativeSd: 0.15,
  /** Short/long ratio, log scale; shorter with tumour: Mouliere 2018, doi:10.1126/scitranslmed.aat4921, Cristiano 2019, doi:10.1038/s41586-019-1272-6. */
  fragment: { median: 0.24, personSd: 0.1, withinSd: 0.075, loading: 0.045 },
  /** Share of markers in tumour state: background, gain per tumour fraction; Liu 2020, doi:10.1016/j.annonc.2020.02.011. */
  methylation: { background: 0.02, gain: 0.8, personSd: 0.15, errorSd: 0.004 },
  batchSd: 0.02,
  missing: { 'tumour-fraction': 0.02, 'fragment-score': 0.03, 'methylation-score': 0.08 },
} as const;

/**
 * CT (docs/adr/0036-simulated-ct.md). Bodies: means and SDs; findings: medians, loadings on 3 tanh(B / 3), and SDs of the
 * logarithm between patients.
 */
export const IMAGING = {
  /** C34.11 against C34.12. */
  rightSideShare: 0.55,
  bodies: {
    male: {
      heightCm: { mean: 169, sd: 6 },
      lungHeightMm: { mean: 252, sd: 11 },
      halfWidthMm: { mean: 130, sd: 5 },
      halfDepthMm: { mean: 92, sd: 6 },
      tracheaMm: { mean: 8.6, sd: 0.6 },
      fatMm: 10,
      muscleMm: 12,
    },
    female: {
      heightCm: { mean: 158, sd: 5.5 },
      lungHeightMm: { mean: 244, sd: 11 },
      halfWidthMm: { mean: 122, sd: 5 },
      halfDepthMm: { mean: 84, sd: 5 },
      tracheaMm: { mean: 7.2, sd: 0.5 },
      fatMm: 14,
      muscleMm: 8,
    },
    logMassIndex: { mean: 3.15, sd: 0.11 },
    heart: { mean: 1, sd: 0.06 },
    domeHeightMm: { mean: 72, sd: 6 },
    lungHu: { mean: -858, sd: 16 },
    emphysemaShare: 0.35,
  },
  contrastShare: 0.6,
  /** Longest diameter of the tumour before surgery. */
  tumourMm: { median: 29, loading: 0.16, sd: 0.38, min: 11, max: 75 },
  /** Short axis of the largest mediastinal node. */
  nodeMm: { median: 9, loading: 0.08, sd: 0.26, max: 26 },
  /** Soft tissue where the lobe was. */
  bedMl: { median: 45, loading: 0.3, sd: 0.65, max: 400 },
  /** Pleural fluid. */
  effusionMl: { median: 90, loading: 0.36, sd: 0.8, max: 1100 },
  /** Their number, and the diameter of each. */
  nodules: { meanLog: -0.4, loading: 0.36, max: 7, sizeMm: { median: 9.5, sd: 0.2, max: 18 } },
  /** What surgery moves, mm. */
  afterLobectomy: {
    shift: { mean: 9, sd: 3 },
    domeRise: { mean: 20, sd: 6 },
    hilumRise: { mean: 13, sd: 4 },
  },
  afterPneumonectomy: {
    shift: { mean: 24, sd: 5 },
    domeRise: { mean: 34, sd: 8 },
    hilumRise: { mean: 6, sd: 3 },
  },
  /** mA kV^2 that give a CTDIvol of 1 mGy. */
  doseReference: 400_000,
  /** HU, of a voxel. */
  noiseSd: { north: 13, east: 15, south: 12, west: 17 },
} as const;
