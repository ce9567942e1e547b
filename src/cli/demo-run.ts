import { writeFile } from 'node:fs/promises';
import type { CriteriaPanel } from '../demo/index.ts';
import type { DemoCase } from '../simulation/index.ts';
import type { CliContext } from './context.ts';
import { callHook, printAnswer, type HookAnswer } from './demo-calls.ts';
import { printCriteria } from './demo-criteria.ts';
import { showVisit } from './demo-hooks.ts';
import { bringNewData, NEW_DATA_NEWS, printNewData } from './demo-new-data.ts';
import { printServices } from './demo-services.ts';
import { demoSite } from './demo-site.ts';
import { SERVICES, startDemo, type DemoOptions, type Running } from './demo-start.ts';
import { printSweep, sweepNow } from './demo-sweep.ts';
import { printWritten, readWritten, writtenLines } from './demo-written.ts';

type Out = CliContext['out'];

/** Whose written result the demo shows: the highest risk of those that a sweep has prepared. */
const SHOWN_PATIENT = 'demo-high-10-months';

const isStored = async ({ service, today }: Running, patientId: string): Promise<boolean> => {
  const history = await service.core.store.history(demoSite(service).tenant.id, patientId);
  return history.some(({ landmarkDate }) => landmarkDate === today);
};

/** Opens a patient's chart. */
const showCard = async (
  running: Running,
  each: DemoCase,
  { language }: DemoOptions,
  out: Out,
): Promise<HookAnswer> => {
  const ready = await isStored(running, each.id);
  const call = {
    hook: 'patient-view',
    serviceId: SERVICES.chart,
    context: { patientId: each.id },
  } as const;
  const answer = await callHook(running.target, call, language);
  out(printAnswer({ name: each.name, story: each.story[language === 'en' ? 'en' : 'zh'] }, answer, ready));
  return answer;
};

/** A card that gives no number for the criteria's sake has a table of them all, with their evidence. */
const hasAll = ({ body }: HookAnswer, { lines }: CriteriaPanel): boolean => {
  const shown = body.cards?.map(({ detail = '' }) => detail).join('\n') ?? '';
  return lines.length > 0 && lines.every(({ name }) => shown.includes(`| ${name} |`));
};

const showCards = async (running: Running, options: DemoOptions, out: Out): Promise<HookAnswer[]> => {
  const answers: HookAnswer[] = [];
  for (const each of running.cases) {
    const answer = await showCard(running, each, options, out);
    const criteria = await running.criteriaOf(each.id, options.language);
    if (!hasAll(answer, criteria)) out(printCriteria(criteria, each.id));
    answers.push(answer);
  }
  return answers;
};

const showNewData = async (running: Running, options: DemoOptions, out: Out): Promise<HookAnswer[]> => {
  const { service, today, cases, news } = running;
  const brought = await bringNewData(service, today);
  news.set(brought.patientId, NEW_DATA_NEWS);
  out(printNewData(brought, demoSite(service).tenant.subscriptions.quietMs));
  const answers: HookAnswer[] = [];
  for (const each of cases.filter(({ id }) => id === brought.patientId))
    answers.push(await showCard(running, { ...each, story: NEW_DATA_NEWS }, options, out));
  const { result } = await readWritten(service, brought.patientId);
  out(
    [
      '',
      '  5. In the FHIR server the result has replaced the earlier one of today, which had no number:',
      '',
      ...writtenLines(result),
      '',
    ].join('\n'),
  );
  return answers;
};

/** Starts everything, calls every hook, and goes on until it is stopped. */
export const runDemo = async (options: DemoOptions, context: CliContext): Promise<void> => {
  const running = await startDemo(options, context);
  const { service, metrics } = running;
  try {
    context.out(await printServices(running.target));
    context.out(printSweep(await sweepNow(service, metrics)));
    const answers = await showCards(running, options, context.out);
    context.out(printWritten(await readWritten(service, SHOWN_PATIENT)));
    await showVisit(running, options, context.out);
    answers.push(...(await showNewData(running, options, context.out)));
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(answers, null, 2)}\n`);
    if (options.once === true) return;
    context.note(`
Open  ${running.ehr.url}/   the demo EHR: charts with their cards, visits, bookings, orders, feedback
      ${service.url}/cds-services   the CDS Hooks discovery
      ${running.fhirBaseUrl}/metadata   the FHIR server
      ${running.dicomWebRoot}/studies   the PACS: QIDO-RS and WADO-RS over simulated CTs
Stop with Ctrl-C.`);
    await context.stopped;
  } finally {
    await running.close();
  }
};
