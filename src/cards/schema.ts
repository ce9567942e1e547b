import { z } from 'zod';

/** CDS Hooks: "summary ... less than 140 characters"; counted in code points, as readers count. */
export const SUMMARY_LIMIT = 139;

const text = z.string().min(1);
const coding = z.strictObject({ system: z.url(), code: text, display: text.optional() });

const action = z.strictObject({
  type: z.literal('create'),
  description: text,
  resource: z.looseObject({ resourceType: text }),
});

const suggestion = z.strictObject({
  label: text,
  uuid: z.uuid(),
  isRecommended: z.boolean().optional(),
  actions: z.array(action).min(1),
});

/** The JSON path of the first null, empty string, empty array or empty object; CDS Hooks allows none in a card. */
const firstEmpty = (value: unknown, path: (string | number)[]): (string | number)[] | undefined => {
  if (value === null || value === undefined || value === '') return path;
  if (typeof value !== 'object') return undefined;
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  if (entries.length === 0) return path;
  for (const [key, inner] of entries) {
    const found = firstEmpty(inner, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * The CDS Hooks 2.0 cards this service makes: narrower than the specification where we never use what it allows
 * (no delete or update, no links yet), never wider.
 *
 * @see https://cds-hooks.hl7.org/2.0/#cds-service-response
 */
export const cardSchema = z
  .strictObject({
    uuid: z.uuid(),
    summary: text.refine(
      (summary) => Array.from(summary).length <= SUMMARY_LIMIT,
      'summary has 140 characters or more',
    ),
    detail: text,
    indicator: z.enum(['info', 'warning', 'critical']),
    source: z.strictObject({ label: text, url: z.url().optional(), topic: coding }),
    suggestions: z.array(suggestion).min(1).optional(),
    selectionBehavior: z.enum(['at-most-one', 'any']).optional(),
    overrideReasons: z
      .array(z.strictObject({ code: text, system: z.url(), display: text }))
      .min(1)
      .optional(),
  })
  .superRefine((card, context) => {
    const problem = (message: string, path: (string | number)[]): void => {
      context.addIssue({ code: 'custom', message, path });
    };
    const empty = firstEmpty(card, []);
    if (empty !== undefined) problem('empty attributes are left out', empty);
    if ((card.suggestions === undefined) !== (card.selectionBehavior === undefined)) {
      problem('selectionBehavior goes with suggestions', ['selectionBehavior']);
    }
    const recommended = card.suggestions?.filter(({ isRecommended }) => isRecommended === true) ?? [];
    if (card.selectionBehavior === 'at-most-one' && recommended.length > 1) {
      problem('at most one suggestion is recommended under at-most-one', ['suggestions']);
    }
  });

/** A card as it leaves the service. */
export type Card = z.infer<typeof cardSchema>;
