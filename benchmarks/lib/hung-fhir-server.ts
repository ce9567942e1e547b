/**
 * A FHIR server that never answers, in a process of its own: takes every connection and every request, and then
 * does as its argument says. Tells its address over IPC.
 *
 * - silent: sends nothing
 * - stalled: sends the headers of a Bundle and its first bytes, and nothing more
 * - trickling: sends the headers and a byte of a Bundle that never ends every 20 ms
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TRICKLE_MS = 20;
const OPENING = '{"resourceType":"Bundle",';

const begin = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/fhir+json' });
  response.write(OPENING);
};

const HANGING: Readonly<Record<string, (response: ServerResponse) => void>> = {
  silent: () => undefined,
  stalled: begin,
  trickling: (response) => {
    begin(response);
    const timer = setInterval(() => response.write(' '), TRICKLE_MS);
    response.on('close', () => {
      clearInterval(timer);
    });
  },
};

const hang = HANGING[process.argv[2] ?? ''];
if (hang === undefined) throw new Error(`one of ${Object.keys(HANGING).join(', ')}`);
const server = createServer((request, response) => {
  request.resume();
  hang(response);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` });
});
process.on('disconnect', () => process.exit());
