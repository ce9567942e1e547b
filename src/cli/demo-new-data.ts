import type { Bundle, Subscription } from 'fhir/r4.js';
import type { Service } from '../app/index.ts';
import { subscriptionsFor } from '../assessment/index.ts';
import type { Assessment, RiskEstimate } from '../domain/index.ts';
import { simulateNewDraw, type SimulatedResource } from '../simulation/index.ts';
import { demoSite, LIMIT_MS, seconds, since, triggersOf, until } from './demo-site.ts';
import { heading } from './terminal.ts';

/** What the demo shows without a hook: a laboratory writes, the FHIR server notifies, an assessment is made. */
export interface NewData {
  readonly patientId: string;
  /** What the laboratory wrote, in its order. */
  readonly written: readonly SimulatedResource[];
  /** Notifications by what they led to. */
  readonly notified: Readonly<Record<string, number>>;
  /** From the last write to the stored result. */
  readonly milliseconds: number;
  readonly before: Assessment | undefined;
  readonly assessment: Assessment;
}

/** Whose last samples are too old for a number, until a new draw comes. */
const NEW_DATA_PATIENT = 'demo-too-old-15-months';
export const NEW_DATA_NEWS = {
  en: 'The laboratories sent a blood draw of today. The service was notified, and had the result before the chart was opened.',
  zh: '实验室已发来今日采血的结果。服务收到通知，在打开病历之前即已完成评估。',
};
/** The embedded server takes any topic; the Subscriptions' filters say what is asked for. */
const TOPIC = 'https://recurrence-cds.org/fhir/SubscriptionTopic/chart';

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
  const { store, clock, metrics } = service.core;
  const history = (): Promise<readonly Assessment[]> => store.history(tenant.id, NEW_DATA_PATIENT);
  const before = (await history()).at(-1);
  const told = await triggersOf(metrics, 'notification');
  const draw = simulateNewDraw(NEW_DATA_PATIENT, today, clock.now().toISOString());
  const signal = AbortSignal.timeout(LIMIT_MS);
  for (const resource of draw) await client.put(resource, { signal });
  const written = performance.now();
  const assessment = await until('new data led to no assessment', async () =>
    restingOn(await history(), draw),
  );
  const milliseconds = performance.now() - written;
  const notified = since(told, await triggersOf(metrics, 'notification'));
  return { patientId: NEW_DATA_PATIENT, written: draw, notified, milliseconds, before, assessment };
}

const DONE: Readonly<Record<string, string>> = {
  assess: 'named the patient',
  'find-patient': 'named a resource, whose patient was then looked up',
  'catch-up': 'did not say what changed: what was new was searched for',
};

const riskText = (risk: RiskEstimate | undefined): string => {
  if (risk?.status !== 'estimated') return 'no number';
  const headline = risk.horizons.find(({ horizonMonths }) => horizonMonths === 12);
  return headline?.status === 'estimated' ? `${(100 * headline.risk).toFixed(1)}%` : 'no number';
};

const textOf = (resource: SimulatedResource): string => {
  const named =
    'code' in resource && typeof resource.code === 'object' && 'text' in resource.code
      ? resource.code.text
      : undefined;
  return `    ${resource.resourceType}/${resource.id}${named === undefined ? '' : `: ${named}`}`;
};

/** For the terminal. */
export const printNewData = (data: NewData, quietMs: number): string => {
  const { written, notified, milliseconds, patientId, before, assessment } = data;
  return [
    heading('New data without a hook').trimEnd(),
    `  1. A laboratory writes ${String(written.length)} resources of a blood draw of today for ${patientId}:`,
    ...written.map(textOf),
    "  2. The FHIR server's Subscriptions notify the service:",
    ...Object.entries(notified).map(
      ([outcome, count]) =>
        `    ${String(count)} ${count === 1 ? 'change' : 'changes'} ${DONE[outcome] ?? outcome}`,
    ),
    `    after ${String(quietMs)} ms of quiet they are one assessment`,
    `  3. ${seconds(milliseconds)} after the last write a new result is stored: ${assessment.fingerprint.slice(0, 12)}...`,
    `    12-month risk: ${riskText(assessment.risk)}; before the draw: ${riskText(before?.risk)}`,
    '  4. Then the chart is opened:',
    '',
  ].join('\n');
};
