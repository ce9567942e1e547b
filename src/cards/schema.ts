import { z } from 'zod';

/** CDS Hooks: "summary ... less than 140 characters"; counted in code points, as readers count. */
export const SUMMARY_LIMIT = 139;
/** Of what stands on a button or a link. The specification sets no limit; EHRs cut or wrap at about a line. */
export const LABEL_LIMIT = 100;
/** Of what tells an action: two lines. */
export const DESCRIPTION_LIMIT = 240;
/** Of the Markdown: the longest card of the demo is a sixth of it. */
export const DETAIL_LIMIT = 20_000;

/** Code points: what JSON Schema's `maxLength` counts, and zod's `max` does not. */
const text = (limit: number) =>
  z
    .string()
    .min(1)
    .refine((value) => value.length <= limit || Array.from(value).length <= limit, {
      error: `has more than ${String(limit)} characters`,
    })
    .meta({ maxLength: limit });

const token = text(200);
const label = text(LABEL_LIMIT);
const coding = z.strictObject({ system: z.url(), code: token, display: label.optional() });

const ID = /^[A-Za-z0-9.-]{1,64}$/;
const resource = z.looseObject({ resourceType: token });
const description = text(DESCRIPTION_LIMIT);

/** What an EHR does when a suggestion is accepted, or of itself where it and the site agreed on it. */
export const actionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('create'), description, resource }),
  z.strictObject({
    type: z.literal('update'),
    description,
    resource: resource.extend({ id: z.string().regex(ID) }),
  }),
  z.strictObject({
    type: z.literal('delete'),
    description,
    /** Relative: `Type/id`. */
    resourceId: z.string().regex(/^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/),
  }),
]);

/** Names are reverse DNS: `org.recurrence-cds.replaces`. */
const extension = z.record(z.string().regex(/^[a-z]{2,}(\.[a-z0-9][a-z0-9-]*)+$/), z.unknown());

const suggestion = z.strictObject({
  label,
  uuid: z.uuid(),
  isRecommended: z.boolean().optional(),
  actions: z.array(actionSchema).min(1),
});

/** No `autolaunchable`: an EHR may then open the link and never show the card. */
const link = z.discriminatedUnion('type', [
  z.strictObject({ label, url: z.url({ protocol: /^https?$/ }), type: z.literal('absolute') }),
  z.strictObject({
    label,
    url: z.url({ protocol: /^https?$/ }),
    type: z.literal('smart'),
    /** Handed to the SMART app as it is, in its launch context. */
    appContext: text(2000).optional(),
  }),
]);

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
 * (no icon, no autolaunch, no suggestion without actions), never wider.
 *
 * @see https://cds-hooks.hl7.org/2.0/#cds-service-response
 */
export const cardSchema = z
  .strictObject({
    uuid: z.uuid(),
    summary: text(SUMMARY_LIMIT),
    detail: text(DETAIL_LIMIT),
    indicator: z.enum(['info', 'warning', 'critical']),
    source: z.strictObject({ label, url: z.url().optional(), topic: coding }),
    suggestions: z.array(suggestion).min(1).optional(),
    selectionBehavior: z.enum(['at-most-one', 'any']).optional(),
    overrideReasons: z
      .array(z.strictObject({ code: token, system: z.url(), display: label }))
      .min(1)
      .optional(),
    links: z.array(link).min(1).optional(),
    extension: extension.optional(),
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
  })
  .meta({ title: 'Card' });

/** A CDS Hooks 2.0 response as this service gives it. `cards` may be empty: no guidance. */
export const responseSchema = z
  .strictObject({
    cards: z.array(cardSchema),
    systemActions: z.array(actionSchema).min(1).optional(),
  })
  .superRefine(({ systemActions }, context) => {
    const empty = systemActions === undefined ? undefined : firstEmpty(systemActions, ['systemActions']);
    if (empty !== undefined)
      context.addIssue({ code: 'custom', message: 'empty attributes are left out', path: empty });
  })
  .meta({ title: 'CDS Hooks response' });

/** A card as it leaves the service. */
export type Card = z.infer<typeof cardSchema>;
export type CardAction = z.infer<typeof actionSchema>;
