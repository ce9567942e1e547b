import type { Random } from '../../numerics/index.ts';

/**
 * A UID under 2.25, the root of UUIDs written as one number (ITU-T X.667, DICOM PS3.5 B.2): nobody has to be asked
 * for it, and no scanner has given it. The UUID is of version 8, made of seeded bits.
 */
export function simulatedUid(random: Random): string {
  const word = (): bigint => BigInt(random.integer(2 ** 32));
  const bits = (word() << 96n) | (word() << 64n) | (word() << 32n) | word();
  const versioned = (bits & ~(0xfn << 76n)) | (8n << 76n);
  const uuid = (versioned & ~(0x3n << 62n)) | (2n << 62n);
  return `2.25.${uuid.toString()}`;
}

/** Digits of most such UIDs. */
const UID_LENGTH = 44;

/** The first of the stream that has the usual length: files of a series then differ in nothing but values. */
export function evenUid(random: Random): string {
  for (;;) {
    const uid = simulatedUid(random);
    if (uid.length === UID_LENGTH) return uid;
  }
}
