import { daysBetween } from '../domain/index.ts';
import type { Assessment, ModalityOutcome } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';
import { table } from './base.ts';
import { escapeMarkdown } from './escape.ts';

/** Half a standard deviation: below it the score's own noise decides the direction. */
const NEAR_AVERAGE_SD = 0.5;

const scoreKey = (score: number): 'score.above' | 'score.near' | 'score.below' => {
  if (Math.abs(score) < NEAR_AVERAGE_SD) return 'score.near';
  return score > 0 ? 'score.above' : 'score.below';
};

const stateText = ({ t }: Translator, outcome: ModalityOutcome): string =>
  outcome.status === 'present'
    ? t('status.present')
    : t('status.with-reason', {
        status: t(`status.${outcome.status}`),
        reason: t(`reason.${outcome.reason}`),
      });

const modalityRow = (translator: Translator, outcome: ModalityOutcome, today: Today): readonly string[] => {
  const { t } = translator;
  const collected =
    outcome.collectedOn === undefined
      ? ''
      : t('evidence.date-age', {
          date: translator.date(outcome.collectedOn),
          duration: translator.duration(
            daysBetween(outcome.collectedOn, today.landmarkDate) + today.ageDays,
            'd',
          ),
        });
  const name = t(`modality.${outcome.modality}`);
  if (outcome.status !== 'present') return [name, stateText(translator, outcome), collected, '', ''];
  return [
    name,
    stateText(translator, outcome),
    collected,
    t('score.value', {
      words: t(scoreKey(outcome.score)),
      score: escapeMarkdown(translator.signed(outcome.score)),
    }),
    outcome.flags.map((flag) => t(`flag.${flag}`)).join(t('format.clauses')),
  ];
};

interface Today {
  readonly landmarkDate: string;
  /** Whole days from the landmark date to today. */
  readonly ageDays: number;
}

/** Each modality: its state in words, the sample's date and age today, its score's direction, what to know of it. */
export const evidenceSection = (
  translator: Translator,
  { modalities, landmarkDate }: Assessment,
  ageDays: number,
): readonly string[] => {
  const { t } = translator;
  const columns = ['modality', 'state', 'date', 'score', 'flags'] as const;
  return [
    `**${t('evidence.title')}**`,
    table(
      columns.map((column) => t(`evidence.column.${column}`)),
      modalities.map((outcome) => modalityRow(translator, outcome, { landmarkDate, ageDays })),
    ),
  ];
};
