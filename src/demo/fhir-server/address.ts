import type { Request } from 'express';

/** The base address of the server as the client wrote it. */
export const baseUrlOf = (request: Request): string =>
  `${request.protocol}://${request.get('host') ?? '127.0.0.1'}/fhir`;
