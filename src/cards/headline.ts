import type { Assessment, HorizonRisk, RiskEstimate } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';

type EstimatedHorizon = Extract<HorizonRisk, { status: 'estimated' }>;

/** The horizon strata and follow-up are defined on. */
export const HEADLINE_MONTHS = 12;

/** The 12-month risk; where it is not estimable, the longest horizon that is. */
export const headlineRisk = (risk: RiskEstimate): EstimatedHorizon | undefined => {
  if (risk.status !== 'estimated') return undefined;
  const estimated = risk.horizons.filter((horizon) => horizon.status === 'estimated');
  return (
    estimated.find(({ horizonMonths }) => horizonMonths === HEADLINE_MONTHS) ??
    estimated.toSorted((first, second) => second.horizonMonths - first.horizonMonths)[0]
  );
};

export const riskRange = ({ t, percent }: Translator, { lower, upper }: EstimatedHorizon): string =>
  t('format.range', { from: percent(lower), to: percent(upper) });

/** Why there is no number at all. */
const noRiskReason = ({ t }: Translator, risk: RiskEstimate): string =>
  t(risk.status === 'estimated' ? 'risk.none.too-few-at-risk' : `risk.none.${risk.reason}`);

/** The number in words: horizon, risk, 90 % interval, stratum; plain text. */
export const riskInWords = (translator: Translator, { risk }: Assessment): string => {
  const { t } = translator;
  const headline = headlineRisk(risk);
  if (headline === undefined) return t('risk.summary.none', { reason: noRiskReason(translator, risk) });
  const values = {
    duration: t('risk.horizon-months', { months: headline.horizonMonths }),
    risk: translator.percent(headline.risk),
    range: riskRange(translator, headline),
  };
  const stratum = risk.status === 'estimated' ? risk.stratum : undefined;
  // A stratum is of the 12-month risk; beside another horizon it would be read as that one's.
  return stratum === undefined || headline.horizonMonths !== HEADLINE_MONTHS
    ? t('risk.summary.no-stratum', values)
    : t('risk.summary', { ...values, stratum: t(`stratum.${stratum}`) });
};
