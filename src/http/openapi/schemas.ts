import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../domain/index.ts';
import { responseSchema, type CdsService } from '../../hooks/index.ts';
import { feedbackSchema } from '../feedback-schema.ts';
import { publish, type JsonSchema } from './json-schema.ts';

const text = z.string().min(1);

/** As in the OperationOutcomes of ../errors.ts; a test holds real answers against this schema. */
const ERROR_SYSTEM = 'https://recurrence-cds.org/fhir/CodeSystem/error';

/** CDS Hooks 2.0, "Discovery": what GET /cds-services answers. */
const discoverySchema = z.strictObject({
  services: z.array(
    z.strictObject({
      hook: text,
      id: text.regex(/^[a-z0-9-]+$/),
      title: text,
      description: text,
      prefetch: z.record(z.string(), text),
      usageRequirements: text,
      // Of the 3.0 ballot.
      version: text.optional(),
      hookVersion: text.optional(),
    }),
  ),
});

const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** The body of every answer that is not 2xx, 401 of the CDS Hooks addresses excepted. */
const operationOutcomeSchema = z.strictObject({
  resourceType: z.literal('OperationOutcome'),
  /** The X-Request-Id of the answer. */
  id: text.optional(),
  issue: z
    .array(
      z.strictObject({
        severity: z.literal('error'),
        code: text,
        details: z.strictObject({
          coding: z.array(z.strictObject({ system: z.literal(ERROR_SYSTEM), code: z.enum(CODES) })).length(1),
          text,
        }),
        diagnostics: text,
      }),
    )
    .length(1),
});

/** Schema names are the last part of their address, without `.json`. */
export const requestName = (serviceId: string): string => `${serviceId}.request`;

const codeLines = Object.entries(ERRORS).map(
  ([code, { text: meaning, remedy }]) => `- \`${code}\`: ${meaning} ${remedy}`,
);

/** Every schema that is published, by its name. */
export function publishedSchemas(services: readonly CdsService[]): ReadonlyMap<string, JsonSchema> {
  const requests = services.map(({ definition: { id, hook }, requestSchema }): [string, JsonSchema] => [
    requestName(id),
    publish({
      schema: requestSchema,
      io: 'input',
      description:
        `A request of the hook ${hook} to ${id}, CDS Hooks 2.0. What is read of it is listed here; other members ` +
        'may be sent and are not read.',
    }),
  ]);
  return new Map([
    ...requests,
    [
      'response',
      publish({
        schema: responseSchema,
        io: 'output',
        description: 'Cards of every service, CDS Hooks 2.0. `cards` is empty where there is nothing to say.',
      }),
    ],
    [
      'feedback',
      publish({
        schema: feedbackSchema,
        io: 'input',
        description: 'What clinicians made of cards, CDS Hooks 2.0, "Feedback".',
      }),
    ],
    ['discovery', publish({ schema: discoverySchema, io: 'output', description: 'The services.' })],
    [
      'operation-outcome',
      publish({
        schema: operationOutcomeSchema,
        io: 'output',
        description: `What went wrong: the code, the field it is about, and what to do.\n\n${codeLines.join('\n')}`,
      }),
    ],
  ]);
}
