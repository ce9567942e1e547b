import { CdsError } from '../../domain/index.ts';
import { jsonExcess } from '../../platform/index.ts';

/** A page of a thousand resources is a few MiB, a lab file in a Binary some tens. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

const MIB = 1024 * 1024;

/** FHIR nests some twenty levels; a FHIR server's own answer of brackets would hold the process up for seconds. */
const MAX_DEPTH = 64;
/** FHIR has a value (member, item, object, list) in some 16 bytes; bombs have one in 4. */
const BYTES_A_VALUE = 16;
/** A small answer may be dense, and costs little. */
const LEAST_VALUES = 10_000;

/** @throws {CdsError} FHIR_ANSWER_INVALID */
const requireBounded = (json: Uint8Array, maxBytes: number): void => {
  const maxValues = Math.max(LEAST_VALUES, Math.ceil(maxBytes / BYTES_A_VALUE));
  const excess = jsonExcess(json, { maxDepth: MAX_DEPTH, maxValues });
  if (excess === 'depth')
    throw new CdsError('FHIR_ANSWER_INVALID', `It is nested deeper than ${String(MAX_DEPTH)} levels.`);
  if (excess === 'values')
    throw new CdsError('FHIR_ANSWER_INVALID', `It has more than ${String(maxValues)} values.`);
};

/**
 * The whole body as text, unpacked; what is larger is let go of before it fills the memory, and JSON that would hold up
 * whoever parses it is refused.
 *
 * @throws {CdsError} FHIR_ANSWER_INVALID where it is larger or deeper; what the connection throws
 */
export async function readBounded(response: Response, maxBytes = MAX_BODY_BYTES): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream. The size that a header tells is of the packed body, and only told.
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > maxBytes)
      throw new CdsError(
        'FHIR_ANSWER_INVALID',
        `It is larger than ${String(Math.ceil(maxBytes / MIB))} MiB.`,
      );
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  requireBounded(bytes, maxBytes);
  return new TextDecoder().decode(bytes);
}
