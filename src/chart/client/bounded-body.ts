import { CdsError } from '../../domain/index.ts';

/** A page of a thousand resources is a few MiB, a lab file in a Binary some tens. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

const MIB = 1024 * 1024;

/**
 * The whole body as text, unpacked; what is larger is let go of before it fills the memory.
 *
 * @throws {CdsError} FHIR_ANSWER_INVALID where it is larger; what the connection throws
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
  return new TextDecoder().decode(Buffer.concat(parts));
}
