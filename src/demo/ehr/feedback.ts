import { z } from 'zod';
import { postAs, serviceAddress, type HookTarget } from './hook-client.ts';
import type { Suggestion } from './response.ts';
import type { ShownCard, ShownCards } from './shown-cards.ts';

/** What became of a click, for the page that follows. */
export type ClickOutcome = 'accepted' | 'overridden' | 'not-done' | 'not-told' | 'gone';

/** The form under a card: a suggestion is accepted, or the card is set aside for a reason. */
export const clickSchema = z.object({
  card: z.string().min(1),
  suggestion: z.string().min(1).optional(),
  /** Place among the card's override reasons; none is allowed. */
  reason: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .optional()
    .catch(undefined),
  comment: z.string().max(1000).optional(),
});

type Click = z.infer<typeof clickSchema>;

const fhirWrite = async (
  { fhirUrl, timeoutMs }: HookTarget,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<boolean> => {
  const response = await fetch(`${fhirUrl.replace(/\/+$/, '')}/${path}`, {
    method,
    headers: { 'content-type': 'application/fhir+json', accept: 'application/fhir+json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  // A draft that was never saved is not there to be deleted.
  return response.ok || (method === 'DELETE' && [404, 410].includes(response.status));
};

const resourceSchema = z.looseObject({ resourceType: z.string(), id: z.string().optional() });

const performAction = (target: HookTarget, action: Suggestion['actions'][number]): Promise<boolean> => {
  if (action.type === 'delete')
    return typeof action.resourceId === 'string'
      ? fhirWrite(target, 'DELETE', action.resourceId)
      : Promise.resolve(false);
  const resource = resourceSchema.safeParse(action.resource);
  if (!resource.success) return Promise.resolve(false);
  const { resourceType, id } = resource.data;
  if (action.type === 'create') return fhirWrite(target, 'POST', resourceType, resource.data);
  return id === undefined
    ? Promise.resolve(false)
    : fhirWrite(target, 'PUT', `${resourceType}/${id}`, resource.data);
};

const accept = async (target: HookTarget, { actions }: Suggestion): Promise<boolean> => {
  for (const action of actions) if (!(await performAction(target, action))) return false;
  return true;
};

const tell = async (target: HookTarget, { serviceId }: ShownCard, item: object): Promise<boolean> => {
  const body = JSON.stringify({ feedback: [{ ...item, outcomeTimestamp: new Date().toISOString() }] });
  const response = await postAs(target, `${serviceAddress(target, serviceId)}/feedback`, body);
  return response.ok;
};

const override = (shown: ShownCard, { reason, comment }: Click): object => {
  const chosen = reason === undefined ? undefined : shown.card.overrideReasons[reason];
  const overrideReason = {
    ...(chosen !== undefined && { reason: chosen }),
    ...(comment !== undefined && comment !== '' && { userComment: comment }),
  };
  return Object.keys(overrideReason).length === 0 ? {} : { overrideReason };
};

/**
 * Does what a click says, as an EHR does: the actions of an accepted suggestion on the FHIR server, then the feedback to
 * the service. Never throws.
 *
 * @see https://cds-hooks.hl7.org/2.0/#feedback
 */
export async function handleClick(
  target: HookTarget,
  shownCards: ShownCards,
  click: Click,
): Promise<{ readonly outcome: ClickOutcome; readonly shown?: ShownCard }> {
  const shown = shownCards.get(click.card);
  if (shown === undefined) return { outcome: 'gone' };
  const card = click.card;
  try {
    if (click.suggestion === undefined) {
      const told = await tell(target, shown, { card, outcome: 'overridden', ...override(shown, click) });
      return { outcome: told ? 'overridden' : 'not-told', shown };
    }
    const suggestion = shown.card.suggestions.find(({ uuid }) => uuid === click.suggestion);
    if (suggestion === undefined) return { outcome: 'gone', shown };
    if (!(await accept(target, suggestion))) return { outcome: 'not-done', shown };
    const acceptedSuggestions = [{ id: click.suggestion }];
    const told = await tell(target, shown, { card, outcome: 'accepted', acceptedSuggestions });
    return { outcome: told ? 'accepted' : 'not-told', shown };
  } catch {
    return { outcome: 'not-told', shown };
  }
}
