import type { Assessment, HorizonRisk } from '../domain/index.ts';
import { monthsSinceSurgery } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';
import { table } from './base.ts';
import { escapeMarkdown } from './escape.ts';
import { riskRange } from './headline.ts';

/** How current a result is. */
export interface Currency {
  /** False where this request could not see whether the chart holds newer evidence. */
  readonly rechecked: boolean;
  /** Whole days from the assessment's landmark date to today. */
  readonly ageDays: number;
}

const horizonRow = (translator: Translator, horizon: HorizonRisk): readonly string[] => {
  const { t } = translator;
  const name = translator.duration(horizon.horizonMonths, 'mo');
  if (horizon.status === 'not-estimable') {
    return [name, t('risk.not-estimable', { reason: t(`risk.none.${horizon.reason}`) }), ''];
  }
  return [
    name,
    escapeMarkdown(translator.percent(horizon.risk)),
    escapeMarkdown(riskRange(translator, horizon)),
  ];
};

/** The risks at all horizons, what their intervals leave out, what they are the risk of, and how current they are. */
export const riskSection = (
  translator: Translator,
  { risk, landmarkDate, surgeryDate }: Assessment,
  { rechecked, ageDays }: Currency,
): readonly string[] => {
  const { t } = translator;
  const months = Math.round(monthsSinceSurgery({ date: landmarkDate, surgeryDate }));
  const currency = [
    ...(ageDays > 0 ? [t('risk.age', { duration: translator.duration(ageDays, 'd') })] : []),
    ...(rechecked ? [] : [t('risk.not-rechecked')]),
  ].join(' ');
  const numbers =
    risk.status === 'estimated'
      ? [
          table(
            [t('risk.column.horizon'), t('risk.column.risk'), t('risk.column.interval')],
            risk.horizons.map((horizon) => horizonRow(translator, horizon)),
          ),
          ...(risk.horizons.some(({ status }) => status === 'estimated') ? [t('risk.interval-covers')] : []),
          t('risk.meaning', {
            date: translator.date(landmarkDate),
            months: translator.duration(months, 'mo'),
          }),
        ]
      : [t('risk.not-estimable', { reason: t(`risk.none.${risk.reason}`) })];
  return [...numbers, ...(currency === '' ? [] : [`**${currency}**`])];
};
