import { z } from 'zod';

/** A JSON Schema (draft 2020-12), or a part of one. */
export type JsonSchema = Record<string, unknown>;

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const properties = (schema: JsonSchema): JsonSchema =>
  isObject(schema['properties']) ? schema['properties'] : {};

const has = (schema: JsonSchema, ...names: readonly string[]): boolean =>
  names.every((name) => Object.hasOwn(properties(schema), name));

/** Name of the definition that says "nothing empty in it", CDS Hooks 2.0, "Use of JSON". */
const FILLED = 'filled';
const FILLED_REF = { $ref: `#/$defs/${FILLED}` };

const filled: JsonSchema = {
  description: 'No null, "", [] or {} anywhere in it.',
  anyOf: [
    { type: ['number', 'boolean'] },
    { type: 'string', minLength: 1 },
    { type: 'array', minItems: 1, items: FILLED_REF },
    { type: 'object', minProperties: 1, additionalProperties: FILLED_REF },
  ],
};

const filledExtension = (card: JsonSchema): JsonSchema => {
  const { extension } = properties(card);
  return isObject(extension) ? { extension: { ...extension, allOf: [FILLED_REF] } } : {};
};

/** http or https, in any case: what `z.url` checks of the protocol and zod leaves out of the JSON Schema. */
const HTTP = '^[hH][tT][tT][pP][sS]?:';
const isHttpUrl = (schema: z.core.$ZodTypes): boolean => {
  const { def } = schema._zod;
  return def.type === 'string' && 'protocol' in def && String(def.protocol) === String(/^https?$/);
};
const pipesIntoHttpUrl = (schema: z.core.$ZodTypes): boolean => {
  const { def } = schema._zod;
  return def.type === 'pipe' && isHttpUrl(def.out as z.core.$ZodTypes);
};

/** What a zod schema checks in a function, and JSON Schema can say: by the shape of the part it is about. */
const REFINEMENTS: readonly {
  readonly of: (schema: JsonSchema, io: 'input' | 'output') => boolean;
  readonly add: (schema: JsonSchema) => JsonSchema;
}[] = [
  {
    // A request: a token without the server it is for is of no use.
    of: (schema) => has(schema, 'hookInstance', 'fhirAuthorization', 'fhirServer'),
    add: () => ({ dependentRequired: { fhirAuthorization: ['fhirServer'] } }),
  },
  {
    // A card.
    of: (schema) => has(schema, 'summary', 'indicator', 'suggestions', 'selectionBehavior'),
    add: (schema) => ({
      properties: { ...properties(schema), ...filledExtension(schema) },
      dependentRequired: { suggestions: ['selectionBehavior'], selectionBehavior: ['suggestions'] },
      if: { properties: { selectionBehavior: { const: 'at-most-one' } }, required: ['selectionBehavior'] },
      then: {
        properties: {
          suggestions: {
            type: 'array',
            contains: {
              type: 'object',
              properties: { isRecommended: { const: true } },
              required: ['isRecommended'],
            },
            minContains: 0,
            maxContains: 1,
          },
        },
      },
    }),
  },
  {
    // A FHIR resource that we send.
    of: (schema, io) =>
      io === 'output' && has(schema, 'resourceType') && schema['additionalProperties'] !== false,
    add: () => ({ allOf: [FILLED_REF] }),
  },
];

export interface Publishing {
  readonly schema: z.ZodType;
  /** `input`: what may be sent to us; `output`: what we send. */
  readonly io: 'input' | 'output';
  readonly description: string;
}

/**
 * A zod schema as JSON Schema, with those of its refinements that JSON Schema can say.
 *
 * What it cannot say, and the parser refuses all the same, is listed in docs/adr/0024-published-schemas.md.
 */
export function publish({ schema, io, description }: Publishing): JsonSchema {
  const definitions: JsonSchema = {};
  const made: JsonSchema = z.toJSONSchema(schema, {
    io,
    // A part that has no JSON Schema is published as "anything": no reason not to start. A test finds such parts.
    unrepresentable: 'any',
    override: ({ jsonSchema: part, zodSchema }) => {
      if (isHttpUrl(zodSchema)) part.pattern = HTTP;
      // What is checked as a text first and then as an address: both count for what may be sent.
      if (io === 'input' && pipesIntoHttpUrl(zodSchema))
        Object.assign(part, { format: 'uri', allOf: [{ type: 'string', pattern: HTTP }] });
      for (const { of, add } of REFINEMENTS) {
        if (!of(part, io)) continue;
        const added = add(part);
        Object.assign(part, added);
        if (JSON.stringify(added).includes(FILLED_REF.$ref)) definitions[FILLED] = filled;
      }
    },
  });
  const { $schema, $defs, ...rest } = made;
  if (isObject($defs)) Object.assign(definitions, $defs);
  return {
    $schema,
    description,
    ...rest,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
}

/** The same schema inside a larger document: its definitions move to where the document keeps them. */
export const embedded = (schema: JsonSchema, at: string): { schema: JsonSchema; definitions: JsonSchema } => {
  const { $schema: _, $id: __, $defs: definitions, ...rest } = schema;
  const moved = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', `"${at}/`)) as unknown;
  return {
    schema: moved(rest) as JsonSchema,
    definitions: isObject(definitions) ? (moved(definitions) as JsonSchema) : {},
  };
};
