import { daysBetween } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';
import type { FollowUpProposal } from '../policy/index.ts';
import type { RenderContext, RenderedCard, RenderedSuggestion } from './base.ts';
import { list, renderCard, table } from './base.ts';
import { chartText } from './escape.ts';
import { sourceLine } from './follow-up-section.ts';
import { overrideReasons } from './override-reasons.ts';

/** What of a follow-up policy an appointment can be for. */
export type AppointmentKind = 'visit' | 'chest-ct';

/** An appointment that is later than the follow-up policy proposes for the patient's risk group. */
export interface LateAppointment {
  readonly kind: AppointmentKind;
  /** YYYY-MM-DD at the site; later than the end of the proposal's window. */
  readonly bookedOn: string;
  /** It has no time yet: `bookedOn` is the first day it is asked for. */
  readonly isRequested: boolean;
  /** Appointment.description, as it came. */
  readonly description?: string;
  /** It does not say what it is for, and was taken for a visit. */
  readonly isGuess: boolean;
  readonly proposal: FollowUpProposal;
  /** The day of an earlier booking that the proposal counts from. */
  readonly countedFrom?: string;
  /** False where the chart's bookings could not be seen. */
  readonly otherBookingsRead: boolean;
  /** The same appointment as a request for a date of the window. */
  readonly request: { readonly resourceType: string; readonly [member: string]: unknown };
}

/** From two weeks on, whole weeks: nobody counts in days then. */
const WEEKS_FROM_DAYS = 14;

const lateness = ({ duration }: Translator, days: number): string =>
  days < WEEKS_FROM_DAYS ? duration(days, 'd') : duration(Math.floor(days / 7), 'wk');

const summaryOf = ({ translator, simulated }: RenderContext, late: LateAppointment): string => {
  const { t, date } = translator;
  const { kind, bookedOn, isRequested, proposal } = late;
  const sentence = t(isRequested ? 'appointment.summary.requested' : 'appointment.summary.booked', {
    what: t(`appointment.kind.${kind}`),
    date: date(bookedOn),
    late: lateness(translator, daysBetween(proposal.windowEnd, bookedOn)),
    by: date(proposal.windowEnd),
  });
  return [sentence, ...(simulated ? [t('banner.simulated')] : [])].join(t('sentence.end'));
};

const whatOf = ({ t }: Translator, { proposal, description }: LateAppointment): string =>
  description === undefined
    ? chartText(proposal.title)
    : t('appointment.what', { title: chartText(proposal.title), description: chartText(description) });

const datesTable = (translator: Translator, late: LateAppointment): string => {
  const { t, date, duration } = translator;
  const { bookedOn, proposal } = late;
  const columns = ['what', 'booked', 'proposed', 'late'] as const;
  return table(
    columns.map((column) => t(`appointment.column.${column}`)),
    [
      [
        whatOf(translator, late),
        date(bookedOn),
        t('format.range', { from: date(proposal.windowStart), to: date(proposal.windowEnd) }),
        duration(daysBetween(proposal.windowEnd, bookedOn), 'd'),
      ],
    ],
  );
};

/** What the reader has to know to trust the comparison, or not. */
const notes = ({ t, date }: Translator, late: LateAppointment): readonly string[] => {
  const said = [
    ...(late.countedFrom === undefined
      ? []
      : [t('appointment.counted-from', { date: date(late.countedFrom) })]),
    ...(late.isGuess ? [t('appointment.guess')] : []),
    ...(late.otherBookingsRead ? [] : [t('appointment.others-unread')]),
  ];
  return said.length === 0 ? [] : [list(said)];
};

const hasId = ({ request }: LateAppointment): boolean => typeof request['id'] === 'string';

/**
 * One suggestion, not recommended: a client may preselect what is, and the policy asks for a clinician's approval. An
 * appointment that is being booked and has an id is changed; else, and where its slot is held already, the booking stays
 * and a new request is created: nobody loses a date for a wish.
 */
const suggestionOf = ({ t, date }: Translator, late: LateAppointment): RenderedSuggestion => {
  const { proposal, kind } = late;
  const values = {
    what: t(`appointment.kind.${kind}`),
    from: date(proposal.windowStart),
    to: date(proposal.windowEnd),
  };
  const action = hasId(late)
    ? {
        type: 'update' as const,
        description: t('appointment.action.update', values),
        resource: { ...late.request, id: String(late.request['id']) },
      }
    : {
        type: 'create' as const,
        description: t('appointment.action.create', values),
        resource: { ...late.request },
      };
  return {
    item: 'appointment-earlier',
    label: t(hasId(late) ? 'appointment.suggestion' : 'appointment.suggestion.new', {
      date: date(proposal.windowEnd),
    }),
    actions: [action],
  };
};

/**
 * A warning where it is later by more than the proposed window is long, a third of the interval. By lateness and not
 * by the risk group: the colour would tell it. What was taken for a visit without saying so may be anything.
 */
const indicatorOf = ({ proposal, bookedOn, isGuess }: LateAppointment): 'info' | 'warning' => {
  const { windowStart, windowEnd } = proposal;
  const isFar = daysBetween(windowEnd, bookedOn) > daysBetween(windowStart, windowEnd);
  return isFar && !isGuess ? 'warning' : 'info';
};

/**
 * For who books: dates, and that the follow-up policy asks for an earlier one. Neither the risk nor the name of the
 * risk group is shown: a date can be moved without.
 */
export const renderAppointmentCard = (input: RenderContext & LateAppointment): RenderedCard => {
  const { translator, proposal } = input;
  const { t } = translator;
  return {
    ...renderCard(input, {
      topic: 'appointment',
      indicator: indicatorOf(input),
      summary: summaryOf(input, input),
      detail: [
        t('appointment.why'),
        datesTable(translator, input),
        ...notes(translator, input),
        `**${t('followup.approval')}** ${t('followup.no-trial')} ${t('followup.stage')}`,
        t('followup.sources'),
        list(proposal.citations.map((citation) => sourceLine(translator, citation))),
      ],
    }),
    suggestions: [suggestionOf(translator, input)],
    selectionBehavior: 'at-most-one',
    overrideReasons: overrideReasons(translator, [
      'no-earlier-slot',
      'patient-preference',
      'date-medically-needed',
      'clinical-judgement',
      'already-scheduled',
    ]),
  };
};
