import type { Extension, RiskAssessment, RiskAssessmentPrediction } from 'fhir/r4.js';
import type { Assessment } from '../../domain/index.ts';
import {
  COMPUTED_AT,
  HEALTH_TEST,
  profile,
  QUALITATIVE_RISK,
  RESULT,
  RISK_ID,
  RISK_INTERVAL,
  RISK_METHOD,
  RISK_OUTCOME,
} from './codes.ts';
import { basisOf, type Vanished } from './evidence.ts';
import {
  estimatedHorizons,
  horizonText,
  modelText,
  narrative,
  noteTexts,
  riskTexts,
  vanishedTexts,
  type Estimated,
} from './texts.ts';

/** The horizon after which the strata are named. */
const STRATUM_MONTHS = 12;

/** Four digits: what stands behind them is noise of the arithmetic. Rounding keeps lower <= risk <= upper. */
const share = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The quantiles that models give are those of 5 and 95 %. */
const INTERVAL_LEVEL = 0.9;

/**
 * R4 gives a prediction one probability, and wants a Range of it in UCUM per cent (ras-1). HAPI takes such a Range
 * for a duration and refuses the resource, so the interval stands beside the risk.
 */
const intervalOf = ({ lower, upper }: Estimated): Extension => ({
  url: RISK_INTERVAL,
  extension: [
    { url: 'low', valueDecimal: share(lower) },
    { url: 'high', valueDecimal: share(upper) },
    { url: 'level', valueDecimal: INTERVAL_LEVEL },
  ],
});

/**
 * The calendar day so many months later, the last of its month where there is no such day: FHIRPath's date
 * arithmetic, which our profile checks periods by. At most two days from the model's months of 30.4375 days.
 */
const monthsLater = (date: string, months: number): string => {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0));
  lastOfMonth.setUTCDate(Math.min(day, lastOfMonth.getUTCDate()));
  return lastOfMonth.toISOString().slice(0, 10);
};

const NONE: Vanished = new Set();

const predictionOf = (assessment: Assessment, horizon: Estimated): RiskAssessmentPrediction => {
  const { risk, landmarkDate } = assessment;
  const whenPeriod = { start: landmarkDate, end: monthsLater(landmarkDate, horizon.horizonMonths) };
  const stratum =
    risk.status === 'estimated' && horizon.horizonMonths === STRATUM_MONTHS ? risk.stratum : undefined;
  return {
    extension: [intervalOf(horizon)],
    outcome: RISK_OUTCOME,
    probabilityDecimal: share(horizon.risk),
    ...(stratum !== undefined && { qualitativeRisk: QUALITATIVE_RISK[stratum] }),
    whenPeriod,
    rationale: `${horizonText(horizon)}, for a patient alive and recurrence-free at the landmark`,
  };
};

/**
 * A result as R4 RiskAssessment, one prediction a horizon. `probabilityDecimal` is a share of 0..1, never a percentage: R4 leaves the scale
 * open, our profile does not. A horizon without an estimate has no prediction; a note names it. A result without
 * any is written too, as it may have to replace a number of the same day; it does not claim the profile.
 *
 * @param names.device reference to the model's Device
 * @param names.vanished evidence to be named in words, as the server has it no more
 * @see http://hl7.org/fhir/R4/riskassessment.html
 */
export function riskAssessmentOf(
  assessment: Assessment,
  names: { readonly id: string; readonly device: string; readonly vanished?: Vanished },
): RiskAssessment & { readonly id: string } {
  const predictions = estimatedHorizons(assessment).map((each) => predictionOf(assessment, each));
  const { id, device, vanished = NONE } = names;
  const basis = basisOf(assessment, vanished);
  const notes = [...noteTexts(assessment), ...vanishedTexts(vanished.size)];
  return {
    resourceType: 'RiskAssessment',
    id,
    meta: {
      ...(predictions.length > 0 && { profile: [profile('recurrence-risk-assessment')] }),
      ...(assessment.model.simulated && { security: [HEALTH_TEST] }),
    },
    text: narrative([modelText(assessment), ...riskTexts(assessment), ...notes]),
    extension: [
      { url: COMPUTED_AT, valueInstant: assessment.computedAt },
      { url: RESULT, valueId: assessment.fingerprint },
    ],
    identifier: [{ system: RISK_ID, value: id }],
    status: 'final',
    method: RISK_METHOD,
    code: RISK_METHOD,
    subject: { reference: `Patient/${assessment.patientId}` },
    occurrenceDateTime: assessment.landmarkDate,
    performer: { reference: device },
    ...(basis.length > 0 && { basis }),
    ...(predictions.length > 0 && { prediction: predictions }),
    note: notes.map((text) => ({ text })),
  };
}
