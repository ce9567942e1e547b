import type { CriterionResult } from '../eligibility/index.ts';
import type { Translator } from '../i18n/index.ts';
import { list, table } from './base.ts';
import { criterionRows, type CriterionRow } from './criteria.ts';
import { chartText } from './escape.ts';

/** References a table cell names; a therapy of four cycles has eight, and the chart has them all. */
const SHOWN_REFERENCES = 3;

const evidenceText = ({ t }: Translator, { evidence }: CriterionRow): string => {
  const shown = evidence.slice(0, SHOWN_REFERENCES).map(chartText).join(t('format.joiner'));
  const more = evidence.length - SHOWN_REFERENCES;
  return more > 0 ? t('criterion.evidence.more', { shown, more }) : shown;
};

/** All criteria: each with its result, what the chart holds and where; what blocks is first and bold. */
export const criteriaTable = (translator: Translator, criteria: readonly CriterionResult[]): string => {
  const { t } = translator;
  const columns = ['name', 'result', 'found', 'evidence'] as const;
  return table(
    columns.map((column) => t(`criterion.column.${column}`)),
    criterionRows(translator, criteria).map((row) => [
      row.name,
      row.blocks ? `**${row.resultText}**` : row.resultText,
      row.found === '' ? '' : chartText(row.found),
      evidenceText(translator, row),
    ]),
  );
};

const reportedLine = ({ t }: Translator, { name, resultWords, found }: CriterionRow): string =>
  found === ''
    ? t('criteria.item', { name, result: resultWords })
    : t('criteria.item.found', { name, result: resultWords, found: chartText(found) });

/** Of a patient who may be assessed: how many criteria are met, and those that are not and yet do not block. */
export const criteriaSection = (
  translator: Translator,
  criteria: readonly CriterionResult[],
): readonly string[] => {
  const { t } = translator;
  const reported = criterionRows(translator, criteria).filter(({ result }) => result !== 'met');
  const values = { met: criteria.length - reported.length, all: criteria.length };
  return [
    `**${t('criteria.title')}**`,
    t(reported.length === 0 ? 'criteria.all-met' : 'criteria.met', values),
    ...(reported.length === 0 ? [] : [list(reported.map((row) => reportedLine(translator, row)))]),
  ];
};
