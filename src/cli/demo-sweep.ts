import type { Service } from '../app/index.ts';
import type { Metrics } from '../platform/index.ts';
import { demoSite, seconds, since, sumOf, triggersOf, until } from './demo-site.ts';
import { heading } from './terminal.ts';

/** What one nightly sweep came to. */
export interface Sweep {
  /** The schedule, as the tenant has it. */
  readonly cron: string;
  readonly timeZone: string;
  /** Patients with a follow-up appointment, by what looking at them came to. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Until the last result was stored. */
  readonly milliseconds: number;
}

/** Results that jobs of a process have computed. */
const computed = async ({ assessments }: Metrics): Promise<number> =>
  (await assessments.get()).values.reduce((sum, { value }) => sum + value, 0);

/**
 * Runs the nightly sweep now: the same task that the schedule makes. Waits until its assessments are stored.
 *
 * @param metrics of the process that runs tasks
 * @throws {CdsError} INTERNAL where they do not come
 */
export async function sweepNow(service: Service, metrics: Metrics): Promise<Sweep> {
  const { tenant } = demoSite(service);
  const [looked, made] = [await triggersOf(metrics, 'assess'), await computed(metrics)];
  const started = performance.now();
  await service.tasks.add({ kind: 'sweep', tenant: tenant.id });
  const { assess: patients = 0 } = await until('the sweep did not run', async () => {
    const swept = await triggersOf(metrics, 'sweep');
    return Object.keys(swept).length > 0 ? swept : undefined;
  });
  const outcomes = await until('not everybody was looked at', async () => {
    const now = since(looked, await triggersOf(metrics, 'assess'));
    return sumOf(now) >= patients ? now : undefined;
  });
  await until('not every assessment of the sweep was stored', async () =>
    (await computed(metrics)) - made >= (outcomes['queued'] ?? 0) ? true : undefined,
  );
  return {
    cron: tenant.sweep.cron,
    timeZone: tenant.timeZone,
    outcomes,
    milliseconds: performance.now() - started,
  };
}

const WORDS: Readonly<Record<string, string>> = {
  queued: 'assessed, the result is stored',
  stored: 'assessed before, nothing to do',
  'no-modality': 'without a usable sample, left to the hook',
  'not-eligible': 'not eligible, left to the hook',
  barred: 'without a risk any more',
  'out-of-scope': 'out of scope',
  'unknown-patient': 'not known to the FHIR server',
};

/** For the terminal. */
export const printSweep = ({ cron, timeZone, outcomes, milliseconds }: Sweep): string => {
  const patients = sumOf(outcomes);
  return [
    heading('The nightly sweep, run now').trimEnd(),
    `  The schedule (${cron}, ${timeZone}) looks at everybody with a follow-up appointment today or tomorrow:`,
    `  ${String(patients)} ${patients === 1 ? 'patient' : 'patients'}, done in ${seconds(milliseconds)}`,
    ...Object.entries(outcomes).map(
      ([outcome, count]) => `    ${String(count)} ${WORDS[outcome] ?? outcome}`,
    ),
    '',
  ].join('\n');
};
