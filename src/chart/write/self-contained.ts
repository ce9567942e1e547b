import type { RiskAssessment } from 'fhir/r4.js';
import type { Assessment } from '../../domain/index.ts';
import { deviceOf } from './device.ts';
import type { WriteIds } from './ids.ts';
import { riskAssessmentOf } from './risk-assessment.ts';

const MODEL = 'model';

/**
 * The RiskAssessment of a result for somebody else to keep: with the model's Device in it, since a server that checks
 * references would refuse one to a Device that nobody put there. Its id is that of write-back, so that the same result
 * is the same resource whoever keeps it, and a newer one of the same day takes its place.
 */
export function selfContainedRiskAssessment(
  assessment: Assessment,
  ids: WriteIds,
): RiskAssessment & { readonly id: string } {
  // What is contained has no security label (dom-5) and no text: the resource around it has both.
  const { text: _, meta, ...device } = deviceOf(assessment.model, MODEL);
  return {
    ...riskAssessmentOf(assessment, { id: ids.riskAssessment(assessment), device: `#${MODEL}` }),
    contained: [{ ...device, ...(meta?.profile !== undefined && { meta: { profile: meta.profile } }) }],
  };
}
