import { pino, type DestinationStream, type Logger } from 'pino';
import { CdsError } from '../domain/index.ts';

export type Log = Logger;

/**
 * What a log line may say of an error: its code, and for a foreign error only its class. Foreign messages and
 * stacks can hold search URLs with identifiers, so they never reach the log.
 */
const describeError = (error: unknown): Record<string, unknown> => {
  if (error instanceof CdsError) {
    const cause = error.cause instanceof Error ? { cause: error.cause.name } : {};
    return { code: error.code, detail: error.detail, ...cause };
  }
  return { code: 'INTERNAL', class: error instanceof Error ? error.name : typeof error };
};

/** JSON lines on stderr (stdout belongs to the commands' results); no patient-derived field is ever passed in. */
export const createLog = (level: string, destination?: DestinationStream): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // `err` is where pino itself puts an error, with message and stack unless told otherwise.
      serializers: { error: describeError, err: describeError },
      redact: { paths: ['authorization', '*.authorization', 'access_token', '*.access_token'], remove: true },
    },
    destination ?? pino.destination({ fd: 2, sync: false }),
  );
