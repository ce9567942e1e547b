import type { Assessment, FeatureContribution, ModalityId } from '../domain/index.ts';
import { analyteName } from '../i18n/index.ts';
import type { Translator } from '../i18n/index.ts';
import { list } from './base.ts';
import { chartText, escapeMarkdown } from './escape.ts';

/** As many as a reader takes in at a glance. */
const MAX_REASONS = 5;

type KnownFeature = 'feature.tumourFraction' | 'feature.fragmentRatio' | 'feature.methylation';

const KNOWN_FEATURES: ReadonlyMap<string, KnownFeature> = new Map<string, KnownFeature>([
  ['tumourFraction', 'feature.tumourFraction'],
  ['fragmentRatio', 'feature.fragmentRatio'],
  ['methylation', 'feature.methylation'],
]);

const baseName = (translator: Translator, id: string): string => {
  const key = KNOWN_FEATURES.get(id);
  const name = key === undefined ? analyteName(id, translator.language) : translator.t(key);
  return name === undefined ? chartText(id) : escapeMarkdown(name);
};

/**
 * A feature as readers call it, escaped for Markdown. A model's feature is `<transform>:<what>`: `log2`, `log` and
 * `logit` are how the model takes a value, which says nothing at the bedside; `change` is the difference from the
 * sample before surgery and `slope` the trend since, which do. What the catalogue does not know shows under its own name.
 */
export const featureName = (translator: Translator, feature: string): string => {
  const parts = /^(log2|log|logit|change|slope):(.+)$/s.exec(feature);
  if (parts === null) return baseName(translator, feature);
  const name = baseName(translator, parts[2] ?? feature);
  if (parts[1] === 'change') return translator.t('feature.change', { name });
  return parts[1] === 'slope' ? translator.t('feature.slope', { name }) : name;
};

/** How good an assay is may help to impute a value; it is no reason for a risk. */
const isOfTheAssay = (feature: string): boolean => /^(limit|baselineLimit):/.test(feature);

interface Reason extends FeatureContribution {
  readonly modality: ModalityId;
}

/** The features that move the risk most, over all modalities used, with the direction in which each moves it. */
export const reasonsSection = (
  translator: Translator,
  { risk, modalities }: Assessment,
): readonly string[] => {
  if (risk.status !== 'estimated') return [];
  const reasons: Reason[] = modalities
    .flatMap((outcome) =>
      outcome.status === 'present' && risk.subset.includes(outcome.modality)
        ? outcome.contributions.map((contribution) => ({ ...contribution, modality: outcome.modality }))
        : [],
    )
    .filter(({ feature, logHazard }) => logHazard !== 0 && !isOfTheAssay(feature))
    .sort((first, second) => Math.abs(second.logHazard) - Math.abs(first.logHazard))
    .slice(0, MAX_REASONS);
  if (reasons.length === 0) return [];
  const { t } = translator;
  const lines = reasons.map(({ feature, logHazard, modality }) =>
    t(logHazard > 0 ? 'reasons.raises' : 'reasons.lowers', {
      feature: featureName(translator, feature),
      modality: t(`modality.${modality}`),
    }),
  );
  return [`**${t('reasons.title')}**`, list(lines)];
};
