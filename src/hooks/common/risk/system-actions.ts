import type { CardAction, RenderContext } from '../../../cards/index.ts';
import { selfContainedRiskAssessment, type WriteIds } from '../../../chart/index.ts';
import type { TenantConfig } from '../../../platform/index.ts';
import type { Decision } from './decide.ts';
import type { Recent } from './recent.ts';

export interface SystemActionDependencies {
  readonly writeIds: WriteIds;
  readonly kept: Recent<Buffer>;
}

/**
 * What the EHR shall do by itself, as JSON: keep a fresh result as a RiskAssessment, where EHR and site agreed on it.
 * A result of an earlier day, or of a chart that could not be rechecked, is not kept: it may be outlived.
 *
 * @returns undefined where there is nothing to do
 */
export function systemActions(
  decision: Decision,
  { cards }: Pick<TenantConfig, 'cards'>,
  translator: RenderContext['translator'],
  { writeIds, kept }: SystemActionDependencies,
): Buffer | undefined {
  if (!cards.systemActions.includes('risk-assessment')) return undefined;
  if (decision.kind !== 'risk' || !decision.rechecked || decision.ageDays !== 0) return undefined;
  const { assessment } = decision;
  const key = [assessment.fingerprint, assessment.computedAt, assessment.readBy, translator.language].join(
    ' ',
  );
  return kept.get(key, () => {
    const action: CardAction = {
      type: 'update',
      description: translator.t('system-action.risk-assessment', {
        date: translator.date(assessment.landmarkDate),
      }),
      resource: { ...selfContainedRiskAssessment(assessment, writeIds) },
    };
    return Buffer.from(JSON.stringify([action]));
  });
}
