/** An EHR that shows cards and reports what became of them, for the feedback tests. */
import { hookRequest, SERVICE_PATH, type Stack } from '../http/running-service.ts';

export const PATIENT = 'demo-high-13-months';
export const AT = '2026-11-23T10:05:00Z';

export interface ShownCard {
  readonly uuid: string;
  readonly suggestions?: readonly { readonly uuid: string }[];
  readonly overrideReasons?: readonly { readonly code: string; readonly system: string }[];
}

type Running = Pick<Stack, 'service' | 'fhirBaseUrl'>;

/** The first card of a patient's chart. */
export async function showCard(stack: Running, patientId = PATIENT): Promise<ShownCard> {
  const answer = await fetch(stack.service.url + SERVICE_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(hookRequest(patientId, stack.fhirBaseUrl)),
  });
  const { cards } = (await answer.json()) as { cards: ShownCard[] };
  const [card] = cards;
  if (card === undefined) throw new Error('no card was shown');
  return card;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly code?: string;
  readonly said?: string;
}

export async function post(
  stack: Running,
  body: unknown,
  change: { path?: string; type?: string; raw?: string; method?: string } = {},
): Promise<Answer> {
  const answer = await fetch(stack.service.url + (change.path ?? `${SERVICE_PATH}/feedback`), {
    method: change.method ?? 'POST',
    headers: { 'content-type': change.type ?? 'application/json' },
    ...(change.method !== 'GET' && { body: change.raw ?? JSON.stringify(body) }),
  });
  const text = await answer.text();
  const base = { status: answer.status, text, headers: answer.headers };
  if (answer.ok) return base;
  const { issue } = JSON.parse(text) as {
    issue: [{ details: { text: string; coding: [{ code: string }] } }];
  };
  return { ...base, code: issue[0].details.coding[0].code, said: issue[0].details.text };
}

export const send = (stack: Running, ...feedback: readonly object[]): Promise<Answer> =>
  post(stack, { feedback });

export const accepted = ({ uuid, suggestions }: ShownCard, at = AT) => ({
  card: uuid,
  outcome: 'accepted',
  acceptedSuggestions: [{ id: suggestions?.[0]?.uuid }],
  outcomeTimestamp: at,
});

export const overridden = ({ uuid }: Pick<ShownCard, 'uuid'>, overrideReason?: object, at = AT) => ({
  card: uuid,
  outcome: 'overridden',
  ...(overrideReason !== undefined && { overrideReason }),
  outcomeTimestamp: at,
});

/** The sum of a metric over all its labels that hold `labels`, of all these services. */
export async function metric(stacks: readonly Running[], name: string, labels = ''): Promise<number> {
  let sum = 0;
  for (const { service } of stacks) {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    for (const line of text.split('\n'))
      if (line.startsWith(name) && line.includes(labels)) sum += Number(line.split(' ').at(-1));
  }
  return sum;
}
