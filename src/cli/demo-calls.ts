import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CdsError } from '../domain/index.ts';
import { shortened } from './demo-criteria.ts';
import { COLUMNS, heading, indent, markdownLines, wrap } from './terminal.ts';

/** The parts of a card that a terminal shows. */
interface ShownCard {
  readonly summary: string;
  readonly indicator: string;
  readonly detail?: string;
  readonly source: { readonly label: string; readonly topic?: { readonly code: string } };
  readonly suggestions?: readonly { readonly label: string }[];
}

export interface HookAnswer {
  readonly patientId: string;
  readonly status: number;
  /** Of the last call. */
  readonly milliseconds: number;
  /** Calls made until the result was there. */
  readonly calls: number;
  readonly body: { readonly cards?: readonly ShownCard[] };
}

export interface HookCall {
  readonly serviceUrl: string;
  readonly fhirServer: string;
  readonly patientId: string;
  readonly language: string;
}

const MAX_CALLS = 20;

const callOnce = async (call: HookCall): Promise<Omit<HookAnswer, 'calls'>> => {
  const started = performance.now();
  const response = await fetch(call.serviceUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': call.language },
    body: JSON.stringify({
      hook: 'patient-view',
      hookInstance: randomUUID(),
      fhirServer: call.fhirServer,
      context: { userId: 'Practitioner/demo', patientId: call.patientId },
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const body = (await response.json()) as HookAnswer['body'];
  return {
    patientId: call.patientId,
    status: response.status,
    milliseconds: performance.now() - started,
    body,
  };
};

const isPending = ({ body }: Omit<HookAnswer, 'calls'>): boolean =>
  body.cards?.some((card) => card.source.topic?.code === 'pending') === true;

/**
 * Calls the hook as an EHR does when a chart is opened; while the card says "being computed" it is opened again.
 *
 * @throws {CdsError} INTERNAL where the service refuses the demo's own request
 */
export async function callHook(call: HookCall): Promise<HookAnswer> {
  for (let calls = 1; ; calls++) {
    const answer = await callOnce(call);
    if (answer.status !== 200) throw new CdsError('INTERNAL', `the hook answered ${String(answer.status)}`);
    if (!isPending(answer) || calls === MAX_CALLS) return { ...answer, calls };
    await sleep(250);
  }
}

const printCard = (card: ShownCard, patientId: string): string =>
  [
    ...indent(wrap(`[${card.indicator}] ${card.summary}`, COLUMNS - 2), 2),
    '',
    ...(card.detail === undefined
      ? []
      : [
          ...indent(
            markdownLines(card.detail, COLUMNS - 4, (text) => shortened(text, patientId)),
            4,
          ),
          '',
        ]),
    ...(card.suggestions ?? []).map((suggestion) => `    -> ${suggestion.label}`),
  ].join('\n');

/** One patient's cards for a terminal; `ready`: the result was there before the chart was opened.
 * In references `~` stands for the patient's id. */
export const printAnswer = (
  patient: { readonly name: string; readonly story: string },
  { patientId, milliseconds, calls, body }: HookAnswer,
  ready = false,
): string => {
  const cards = body.cards ?? [];
  const timing = `${milliseconds.toFixed(0)} ms${calls > 1 ? `, call ${String(calls)}` : ''}`;
  const count =
    cards.length === 0 ? 'no card' : cards.length === 1 ? '1 card' : `${String(cards.length)} cards`;
  return [
    heading(wrap(`${patient.name} (${patientId}): ${patient.story}`, COLUMNS).join('\n')).trimEnd(),
    `${count}, ${timing}${ready ? '; the result was there already' : ''} (~ = ${patientId})`,
    '',
    ...cards.flatMap((card) => [printCard(card, patientId), '']),
  ].join('\n');
};
