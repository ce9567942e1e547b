import { z } from 'zod';

const text = z.string().min(1);
const coding = z.object({ code: text, system: text.optional(), display: text.optional() });

const item = z.object({
  card: text,
  outcomeTimestamp: z.iso.datetime({ offset: true }),
});

/** The body of a feedback call: CDS Hooks 2.0, "Feedback". */
export const feedbackSchema = z.object({
  feedback: z
    .array(
      z.discriminatedUnion('outcome', [
        item.extend({
          outcome: z.literal('accepted'),
          acceptedSuggestions: z.array(z.object({ id: text })).min(1),
        }),
        item.extend({
          outcome: z.literal('overridden'),
          overrideReason: z.object({ reason: coding.optional(), userComment: text.optional() }).optional(),
        }),
      ]),
    )
    .min(1),
});
