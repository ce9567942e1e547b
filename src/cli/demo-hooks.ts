import {
  callService,
  createShownCards,
  handleClick,
  visitOf,
  WORKFLOWS,
  type Filled,
  type HookCall,
  type HookTarget,
  type WorkflowName,
} from '../demo/index.ts';
import { addDays, CdsError } from '../domain/index.ts';
import { callHook, type HookAnswer } from './demo-calls.ts';
import { SERVICES, type DemoOptions, type Running } from './demo-start.ts';
import { COLUMNS, heading, indent, wrap } from './terminal.ts';

/** Who is at the visit: of the high stratum, so that there is something to say about dates. */
const PATIENT = 'demo-high-13-months';

const NOTHING: Filled = { what: '', date: '' };

interface Step {
  readonly says: string;
  readonly name: WorkflowName;
  readonly filled: Filled;
}

/** What is done in a chart, by whom, and with what filled in. */
const stepsOf = (today: string): readonly Step[] => [
  { says: 'The visit begins', name: 'visit', filled: NOTHING },
  {
    says: 'The next visit is about to be booked, in nine months',
    name: 'book',
    filled: { what: 'visit', date: addDays(today, 270) },
  },
  {
    says: 'A chest CT is chosen, in half a year',
    name: 'order',
    filled: { what: 'contrast-ct', date: addDays(today, 183) },
  },
];

/** Once the CT that the chart proposes was accepted: about the day that it is due. */
const againOf = (today: string): Step => ({
  says: 'The CT that was accepted is ordered once more',
  name: 'order',
  filled: { what: 'contrast-ct', date: addDays(today, 92) },
});

const callOf = (name: WorkflowName, filled: Filled): HookCall => ({
  hook: WORKFLOWS[name].hook,
  serviceId: SERVICES[name],
  context: WORKFLOWS[name].contextOf(PATIENT, filled),
});

const startVisit = async ({ fhirUrl }: HookTarget): Promise<void> => {
  const visit = visitOf(PATIENT);
  const answer = await fetch(`${fhirUrl}/Encounter/${visit.id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(visit),
  });
  if (!answer.ok) throw new CdsError('INTERNAL', 'the visit could not be put into the FHIR server');
};

const printStep = (
  says: string,
  { serviceId, hook }: HookCall,
  { body, milliseconds }: HookAnswer,
): string => {
  const cards = body.cards ?? [];
  const lines = cards.flatMap((card) => [
    ...indent(wrap(`[${card.indicator}] ${card.summary}`, COLUMNS - 4), 4),
    ...(card.suggestions ?? []).flatMap(({ label }) => indent(wrap(`-> ${label}`, COLUMNS - 6), 6)),
  ]);
  return [
    ...indent(wrap(`${says}.`, COLUMNS - 2), 2),
    `  ${hook} -> ${serviceId}, ${milliseconds.toFixed(0)} ms`,
    ...(lines.length === 0 ? ['    no card: nothing to say'] : lines),
    '',
  ].join('\n');
};

/** The feedback that was counted, by service, outcome and reason. */
const countedFeedback = async ({ service }: Running): Promise<readonly string[]> => {
  const { values } = await service.core.metrics.cardFeedback.get();
  return values.map(({ labels, value }) => {
    const { service: id = '', outcome = '', reason = 'none' } = labels;
    return `    ${id}: ${outcome}${reason === 'none' ? '' : ` (${reason})`} ${String(value)}`;
  });
};

type Result = Awaited<ReturnType<typeof callService>>;

/** What there is to accept on the chart's card. @throws {CdsError} INTERNAL where there is nothing */
const firstSuggestion = (result: Result) => {
  const [card] = result.kind === 'cards' ? result.cards : [];
  const [suggestion] = card?.suggestions ?? [];
  if (card?.uuid === undefined || suggestion?.uuid === undefined)
    throw new CdsError('INTERNAL', `${PATIENT} has no suggestion to accept`);
  return { card, cardUuid: card.uuid, label: suggestion.label, suggestionUuid: suggestion.uuid };
};

/** Opens the chart, accepts what is suggested first, and sets the same card aside; the service is told. */
const giveFeedback = async (running: Running, language: DemoOptions['language']): Promise<string> => {
  const { target } = running;
  const call = { hook: 'patient-view', serviceId: SERVICES.chart, context: { patientId: PATIENT } } as const;
  const { card, cardUuid, label, suggestionUuid } = firstSuggestion(
    await callService(target, call, language),
  );
  const shown = createShownCards();
  shown.add({ patientId: PATIENT, serviceId: call.serviceId, card });
  const outcomes: string[] = [];
  for (const click of [{ suggestion: suggestionUuid }, { reason: 0 }])
    outcomes.push((await handleClick(target, shown, { card: cardUuid, ...click })).outcome);
  if (outcomes.join() !== 'accepted,overridden')
    throw new CdsError('INTERNAL', `feedback came to: ${outcomes.join(', ')}`);
  const reason = card.overrideReasons[0]?.display;
  return [
    '  What becomes of a card is sent back as feedback.',
    ...indent(wrap(`Accepted, and written to the FHIR server: ${label}`, COLUMNS - 4), 4),
    ...indent(wrap(`Then the card is set aside${reason === undefined ? '' : `: ${reason}`}`, COLUMNS - 4), 4),
    '  The service has counted (recurrence_card_feedback_total of its /metrics):',
    ...(await countedFeedback(running)),
    '',
  ].join('\n');
};

/** A visit: every other hook fires once, and the service is told what became of a card. */
export async function showVisit(
  running: Running,
  { language }: DemoOptions,
  out: (text: string) => void,
): Promise<HookAnswer[]> {
  const { target, today } = running;
  out(heading(`At the visit of ${PATIENT}: the other services, and feedback`));
  await startVisit(target);
  const answers: HookAnswer[] = [];
  const take = async ({ says, name, filled }: Step): Promise<void> => {
    const call = callOf(name, filled);
    const answer = await callHook(target, call, language);
    out(printStep(says, call, answer));
    answers.push(answer);
  };
  for (const step of stepsOf(today)) await take(step);
  out(await giveFeedback(running, language));
  await take(againOf(today));
  return answers;
}
