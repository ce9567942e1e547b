import { z } from 'zod';
import { createResource, deleteResource, putResource, type Write } from './fhir-write.ts';
import { postAs, serviceAddress, type HookTarget } from './hook-client.ts';
import type { Suggestion } from './response.ts';
import type { ShownCard, ShownCards } from './shown-cards.ts';

/** What became of a click, for the page that follows. */
export type ClickOutcome = 'accepted' | 'overridden' | 'not-done' | 'done-not-told' | 'not-told' | 'gone';

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

const performAction = (target: HookTarget, action: Suggestion['actions'][number]): Promise<Write> => {
  switch (action.type) {
    case 'create':
      return createResource(target, action.resource);
    case 'update':
      return putResource(target, action.resource);
    case 'delete':
      return deleteResource(target, action.resourceId);
  }
};

/** One after the other until one fails; the references of what was written. */
const accept = async (
  target: HookTarget,
  { actions }: Suggestion,
): Promise<readonly string[] | undefined> => {
  const references: string[] = [];
  for (const action of actions) {
    const { ok, reference } = await performAction(target, action);
    if (!ok) return undefined;
    if (reference !== undefined) references.push(reference);
  }
  return references;
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

export interface Clicked {
  readonly outcome: ClickOutcome;
  readonly shown?: ShownCard;
  /** What an accepted suggestion wrote, as `Type/id`. */
  readonly written: readonly string[];
}

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
): Promise<Clicked> {
  const shown = shownCards.get(click.card);
  if (shown === undefined) return { outcome: 'gone', written: [] };
  const told = (item: object): Promise<boolean> =>
    tell(target, shown, { card: click.card, ...item }).catch(() => false);
  if (click.suggestion === undefined) {
    const outcome = (await told({ outcome: 'overridden', ...override(shown, click) }))
      ? 'overridden'
      : 'not-told';
    return { outcome, shown, written: [] };
  }
  const suggestion = shown.card.suggestions.find(({ uuid }) => uuid === click.suggestion);
  if (suggestion === undefined) return { outcome: 'gone', shown, written: [] };
  const written = await accept(target, suggestion).catch(() => undefined);
  if (written === undefined) return { outcome: 'not-done', shown, written: [] };
  const isTold = await told({ outcome: 'accepted', acceptedSuggestions: [{ id: click.suggestion }] });
  return { outcome: isTold ? 'accepted' : 'done-not-told', shown, written };
}
