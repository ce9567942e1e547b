import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle, Subscription } from 'fhir/r4.js';
import type { Service, Site } from '../app/index.ts';
import { subscriptionsFor } from '../assessment/index.ts';
import { CdsError, type Assessment } from '../domain/index.ts';
import { simulateNewDraw } from '../simulation/index.ts';

/** What the demo shows without a hook: a laboratory writes, the FHIR server notifies, an assessment is made. */
export interface NewData {
  readonly patientId: string;
  /** Resources that the laboratory wrote. */
  readonly written: number;
  /** From the last write to the stored result. */
  readonly milliseconds: number;
  readonly assessment: Assessment;
}

/** Whose last samples are too old for a number, until a new draw comes. */
const NEW_DATA_PATIENT = 'demo-too-old-15-months';
export const NEW_DATA_STORY = {
  en: "The same patient, after today's blood draw.",
  zh: '同一患者,今日采血之后。',
};
/** The embedded server takes any topic; the Subscriptions' filters say what is asked for. */
const TOPIC = 'https://recurrence-cds.org/fhir/SubscriptionTopic/chart';
const LIMIT_MS = 30_000;
const POLL_MS = 100;

const demoSite = ({ core }: Service): Site => {
  const [site] = core.sites.values();
  if (site === undefined) throw new CdsError('INTERNAL', 'a demo without a tenant');
  return site;
};

/** @throws {CdsError} INTERNAL, `what`, where it does not come in time */
const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(POLL_MS);
  }
  throw new CdsError('INTERNAL', what);
};

const allActive = ({ entry = [] }: Bundle<Subscription>): boolean =>
  entry.length > 0 && entry.every(({ resource }) => resource?.status === 'active');

/** Has the demo's FHIR server tell the service of new data, as `subscribe` does, and waits for the handshakes. */
export async function subscribeDemo(service: Service): Promise<number> {
  const { tenant, client } = demoSite(service);
  const { secret = '' } = tenant.subscriptions;
  const wanted = subscriptionsFor(
    {
      tenant: tenant.id,
      serviceUrl: service.url,
      secret,
      style: 'backport',
      payload: 'id-only',
      topic: TOPIC,
    },
    service.core.queries,
  );
  const signal = AbortSignal.timeout(LIMIT_MS);
  for (const subscription of wanted) await client.put(subscription, { signal });
  await until('the Subscriptions did not become active', async () => {
    const found = await fetch(`${client.baseUrl}/Subscription?_count=100`, { signal });
    return allActive((await found.json()) as Bundle<Subscription>) ? true : undefined;
  });
  return wanted.length;
}

/** The last result that rests on every one of the new draw's modalities. */
const restingOn = (
  history: readonly Assessment[],
  written: readonly { readonly id: string }[],
): Assessment | undefined =>
  history.findLast(({ modalities }) => {
    const references = modalities.flatMap(({ evidence }) => evidence.map(({ reference }) => reference));
    return ['-met-', '-cfdna-'].every((kind) =>
      written.some(
        ({ id }) => id.includes(kind) && references.some((reference) => reference.endsWith(`/${id}`)),
      ),
    );
  });

/**
 * Writes a new draw of one patient by plain FHIR and waits until the notification has led to a stored result. No hook
 * is called.
 *
 * @throws {CdsError} INTERNAL where none comes
 */
export async function bringNewData(service: Service, today: string): Promise<NewData> {
  const { tenant, client } = demoSite(service);
  const draw = simulateNewDraw(NEW_DATA_PATIENT, today, service.core.clock.now().toISOString());
  const signal = AbortSignal.timeout(LIMIT_MS);
  for (const resource of draw) await client.put(resource, { signal });
  const written = performance.now();
  const assessment = await until('new data led to no assessment', async () =>
    restingOn(await service.core.store.history(tenant.id, NEW_DATA_PATIENT), draw),
  );
  return {
    patientId: NEW_DATA_PATIENT,
    written: draw.length,
    milliseconds: performance.now() - written,
    assessment,
  };
}

/** For the terminal. */
export const printNewData = ({ written, milliseconds, patientId, assessment }: NewData): string =>
  `
${'='.repeat(100)}
New data without a hook
  A laboratory wrote ${String(written)} resources of a blood draw of today for ${patientId}.
  The FHIR server's Subscriptions told the service, and ${(milliseconds / 1000).toFixed(1)} s later a new assessment
  was stored: ${assessment.fingerprint.slice(0, 12)}..., computed ${assessment.computedAt}.
  Then the chart was opened:
`;
