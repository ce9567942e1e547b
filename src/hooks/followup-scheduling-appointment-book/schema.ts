import { z } from 'zod';
import { fhirId, isShallow, userId } from '../common/index.ts';

/** A series of bookings is a dozen; nobody books hundreds at once. */
const MAX_ENTRIES = 100;

const resource = z
  .looseObject({ resourceType: z.string() })
  .refine((value) => isShallow(value), { error: 'nested too deeply' });

/**
 * Context of appointment-book 1.0, https://cds-hooks.org/hooks/appointment-book/. Whatever is no Appointment in its
 * Bundle is let through and left alone.
 */
export const appointmentBookContext = z.object({
  userId,
  patientId: fhirId,
  encounterId: fhirId.optional(),
  appointments: z.looseObject({
    resourceType: z.literal('Bundle'),
    entry: z
      .array(z.looseObject({ resource: resource.optional() }))
      .max(MAX_ENTRIES)
      .optional(),
  }),
});

export type AppointmentBookContext = z.infer<typeof appointmentBookContext>;
