import type { ErrorCode } from '../domain/index.ts';
import { renderCard, type RenderContext, type RenderedCard } from './base.ts';
import { escapeMarkdown } from './escape.ts';
import { renderUnavailableCard } from './waiting-cards.ts';

/** Why a booked date could not be compared with anything. */
export type NotCompared =
  | { readonly reason: 'pending' }
  | { readonly reason: 'unavailable'; readonly errorCode: ErrorCode }
  /** The last result's day; whether it still holds could not be seen. */
  | { readonly reason: 'not-rechecked'; readonly resultOf: string };

/**
 * The booking stands, and its date was not compared. Who books is shown no earlier result: its number is not theirs to
 * weigh, and its dates count from another day.
 */
export const renderAppointmentWaitingCard = (input: RenderContext & NotCompared): RenderedCard => {
  const { t, date } = input.translator;
  const summary = t('appointment.not-compared');
  switch (input.reason) {
    case 'pending':
      return renderCard(input, {
        topic: 'pending',
        indicator: 'info',
        summary: `${summary}${t('sentence.end')}${t('appointment.pending')}`,
        detail: [t('appointment.stands'), t('appointment.pending.detail')],
      });
    case 'unavailable':
      return renderCard(input, {
        topic: 'unavailable',
        indicator: 'info',
        // The reason in words is that of the card which the surgeon sees at the same moment.
        summary: `${summary}${t('sentence.end')}${renderUnavailableCard(input).summary}`,
        detail: [t('appointment.stands'), t('unavailable.detail', { code: escapeMarkdown(input.errorCode) })],
      });
    case 'not-rechecked':
      return renderCard(input, {
        topic: 'unavailable',
        indicator: 'info',
        summary: `${summary}${t('sentence.end')}${t('appointment.not-rechecked', { date: date(input.resultOf) })}`,
        detail: [t('appointment.stands'), t('appointment.not-rechecked.detail')],
      });
  }
};
