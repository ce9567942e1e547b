import { setTimeout as sleep } from 'node:timers/promises';
import { callService, type HookCall, type HookTarget } from '../demo/index.ts';
import { CdsError } from '../domain/index.ts';
import { shortened } from './demo-criteria.ts';
import { COLUMNS, heading, indent, markdownLines, wrap } from './terminal.ts';

type Language = 'en' | 'zh-CN';

/** The parts of a card that a terminal shows. */
interface ShownCard {
  readonly uuid?: string;
  readonly summary: string;
  readonly indicator: string;
  readonly detail?: string;
  readonly source: { readonly label: string; readonly topic?: { readonly code: string } };
  readonly suggestions?: readonly { readonly uuid?: string; readonly label: string }[];
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

const MAX_CALLS = 20;

const callOnce = async (
  target: HookTarget,
  call: HookCall,
  language: Language,
): Promise<Omit<HookAnswer, 'calls'>> => {
  const { durationMs, status, raw } = await callService(target, call, language);
  if (status !== 200 || raw === undefined)
    throw new CdsError('INTERNAL', `${call.serviceId} answered ${String(status ?? 'nothing')}`);
  return {
    patientId: call.context.patientId,
    status,
    milliseconds: durationMs,
    body: JSON.parse(raw) as HookAnswer['body'],
  };
};

const isPending = ({ body }: Omit<HookAnswer, 'calls'>): boolean =>
  body.cards?.some((card) => card.source.topic?.code === 'pending') === true;

/**
 * Calls a hook as an EHR does; while the card says "being computed" it is called again.
 *
 * @throws {CdsError} INTERNAL where the service refuses the demo's own request
 */
export async function callHook(target: HookTarget, call: HookCall, language: Language): Promise<HookAnswer> {
  for (let calls = 1; ; calls++) {
    const answer = await callOnce(target, call, language);
    if (!isPending(answer) || calls === MAX_CALLS) return { ...answer, calls };
    await sleep(250);
  }
}

export const printCard = (card: ShownCard, patientId: string): string =>
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
