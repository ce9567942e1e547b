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
const PATIENT = 'demo-high-10-months';

const NOTHING: Filled = { what: '', date: '' };

/** What is done in a chart, by whom, and with what filled in. */
const steps = (
  today: string,
): readonly { readonly says: string; readonly name: WorkflowName; readonly filled: Filled }[] => [
  { says: 'The visit begins', name: 'visit', filled: NOTHING },
  {
    says: 'The scheduler is about to book the next visit in nine months',
    name: 'book',
    filled: { what: 'visit', date: addDays(today, 270) },
  },
  {
    says: 'The surgeon chooses a chest CT in half a year',
    name: 'order',
    filled: { what: 'contrast-ct', date: addDays(today, 183) },
  },
];

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
    ...(card.suggestions ?? []).map(({ label }) => `      -> ${label}`),
  ]);
  return [
    `  ${says}: ${hook} -> ${serviceId}, ${milliseconds.toFixed(0)} ms`,
    ...(lines.length === 0 ? ['    no card: nothing to say'] : lines),
    '',
  ].join('\n');
};

/** The feedback that was counted, by outcome. */
const countedFeedback = async ({ service }: Running): Promise<string> => {
  const text = await service.core.metrics.registry.getSingleMetricAsString('recurrence_card_feedback_total');
  return text
    .split('\n')
    .filter((line) => line.startsWith('recurrence_card_feedback_total{'))
    .map((line) => `    ${line}`)
    .join('\n');
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
  return [
    `  Accepted in the chart: ${label}`,
    `  Set aside: the rest of the card, ${card.overrideReasons[0]?.display ?? ''}`,
    await countedFeedback(running),
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
  for (const { says, name, filled } of steps(today)) {
    const call = callOf(name, filled);
    const answer = await callHook(target, call, language);
    out(printStep(says, call, answer));
    answers.push(answer);
  }
  out(await giveFeedback(running, language));
  return answers;
}
