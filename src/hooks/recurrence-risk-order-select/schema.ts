import { z } from 'zod';
import { fhirId, isShallow, userId } from '../common/index.ts';

/** A whole order set is some tens; nothing a clinician writes has hundreds. */
const MOST_ORDERS = 500;

/** `ServiceRequest/abc`, as selections name drafts. */
const selection = z.string().regex(/^[A-Z][A-Za-z]{0,63}\/[A-Za-z0-9.-]{1,64}$/, {
  error: 'not a reference such as ServiceRequest/123',
});

const draft = z
  .looseObject({ resourceType: z.string().min(1).max(64), id: fhirId.optional() })
  .refine((value) => isShallow(value), { error: 'nested too deeply' });

const draftOrders = z.looseObject({
  resourceType: z.literal('Bundle'),
  entry: z
    .array(z.looseObject({ resource: draft }))
    .max(MOST_ORDERS)
    .optional(),
});

/** Context of order-select 1.0, https://cds-hooks.org/hooks/order-select/ */
export const orderSelectContext = z
  .object({
    userId,
    patientId: fhirId,
    encounterId: fhirId.optional(),
    selections: z.array(selection).max(MOST_ORDERS),
    draftOrders,
  })
  .superRefine(({ selections, draftOrders: { entry = [] } }, context) => {
    const drafts = new Set(entry.map(({ resource: { resourceType, id } }) => `${resourceType}/${id ?? ''}`));
    selections.forEach((each, index) => {
      if (!drafts.has(each))
        context.addIssue({
          code: 'custom',
          message: 'not in context.draftOrders',
          path: ['selections', index],
        });
    });
  });
export type OrderSelectContext = z.infer<typeof orderSelectContext>;
