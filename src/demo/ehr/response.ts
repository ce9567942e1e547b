import { z } from 'zod';

const link = z.object({ label: z.string(), url: z.string(), type: z.string().optional() });

const action = z.object({
  type: z.enum(['create', 'update', 'delete']),
  description: z.string().optional(),
  resource: z.unknown().optional(),
  resourceId: z.unknown().optional(),
});

const suggestion = z.object({
  uuid: z.string().optional(),
  label: z.string(),
  isRecommended: z.boolean().optional(),
  actions: z.array(action).default([]),
});

const overrideReason = z.object({
  code: z.string().optional(),
  system: z.string().optional(),
  display: z.string().optional(),
});

const card = z.object({
  uuid: z.string().optional(),
  summary: z.string(),
  detail: z.string().optional(),
  indicator: z.enum(['info', 'warning', 'critical']),
  source: z.object({ label: z.string(), url: z.string().optional() }),
  suggestions: z.array(suggestion).default([]),
  selectionBehavior: z.enum(['any', 'at-most-one']).optional(),
  overrideReasons: z.array(overrideReason).default([]),
  links: z.array(link).default([]),
  extension: z.record(z.string(), z.unknown()).default({}),
});

/** As much of a CDS Hooks 2.0 response as an EHR shows. */
export const responseSchema = z.object({ cards: z.array(card) });

/** As much of an OperationOutcome as a reader can use. */
export const outcomeSchema = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z.array(
    z.object({
      severity: z.string().optional(),
      code: z.string().optional(),
      diagnostics: z.string().optional(),
      details: z.object({ text: z.string().optional() }).optional(),
    }),
  ),
});

export type Card = z.infer<typeof card>;
export type Suggestion = z.infer<typeof suggestion>;
