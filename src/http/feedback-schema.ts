import { z } from 'zod';

/** Items in one request: an EHR that was away sends its backlog in several. */
const MOST_ITEMS = 100;
const MOST_SUGGESTIONS = 50;
/** Characters of what a clinician wrote. */
const LONGEST_COMMENT = 4000;
const LONGEST_CODE = 200;

/** Letters of either case name the same UUID (RFC 9562, 4). */
const uuid = z
  .guid()
  .max(36)
  .transform((text) => text.toLowerCase());

const said = {
  card: uuid,
  /** RFC 3339 with its offset; CDS Hooks says UTC, and any offset says as much. */
  outcomeTimestamp: z.iso.datetime({ offset: true }).max(64),
};

const accepted = z.object({
  ...said,
  outcome: z.literal('accepted'),
  acceptedSuggestions: z
    .array(z.object({ id: uuid }))
    .min(1)
    .max(MOST_SUGGESTIONS),
});

const overridden = z.object({
  ...said,
  outcome: z.literal('overridden'),
  overrideReason: z
    .object({
      reason: z
        .object({
          code: z.string().min(1).max(LONGEST_CODE),
          system: z.string().max(LONGEST_CODE).optional(),
          display: z.string().optional(),
        })
        .optional(),
      userComment: z.string().max(LONGEST_COMMENT).optional(),
    })
    .optional(),
});

/**
 * What a CDS client sends of its users' cards. Unknown members are let through unread.
 *
 * @see https://cds-hooks.hl7.org/2.0/#feedback
 */
export const feedbackSchema = z.object({
  feedback: z.array(z.discriminatedUnion('outcome', [accepted, overridden])).max(MOST_ITEMS),
});

export type FeedbackBody = z.infer<typeof feedbackSchema>;
