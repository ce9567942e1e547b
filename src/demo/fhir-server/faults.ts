import { setTimeout as delay } from 'node:timers/promises';
import type { RequestHandler } from 'express';

/** Switched by tests while the server runs. */
export interface Faults {
  /** down: the socket is closed; slow: answers late; html: a login page with 200; error: 503;
   * refused: 403. */
  mode: 'ok' | 'down' | 'slow' | 'html' | 'error' | 'refused';
  /** How late `slow` is; 2000 unless said. */
  delayMs?: number;
}

const LOGIN_PAGE =
  '<!doctype html><html lang="en"><head><title>Sign in</title></head><body><form><input name="user"></form></body></html>';

const REFUSED = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'forbidden' }],
});

/** Applied before routing, to every request. */
export const faultInjection =
  (faults: Faults): RequestHandler =>
  async (request, response, next) => {
    switch (faults.mode) {
      case 'ok':
        next();
        return;
      case 'down':
        request.socket.destroy();
        return;
      case 'slow':
        await delay(faults.delayMs ?? 2000);
        if (!response.destroyed) next();
        return;
      case 'html':
        response.status(200).type('html').send(LOGIN_PAGE);
        return;
      case 'error':
        response.status(503).type('text/plain').send('Service Unavailable');
        return;
      case 'refused':
        response.status(403).type('application/fhir+json').send(REFUSED);
        return;
    }
  };
