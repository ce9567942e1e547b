import { z } from 'zod';
import { failed } from './types.ts';

/** The name of a resource type; it becomes part of a file name, so nothing else may pass. */
const resourceType = z.string().regex(/^[A-Z][A-Za-z]{1,63}$/, { error: 'not a resource type' });

const fileSchema = z.object({
  type: resourceType,
  url: z.url({ protocol: /^https?$/ }),
  count: z.number().int().min(0).optional(),
});

/** Of OperationOutcomes and deletions only the address matters. */
const addresses = z.array(fileSchema.pick({ url: true })).nullish();

const manifestSchema = z.object({
  transactionTime: z.iso.datetime({ offset: true }),
  requiresAccessToken: z.boolean(),
  output: z.array(fileSchema),
  error: addresses,
  deleted: addresses,
  link: z.array(z.object({ relation: z.string() })).nullish(),
});

export type BulkFile = z.infer<typeof fileSchema>;

/** The answer of a finished export. */
export interface Manifest {
  /** Instant as of which the server exported. */
  readonly transactionTime: string;
  readonly requiresAccessToken: boolean;
  readonly output: readonly BulkFile[];
  /** Files of OperationOutcomes. */
  readonly error: readonly Pick<BulkFile, 'url'>[];
  /** Files of Bundles with DELETE requests. */
  readonly deleted: readonly Pick<BulkFile, 'url'>[];
}

/**
 * @throws {CdsError} BULK_EXPORT_FAILED naming the field, never its value
 * @see http://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status
 */
export function parseManifest(body: unknown): Manifest {
  const parsed = manifestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw failed('manifest', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const { link, error, deleted, ...manifest } = parsed.data;
  // Only for clients that ask for it (allowPartialManifests). Half a cohort must not pass for a whole one.
  if (link?.some(({ relation }) => relation === 'next') === true)
    throw failed('manifest', 'it goes on in another one, which was not asked for');
  return { ...manifest, error: error ?? [], deleted: deleted ?? [] };
}
