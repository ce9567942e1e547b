import { daysBetween, type EvidenceRef } from '../domain/index.ts';
import type { UnknownReason } from '../eligibility/index.ts';
import type { Translator } from '../i18n/index.ts';
import type { FollowUpProposal } from '../policy/index.ts';
import { chartText, escapeMarkdown } from './escape.ts';

type Amount =
  | { readonly status: 'known'; readonly value: number; readonly on?: string }
  | { readonly status: 'unknown'; readonly reason: UnknownReason };

/** What a contrast-enhanced CT needs to know of a chart. */
export interface ContrastNotes {
  /** mL/min/1.73 m2 */
  readonly egfr: Amount;
  /** umol/L */
  readonly creatinine: Amount;
  readonly contrastAllergies: readonly EvidenceRef[];
  /** False where allergies could not be read: then nothing is said of them, not that there are none. */
  readonly allergiesRead: boolean;
}

/** LOINC: CT chest with contrast, and without and with; what a proposal's ServiceRequest is coded with. */
const CONTRAST_CT: ReadonlySet<string | undefined> = new Set(['24628-0', '30598-7']);

const needsContrast = ({ resource }: FollowUpProposal): boolean =>
  resource.code?.coding?.some(
    ({ system, code }) => system === 'http://loinc.org' && CONTRAST_CT.has(code),
  ) === true;

/** A kidney value that is older is no value for a contrast medium: ESUR 10.0 asks for one within three months. */
const FRESH_DAYS = 92;

type DatedAmount = Extract<Amount, { status: 'known' }> & { readonly on: string };

const isDated = (amount: Amount): amount is DatedAmount =>
  amount.status === 'known' && amount.on !== undefined;

const kidneyText = (translator: Translator, { egfr, creatinine }: ContrastNotes, today: string): string => {
  const { t, number, date } = translator;
  const isFresh = ({ on }: DatedAmount): boolean => daysBetween(on, today) <= FRESH_DAYS;
  const shown = ({ value, on }: DatedAmount) => ({
    value: escapeMarkdown(number(value, 0)),
    date: escapeMarkdown(date(on)),
  });
  if (isDated(egfr) && isFresh(egfr)) return t('contrast.egfr', shown(egfr));
  if (isDated(creatinine) && isFresh(creatinine)) return t('contrast.creatinine', shown(creatinine));
  if (isDated(egfr)) return t('contrast.egfr.old', shown(egfr));
  const wasRead = [egfr, creatinine].every(
    (amount) => amount.status === 'known' || amount.reason !== 'not-read',
  );
  return t(wasRead ? 'contrast.none' : 'contrast.not-read');
};

const allergyText = ({ t }: Translator, { contrastAllergies, allergiesRead }: ContrastNotes): string => {
  if (contrastAllergies.length > 0)
    return t('contrast.allergy', {
      evidence: contrastAllergies.map(({ reference }) => chartText(reference)).join(t('format.joiner')),
    });
  return t(allergiesRead ? 'contrast.no-allergy' : 'contrast.allergy-not-read');
};

/** One line where a contrast CT is proposed: the kidneys, and allergies to contrast media. */
export const contrastLines = (
  translator: Translator,
  notes: ContrastNotes,
  proposals: readonly FollowUpProposal[],
  today: string,
): readonly string[] =>
  proposals.some(needsContrast)
    ? [`${kidneyText(translator, notes, today)} ${allergyText(translator, notes)}`]
    : [];
