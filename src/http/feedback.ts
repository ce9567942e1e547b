import type { RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { FeedbackInbox, FeedbackItem, FeedbackReceipt } from '../assessment/index.ts';
import { asCdsError, CdsError } from '../domain/index.ts';
import type { CdsService } from '../hooks/index.ts';
import type { RateLimiter } from '../platform/index.ts';
import { admission } from './admission.ts';
import { callerOf } from './caller.ts';
import { feedbackSchema, type FeedbackBody } from './feedback-schema.ts';

export interface FeedbackDoor {
  readonly services: readonly CdsService[];
  readonly inbox: FeedbackInbox;
  readonly limiter: RateLimiter;
}

/** Seconds after which a client may send again what could not be taken. */
const RETRY_AFTER_SECONDS = 30;
/** CDS Hooks names no body for this answer; an empty object suits clients that read one. */
const TAKEN = '{}';
/** Fields that an error names; with a hundred wrong ones the first few are enough. */
const NAMED = 5;

const written = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');

const firstIssue = ({ issues: [issue] }: z.ZodError): string =>
  `${issue === undefined || issue.path.length === 0 ? 'body' : written(issue.path)}: ${issue?.message ?? 'invalid'}.`;

/** @throws {CdsError} CDS_REQUEST_INVALID naming the field, never its value */
export function parseFeedback(body: unknown): readonly FeedbackItem[] {
  const result = feedbackSchema.safeParse(body);
  if (!result.success) throw new CdsError('CDS_REQUEST_INVALID', firstIssue(result.error));
  return result.data.feedback.map(asItem);
}

function asItem(sent: FeedbackBody['feedback'][number]): FeedbackItem {
  const { card, outcomeTimestamp } = sent;
  if (sent.outcome === 'accepted') {
    const acceptedSuggestions = sent.acceptedSuggestions.map(({ id }) => id);
    return { card, outcomeTimestamp, outcome: 'accepted', acceptedSuggestions };
  }
  const { reason, userComment = '' } = sent.overrideReason ?? {};
  return {
    ...{ card, outcomeTimestamp, outcome: 'overridden' },
    ...(reason !== undefined && {
      reason: { code: reason.code, ...(reason.system !== undefined && { system: reason.system }) },
    }),
    ...(userComment !== '' && { userComment }),
  };
}

const named = (fields: readonly string[]): string =>
  fields.slice(0, NAMED).join(', ') + (fields.length > NAMED ? ` and ${fields.length - NAMED} more` : '');

/** @throws {CdsError} CDS_CARD_UNKNOWN, CDS_REQUEST_INVALID; what is right was taken all the same */
function requireAllTaken(receipts: readonly FeedbackReceipt[]): void {
  const cards: string[] = [];
  const suggestions: string[] = [];
  for (const [index, receipt] of receipts.entries()) {
    if (receipt.state === 'unknown-card') cards.push(`feedback[${index}].card`);
    if (receipt.state === 'unknown-suggestion')
      suggestions.push(`feedback[${index}].acceptedSuggestions[${receipt.index}].id`);
  }
  if (cards.length > 0) throw new CdsError('CDS_CARD_UNKNOWN', `${named(cards)}. What is right was taken.`);
  if (suggestions.length > 0)
    throw new CdsError(
      'CDS_REQUEST_INVALID',
      `${named(suggestions)}: not a suggestion of that card. What is right was taken.`,
    );
}

/**
 * Counts an item as a call of the tenant whose card it is about: a hundred in a request are stored a hundred times, and
 * no tenant pays for another's. What is about nobody's card is a call of the caller's own.
 *
 * @throws {CdsError} CDS_RATE_LIMITED
 */
async function admit(
  { inbox, limiter }: FeedbackDoor,
  response: Response,
  service: string,
  items: readonly FeedbackItem[],
): Promise<void> {
  const { tenants, proven } = callerOf(response);
  const owners = inbox.owners(tenants, service, items);
  const enter = admission(limiter, response);
  for (const [tenant, count] of owners) await enter(tenant, count);
  const [own] = [...proven, ...tenants];
  if (owners.size === 0 && own !== undefined) await enter(own);
}

/**
 * `POST /cds-services/:id/feedback`.
 *
 * @see https://cds-hooks.hl7.org/2.0/#feedback
 */
export const takeFeedback =
  (door: FeedbackDoor): RequestHandler<{ id: string }> =>
  async (request, response) => {
    const { services, inbox } = door;
    const { id } = request.params;
    if (!services.some(({ definition }) => definition.id === id)) throw new CdsError('CDS_SERVICE_UNKNOWN');
    const items = parseFeedback(request.body);
    await admit(door, response, id, items);
    try {
      requireAllTaken(await inbox.receive(callerOf(response).tenants, id, items));
    } catch (error) {
      if (asCdsError(error).kind.status === 503) response.set('Retry-After', String(RETRY_AFTER_SECONDS));
      throw error;
    }
    response.set('Cache-Control', 'no-store').type('application/json').end(TAKEN);
  };
