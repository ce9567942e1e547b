import { z } from 'zod';
import { cardSchema } from '../../cards/index.ts';

const systemAction = z.strictObject({
  type: z.enum(['create', 'update']),
  description: z.string().min(1),
  resource: z.looseObject({ resourceType: z.string().min(1) }),
});

/**
 * What every service answers with. `systemActions` only where a site asked for them.
 *
 * @see https://cds-hooks.hl7.org/2.0/#http-response
 */
export const responseSchema = z.strictObject({
  cards: z.array(cardSchema),
  systemActions: z.array(systemAction).min(1).optional(),
});
