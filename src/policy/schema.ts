import { z } from 'zod';
import { INTERVAL_UNITS } from './types.ts';

/**
 * The parts of a FHIR R4 PlanDefinition and ActivityDefinition that follow-up reads. Other elements are passed over,
 * so that a clinical team may keep what its authoring tool writes.
 *
 * @see http://hl7.org/fhir/R4/plandefinition.html
 */
const text = z.string().trim().min(1);

const translated = z
  .object({
    extension: z.array(
      z.object({
        url: text,
        extension: z
          .array(z.object({ url: text, valueCode: text.optional(), valueString: text.optional() }))
          .optional(),
      }),
    ),
  })
  .optional();
export type TranslatedElement = z.infer<typeof translated>;

const codeableConcept = z.object({
  coding: z.array(z.object({ system: z.url(), code: text, display: text.optional() })).min(1),
  text: text.optional(),
  _text: translated,
});
export type PolicyConcept = z.infer<typeof codeableConcept>;

const wholeNumber = z.number().int().min(1).max(3650);

const relatedArtifact = z.object({
  label: text,
  _label: translated,
  citation: text,
  _citation: translated,
  url: z.url({ protocol: /^https$/ }).optional(),
});

const condition = z.object({
  kind: z.literal('applicability'),
  expression: z.object({ language: z.literal('text/fhirpath'), expression: text }),
});

const timingTiming = z.object({
  repeat: z.object({
    frequency: z.literal(1).optional(),
    period: wholeNumber,
    periodUnit: z.enum(INTERVAL_UNITS),
  }),
});

const timingDuration = z.object({
  value: wholeNumber,
  system: z.literal('http://unitsofmeasure.org'),
  code: z.enum(INTERVAL_UNITS),
});

const fhirId = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/);

const action = z.object({
  id: fhirId,
  title: text,
  _title: translated,
  reason: z.array(codeableConcept).min(1).optional(),
  documentation: z.array(relatedArtifact).min(1).optional(),
  condition: z.array(condition).min(1).optional(),
  timingTiming: timingTiming.optional(),
  timingDuration: timingDuration.optional(),
  definitionCanonical: text.optional(),
  get action() {
    return z.array(action).min(1).optional();
  },
});
export type PolicyAction = z.infer<typeof action>;

export const activityDefinition = z.object({
  resourceType: z.literal('ActivityDefinition'),
  id: fhirId,
  kind: z.literal('ServiceRequest'),
  // A template may not ask for more than a proposal: accepting a card is not ordering.
  intent: z.literal('proposal').optional(),
  priority: z.enum(['routine', 'urgent', 'asap', 'stat']).optional(),
  code: codeableConcept,
});
export type PolicyActivity = z.infer<typeof activityDefinition>;

export const planDefinition = z.object({
  resourceType: z.literal('PlanDefinition'),
  url: z.url(),
  version: text,
  status: z.enum(['draft', 'active']),
  usage: text,
  _usage: translated,
  contained: z.array(activityDefinition).min(1),
  action: z.array(action).min(1),
});
export type PolicyPlan = z.infer<typeof planDefinition>;
