import type { Assessment, ModalityId, RiskEstimate } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';
import { escapeMarkdown } from './escape.ts';
import { HEADLINE_MONTHS, headlineRisk } from './headline.ts';

/** A smaller change of the risk, in percentage points, is called none: it is far inside the interval. */
const STEADY_POINTS = 1;

const subsetOf = (risk: RiskEstimate): readonly ModalityId[] =>
  risk.status === 'estimated' ? risk.subset : [];

/** The modality whose part of the linear predictor moved most in the direction of the change. */
const moved = (before: RiskEstimate, now: RiskEstimate, points: number): ModalityId | undefined => {
  if (before.status !== 'estimated' || now.status !== 'estimated') return undefined;
  let largest: { readonly modality: ModalityId; readonly part: number } | undefined;
  for (const modality of now.subset) {
    const from = before.modalityLogHazard[modality];
    const to = now.modalityLogHazard[modality];
    if (from === undefined || to === undefined) continue;
    const part = (to - from) * Math.sign(points);
    if (part > (largest?.part ?? 0)) largest = { modality, part };
  }
  return largest?.modality;
};

const modalityList = ({ t }: Translator, modalities: readonly ModalityId[]): string =>
  modalities.map((modality) => t(`modality.${modality}`)).join(t('format.joiner'));

const subsetSentences = (
  translator: Translator,
  before: RiskEstimate,
  now: RiskEstimate,
): readonly string[] => {
  const joined = subsetOf(now).filter((modality) => !subsetOf(before).includes(modality));
  const left = subsetOf(before).filter((modality) => !subsetOf(now).includes(modality));
  return [
    ...(joined.length > 0
      ? [translator.t('change.joined', { modalities: modalityList(translator, joined) })]
      : []),
    ...(left.length > 0 ? [translator.t('change.left', { modalities: modalityList(translator, left) })] : []),
  ];
};

const riskSentences = (
  translator: Translator,
  previous: Assessment,
  now: RiskEstimate,
): readonly string[] => {
  const { t } = translator;
  const duration = t('risk.horizon-months', { months: HEADLINE_MONTHS });
  const date = translator.date(previous.landmarkDate);
  const from = headlineRisk(previous.risk);
  const to = headlineRisk(now);
  if (from?.horizonMonths !== HEADLINE_MONTHS || to?.horizonMonths !== HEADLINE_MONTHS) {
    return [t('change.not-comparable', { duration, date })];
  }
  const points = (to.risk - from.risk) * 100;
  const values = {
    duration,
    date,
    from: escapeMarkdown(translator.percent(from.risk)),
    to: escapeMarkdown(translator.percent(to.risk)),
  };
  if (Math.abs(points) < STEADY_POINTS) return [t('change.steady', values)];
  const modality = moved(previous.risk, now, points);
  return [
    t('change.points', { ...values, points: escapeMarkdown(translator.signed(points, 0)) }),
    ...(modality === undefined
      ? []
      : [t(points > 0 ? 'change.moved.up' : 'change.moved.down', { modality: t(`modality.${modality}`) })]),
  ];
};

/** What is different from the assessment at an earlier landmark. */
export const changeSection = (
  translator: Translator,
  { risk, model }: Assessment,
  previous: Assessment | undefined,
): readonly string[] => {
  const { t } = translator;
  const sentences =
    previous === undefined
      ? [t('change.none-kept')]
      : [
          ...riskSentences(translator, previous, risk),
          ...subsetSentences(translator, previous.risk, risk),
          ...(previous.model.digest === model.digest ? [] : [t('change.model')]),
        ];
  return [`**${t('change.title')}**`, sentences.join(' ')];
};
