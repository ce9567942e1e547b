/** A service over the embedded FHIR server with the demo's patients, for tests: nothing in it is a double. */
import { randomUUID } from 'node:crypto';
import type { FhirResource } from 'fhir/r4.js';
import { startService, type Service } from '../../src/app/index.ts';
import { createFhirServer, type Faults } from '../../src/demo/index.ts';
import {
  createLog,
  fixedClock,
  listen,
  LOOPBACK,
  parseConfig,
  type Clock,
  type Config,
  type Listening,
} from '../../src/platform/index.ts';
import { simulateDemoPatients } from '../../src/simulation/index.ts';

export const TODAY = '2026-11-23';
export const SERVICE_PATH = '/cds-services/recurrence-risk-patient-view';

export interface Stack {
  readonly service: Service;
  readonly fhirBaseUrl: string;
  readonly faults: Faults;
  readonly logged: string[];
  load(resources: readonly FhirResource[]): Promise<void>;
  close(): Promise<void>;
}

export interface StackOptions {
  readonly tenant?: Record<string, unknown>;
  readonly http?: Partial<Config['http']>;
  readonly hook?: Partial<Config['hook']>;
  readonly queue?: Partial<Config['queue']>;
  readonly models?: Partial<Config['models']>;
  readonly store?: Partial<Config['store']>;
  /** Stands at ten o'clock of TODAY unless told otherwise. */
  readonly clock?: Clock;
}

/** Goes on from ten o'clock of TODAY: of two results of one day the later counts. */
export const runningClock = (): Clock => {
  const started = performance.now();
  const from = Date.parse(`${TODAY}T10:00:00Z`);
  return { now: () => new Date(from + performance.now() - started) };
};

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const faults: Faults = { mode: 'ok' };
  const fhirServer = createFhirServer({ faults });
  await fhirServer.load(simulateDemoPatients(TODAY).flatMap((each) => each.resources));
  const fhir: Listening = await listen(fhirServer.app, LOOPBACK, 0);
  const fhirBaseUrl = `${fhir.url}/fhir`;
  const logged: string[] = [];
  const service = await startService({
    config: parseConfig({
      environment: 'test',
      http: { port: 0, ...options.http },
      hook: { deadlineMs: 5000, ...options.hook },
      tenants: [{ id: 'test', fhirBaseUrl, ...options.tenant }],
      queue: { prefix: `test-${randomUUID()}`, ...options.queue },
      store: { ...options.store },
      ...(options.models !== undefined && { models: options.models }),
    }),
    clock: options.clock ?? fixedClock(`${TODAY}T10:00:00Z`),
    log: createLog('trace', { write: (line: string) => void logged.push(line) }),
  });
  return {
    service,
    fhirBaseUrl,
    faults,
    logged,
    load: (resources) => fhirServer.load(resources),
    close: async () => {
      await service.close();
      await fhirServer.close();
      await fhir.close();
    },
  };
}

/** A request as an EHR sends it; `change` overrides any member. */
export const hookRequest = (
  patientId: string,
  fhirServer?: string,
  change: Record<string, unknown> = {},
) => ({
  hook: 'patient-view',
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  ...(fhirServer !== undefined && { fhirServer }),
  context: { userId: 'Practitioner/surgeon-1', patientId },
  ...change,
});

interface Template {
  readonly prefetch: Readonly<Record<string, string>>;
}

/** What an EHR would prefetch: every template of the discovery, resolved against the FHIR server. */
export async function prefetchFor(serviceUrl: string, fhirBaseUrl: string, patientId: string) {
  const discovery = (await (await fetch(`${serviceUrl}/cds-services`)).json()) as { services: Template[] };
  const templates = Object.entries(discovery.services[0]?.prefetch ?? {});
  const values = templates.map(async ([key, template]) => {
    const url = `${fhirBaseUrl}/${template.replaceAll('{{context.patientId}}', patientId)}`;
    const all = url.includes('?') ? `${url}&_count=1000` : url;
    return [key, (await (await fetch(all)).json()) as Record<string, unknown>] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}
