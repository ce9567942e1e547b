import type { CriterionResult } from '../eligibility/index.ts';
import type { Translator } from '../i18n/index.ts';
import { list } from './base.ts';

/** What to do about one unknown criterion: by why it is unknown, and where the service looks for it. */
const remedyOf = ({ t }: Translator, { id, reason = 'not-recorded' }: CriterionResult): string =>
  t(`remedy.${reason}`, { where: t(`where.${id}`) });

/**
 * Of the criteria that block because the chart does not tell: what would have to be there, or be mended, and in which
 * resource. Those that one entry settles share a line.
 */
export const remedies = (translator: Translator, criteria: readonly CriterionResult[]): readonly string[] => {
  const { t } = translator;
  const names = new Map<string, string[]>();
  for (const criterion of criteria) {
    if (!criterion.blocks || criterion.result !== 'unknown') continue;
    const remedy = remedyOf(translator, criterion);
    names.set(remedy, [...(names.get(remedy) ?? []), t(`criterion.${criterion.id}`)]);
  }
  if (names.size === 0) return [];
  const lines = [...names].map(([remedy, those]) =>
    t('criteria.item', { name: those.join(t('format.joiner')), result: remedy }),
  );
  return [`**${t('remedy.title')}**`, list(lines)];
};
