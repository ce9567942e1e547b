import { daysBetween, type Assessment, type ModalityOutcome } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';
import { list } from './base.ts';

interface Gap {
  readonly text: string;
  /** Something new would close it; else it closes by itself. */
  readonly asksForMore: boolean;
}

/** A sample that is no plasma, or clotted: another one would do. */
const unfitGap = (translator: Translator, outcome: ModalityOutcome): Gap | undefined => {
  if (outcome.status !== 'rejected') return undefined;
  const { modality: id, reason, collectedOn } = outcome;
  if (reason !== 'wrong-sample-type' && reason !== 'unfit-sample') return undefined;
  const { t } = translator;
  const values = {
    modality: t(`modality.${id}`),
    new: t(`visit.new.${id}`),
    reason: t(`visit.unfit.${reason}`),
  };
  const text =
    collectedOn === undefined
      ? t('visit.unfit.undated', values)
      : t('visit.unfit', { ...values, date: translator.date(collectedOn) });
  return { text, asksForMore: true };
};

/**
 * What one modality lacks that a visit can bring. Not: a model that is not installed, data that may not be read, and
 * samples whose values could not be used, since another sample would not mend those.
 */
const gapOf = (translator: Translator, outcome: ModalityOutcome, today: string): Gap | undefined => {
  if (outcome.status !== 'absent' && outcome.status !== 'too-old') return unfitGap(translator, outcome);
  const { t } = translator;
  const { modality: id, collectedOn } = outcome;
  const modality = t(`modality.${id}`);
  const more = t(`visit.new.${id}`);
  if (outcome.reason === 'no-data')
    return { text: t('visit.no-data', { modality, new: more }), asksForMore: true };
  if (outcome.reason === 'not-yet-usable') {
    const text =
      collectedOn === undefined
        ? t('visit.not-yet-usable.undated', { modality })
        : t('visit.not-yet-usable', { modality, date: translator.date(collectedOn) });
    return { text, asksForMore: false };
  }
  if (outcome.reason !== 'older-than-allowed') return undefined;
  const text =
    collectedOn === undefined
      ? t('visit.too-old.undated', { modality, new: more })
      : t('visit.too-old', {
          modality,
          new: more,
          date: translator.date(collectedOn),
          duration: translator.duration(daysBetween(collectedOn, today), 'd'),
        });
  return { text, asksForMore: true };
};

/** Used, or of no use with the models that are installed. */
const isServed = (outcome: ModalityOutcome): boolean =>
  outcome.status === 'present' || outcome.reason === 'no-model';

/**
 * What a visit that begins should bring for a full estimate: which modality is missing or too old. For the estimate
 * only: what is examined, and when, is the follow-up policy's and the clinician's matter. No CT is asked for: one that
 * is due anyway will serve.
 */
export const visitSection = (
  translator: Translator,
  { modalities, landmarkDate, risk }: Assessment,
): readonly string[] => {
  // Too soon or too late after surgery: no sample would give an estimate.
  if (risk.status === 'not-estimable' && risk.reason !== 'no-modality') return [];
  const { t } = translator;
  const title = `**${t('visit.title')}**`;
  const gaps = modalities.flatMap((outcome) => gapOf(translator, outcome, landmarkDate) ?? []);
  if (gaps.length === 0) return modalities.every(isServed) ? [title, t('visit.complete')] : [];
  const note = gaps.some(({ asksForMore }) => asksForMore) ? [t('visit.note')] : [];
  return [title, list(gaps.map(({ text }) => text)), ...note];
};
