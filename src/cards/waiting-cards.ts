import type { Assessment, ErrorCode } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';
import type { CardContext, RenderContext, RenderedCard } from './base.ts';
import { renderCard, stampCard } from './base.ts';
import { escapeMarkdown } from './escape.ts';
import { riskInWords } from './headline.ts';
import { siteLinks, type SiteLink } from './links.ts';
import type { Card } from './schema.ts';

/**
 * An earlier result, as the caller judged it: `valid` (eligibility rechecked in this request still holds, and its age
 * is under the limit) shows its number; `outlived` shows its date only.
 */
export type EarlierResult =
  | { readonly status: 'outlived'; readonly landmarkDate: string }
  | { readonly status: 'valid'; readonly assessment: Assessment };

const earlierText = (translator: Translator, earlier: EarlierResult | undefined): string => {
  const { t } = translator;
  if (earlier === undefined) return t('previous.none');
  if (earlier.status === 'outlived')
    return t('previous.outlived', { date: translator.date(earlier.landmarkDate) });
  return t('previous.valid', {
    date: translator.date(earlier.assessment.landmarkDate),
    text: escapeMarkdown(riskInWords(translator, earlier.assessment)),
  });
};

type WaitingInput = RenderContext & {
  readonly previous?: EarlierResult;
  /** The site's, shown where an earlier risk is. */
  readonly links?: readonly SiteLink[];
};

const linksOf = ({ translator, previous, links = [] }: WaitingInput) =>
  previous?.status === 'valid' ? siteLinks(translator.language, links, previous.assessment.fingerprint) : {};

const isSimulated = ({ simulated, previous }: WaitingInput): boolean =>
  simulated || (previous?.status === 'valid' && previous.assessment.model.simulated);

/** The deadline came before the result: it is being computed. */
export const renderPendingCard = (input: WaitingInput): RenderedCard => {
  const { t } = input.translator;
  const card = renderCard(
    { ...input, simulated: isSimulated(input) },
    {
      topic: 'pending',
      indicator: 'info',
      summary: t('pending.summary'),
      detail: [t('pending.detail'), earlierText(input.translator, input.previous)],
    },
  );
  return { ...card, ...linksOf(input) };
};

/** Error codes by their beginning, the narrower first, and what a reader is told. */
const REASONS = [
  ['FHIR_REFUSED', 'unavailable.access'],
  ['FHIR_FOREIGN_LINK', 'unavailable.access'],
  ['FHIR_', 'unavailable.fhir'],
  ['SMART_TOKEN_REFUSED', 'unavailable.access'],
  ['SMART_', 'unavailable.fhir'],
  ['ASSESSMENT_UNANSWERED', 'unavailable.other-chart'],
  ['QUEUE_', 'unavailable.queue'],
  ['STORE_', 'unavailable.queue'],
  ['MODEL_', 'unavailable.model'],
  ['ONNX_', 'unavailable.model'],
  ['CHART_', 'unavailable.data'],
  ['UNIT_', 'unavailable.data'],
] as const;

/** Something is down: what, in words, and the code for the help desk. */
export const renderUnavailableCard = (
  input: WaitingInput & { readonly errorCode: ErrorCode },
): RenderedCard => {
  const { t } = input.translator;
  const [, reason] = REASONS.find(([beginning]) => input.errorCode.startsWith(beginning)) ?? [];
  const card = renderCard(
    { ...input, simulated: isSimulated(input) },
    {
      topic: 'unavailable',
      indicator: 'info',
      summary: t('unavailable.summary', { reason: t(reason ?? 'unavailable.internal') }),
      detail: [
        t('unavailable.detail', { code: escapeMarkdown(input.errorCode) }),
        earlierText(input.translator, input.previous),
      ],
    },
  );
  return { ...card, ...linksOf(input) };
};

/** {@link renderPendingCard} with fresh uuids. */
export const pendingCard = (input: Parameters<typeof renderPendingCard>[0] & CardContext): Card =>
  stampCard(renderPendingCard(input), input.uuid);

/** {@link renderUnavailableCard} with fresh uuids. */
export const unavailableCard = (input: Parameters<typeof renderUnavailableCard>[0] & CardContext): Card =>
  stampCard(renderUnavailableCard(input), input.uuid);
