import { asCdsError } from '../../domain/index.ts';
import type { FhirClient } from '../client/types.ts';
import { auditEventOf, type AuditedAccess } from './audit-event.ts';

/**
 * Records one access at the FHIR server. Sent again it is the same event, where the server takes our ids; elsewhere
 * it is created, and an answer that got lost can make two of it: rather twice than never.
 *
 * @throws {CdsError} FHIR_*, SMART_*
 */
export async function writeAuditEvent(
  client: FhirClient,
  access: AuditedAccess,
  signal: AbortSignal,
): Promise<void> {
  const event = auditEventOf(access);
  try {
    await client.put(event, { signal });
  } catch (error) {
    if (asCdsError(error).code !== 'FHIR_WRITE_REFUSED') throw error;
    const { id: _ours, ...withoutId } = event;
    await client.create(withoutId, { signal });
  }
}
