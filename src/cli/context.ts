import { CdsError } from '../domain/index.ts';
import { isTimeZone } from '../platform/index.ts';

/** What a command may touch of the process; tests give their own. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results: what a user would pipe on. */
  readonly out: (text: string) => void;
  /** Progress and addresses: what a user watches. */
  readonly note: (text: string) => void;
  /** Resolves when the user asks to stop (SIGINT, SIGTERM). */
  readonly stopped: Promise<void>;
}

/** @throws {CdsError} COMMAND_INVALID */
export const wholeNumber =
  (name: string, least = 0) =>
  (written: string): number => {
    const value = Number(written);
    if (written.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new CdsError('COMMAND_INVALID', `${name} must be a whole number of at least ${String(least)}.`);
    return value;
  };

/** @throws {CdsError} COMMAND_INVALID */
export const timeZoneOption = (written: string): string => {
  if (!isTimeZone(written))
    throw new CdsError('COMMAND_INVALID', '--time-zone must be an IANA name such as Asia/Shanghai.');
  return written;
};

/** @throws {CdsError} COMMAND_INVALID */
export const calendarDateOption =
  (name: string) =>
  (written: string): string => {
    const parsed = new Date(`${written}T00:00:00Z`);
    // 31 February is read as 3 March: only what comes back as it was written is a date.
    if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== written)
      throw new CdsError('COMMAND_INVALID', `${name} must be a date such as 2026-11-23.`);
    return written;
  };
