import type { DiagnosticReport } from 'fhir/r4.js';
import type { Assessment } from '../../domain/index.ts';
import { HEALTH_TEST, profile, REPORTED_RISK, RESULT, RISK_ID, RISK_METHOD, OTHER_SERVICE } from './codes.ts';
import { modelText, narrative, noteTexts, riskTexts } from './texts.ts';

/**
 * A result as a report, for EHRs that show reports and no RiskAssessments: its conclusion in words, and where the
 * numbers are. R4 lets no Device perform a report, so the model is named in the text and by the Provenance.
 *
 * @param names.risk reference to the RiskAssessment
 */
export function diagnosticReportOf(
  assessment: Assessment,
  names: { readonly id: string; readonly risk: string },
): DiagnosticReport & { readonly id: string } {
  const texts = [modelText(assessment), ...riskTexts(assessment), ...noteTexts(assessment)];
  return {
    resourceType: 'DiagnosticReport',
    id: names.id,
    meta: {
      profile: [profile('recurrence-risk-report')],
      ...(assessment.model.simulated && { security: [HEALTH_TEST] }),
    },
    text: narrative(texts),
    extension: [
      { url: REPORTED_RISK, valueReference: { reference: names.risk } },
      { url: RESULT, valueId: assessment.fingerprint },
    ],
    identifier: [{ system: RISK_ID, value: names.id }],
    status: 'final',
    category: [OTHER_SERVICE],
    code: RISK_METHOD,
    subject: { reference: `Patient/${assessment.patientId}` },
    effectiveDateTime: assessment.landmarkDate,
    issued: assessment.computedAt,
    conclusion: texts.join(' '),
  };
}
