import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** A trace id. With no letter in it, it could be a patient's or an identity card's number. */
const HEX = /^(?=.*[a-f])[0-9a-f]{16,64}$/i;

/** What a caller named its request, where that can be nobody's name or number; else an id of our own. */
export const requestIdOf = (sent: string | undefined): string =>
  sent !== undefined && (UUID.test(sent) || HEX.test(sent)) ? sent : randomUUID();

/** By this id the caller's log and ours are laid side by side: it is in the answer and in each log line. */
export const nameRequest: RequestHandler = (request, response, next) => {
  const id = requestIdOf(request.get('x-request-id'));
  response.locals['requestId'] = id;
  response.setHeader('X-Request-Id', id);
  next();
};

/** The request's id; undefined where it failed before it had one. */
export const requestId = ({ locals }: Response): string | undefined =>
  locals['requestId'] as string | undefined;
