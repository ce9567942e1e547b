/**
 * The process that `hook.bench.ts` measures: either our service (argument `ours`) or an express endpoint that
 * parses the same body and does nothing (`peer`). Tells its address over IPC, and its CPU time when asked.
 */
import { randomBytes } from 'node:crypto';
import express from 'express';
import { startService } from '../../src/app/index.ts';
import { createLog, listen, LOOPBACK, parseConfig, systemClock } from '../../src/platform/index.ts';

const startOurs = async (): Promise<string> => {
  const config = parseConfig({
    environment: 'test',
    // Counted, never refused.
    http: { port: 0, requestsPerMinute: 100_000_000 },
    hook: { deadlineMs: 5000 },
    // Assessed on prefetch alone: the first request computes and stores, the rest find it stored.
    tenants: [{ id: 'bench', fhirBaseUrl: 'http://127.0.0.1:9/fhir', backgroundAccess: false }],
    store: { key: randomBytes(32).toString('base64') },
    log: { level: 'warn' },
  });
  const service = await startService({ config, clock: systemClock, log: createLog(config.log.level) });
  return `${service.url}/cds-services/recurrence-risk-patient-view`;
};

const startPeer = async (): Promise<string> => {
  const app = express();
  app.post('/', express.json({ limit: '4mb' }), (_request, response) => {
    response.json({ cards: [] });
  });
  return `${(await listen(app, LOOPBACK, 0)).url}/`;
};

const url = await (process.argv[2] === 'ours' ? startOurs() : startPeer());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicroseconds: user + system });
});
process.on('disconnect', () => process.exit());
process.send?.({ url });
