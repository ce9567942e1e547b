import express, { Router, type Request, type Response } from 'express';
import { clickSchema, handleClick, type ClickOutcome } from './feedback.ts';
import { callService, type HookCall, type HookResult, type HookTarget } from './hook-client.ts';
import type { DemoPatient } from './layout.ts';
import type { ShownCards } from './shown-cards.ts';
import { chooseLanguage, type Language } from './texts.ts';
import { chartPath, workflowPage } from './workflow-page.ts';
import { visitOf, WORKFLOW_NAMES, WORKFLOWS, type Filled, type WorkflowName } from './workflows.ts';

export interface WorkflowOptions {
  readonly target: HookTarget;
  readonly patients: ReadonlyMap<string, DemoPatient>;
  readonly shown: ShownCards;
  /** Which service each is sent to. */
  readonly services: Readonly<Partial<Record<WorkflowName, string>>>;
  /** YYYY-MM-DD */
  readonly today: () => string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const SEE_OTHER = 303;

const DONE: readonly string[] = ['accepted', 'overridden', 'not-done', 'not-told', 'gone'];

/** What the address says of the last click. */
export const doneOf = (request: Request): ClickOutcome | undefined => {
  const done = request.query['done'];
  return typeof done === 'string' && DONE.includes(done) ? (done as ClickOutcome) : undefined;
};

export const languageOf = (request: Request): Language =>
  chooseLanguage(request.query['lang'], request.get('accept-language'));

/** Puts the cards of an answer where clicks on them are looked up. */
export const remember = (shown: ShownCards, call: HookCall, result: HookResult): void => {
  if (result.kind !== 'cards') return;
  for (const card of result.cards)
    shown.add({ patientId: call.context.patientId, serviceId: call.serviceId, card });
};

/** A form of another site must not accept anything in a reader's name. */
const isForeign = (request: Request): boolean => {
  const origin = request.get('origin');
  return origin !== undefined && URL.parse(origin)?.host !== request.get('host');
};

const filledOf = (request: Request, name: WorkflowName, today: string): Filled => {
  const { what, date } = request.query;
  const { choices } = WORKFLOWS[name];
  return {
    what: choices.find((choice) => choice.what === what)?.what ?? choices[0]?.what ?? '',
    date: typeof date === 'string' && DATE.test(date) ? date : today,
  };
};

const isWorkflow = (name: string): name is WorkflowName =>
  (WORKFLOW_NAMES as readonly string[]).includes(name);

/** Pages at which something is done, and the clicks on cards of any page. */
export function workflowRoutes({ target, patients, shown, services, today }: WorkflowOptions): Router {
  const router = Router();

  const show = async (
    patient: DemoPatient,
    name: WorkflowName,
    serviceId: string,
    request: Request,
    response: Response,
  ): Promise<void> => {
    const language = languageOf(request);
    const filled = filledOf(request, name, today());
    const { hook, contextOf } = WORKFLOWS[name];
    const call: HookCall = { hook, serviceId, context: contextOf(patient.id, filled) };
    const isSent = request.query['date'] !== undefined || request.query['started'] !== undefined;
    const result = isSent ? await callService(target, call, language) : undefined;
    if (result !== undefined) remember(shown, call, result);
    const asked = name === 'visit' ? 'started=1' : `what=${filled.what}&date=${filled.date}`;
    const content = {
      ...{ name, filled, today: today(), done: doneOf(request) },
      back: `${chartPath(patient.id)}/${name}${isSent ? `?${asked}` : ''}`,
      ...(result !== undefined && { sent: { call, result } }),
    };
    response
      .status(result?.kind === 'problem' ? 502 : 200)
      .type('html')
      .send(workflowPage(patient, content, language));
  };

  router.get('/patients/:id/:workflow', async (request, response, next) => {
    const { id, workflow } = request.params;
    const patient = patients.get(id);
    const serviceId = isWorkflow(workflow) ? services[workflow] : undefined;
    if (patient === undefined || !isWorkflow(workflow) || serviceId === undefined) next();
    else await show(patient, workflow, serviceId, request, response);
  });

  router.use(
    '/patients',
    express.urlencoded({ extended: false, limit: '16kb' }),
    (request, response, next) => {
      if (request.method === 'POST' && isForeign(request)) response.status(403).end();
      else next();
    },
  );

  router.post('/patients/:id/visit', async (request, response, next) => {
    const patient = patients.get(request.params.id);
    if (patient === undefined || services.visit === undefined) {
      next();
      return;
    }
    const visit = visitOf(patient.id);
    await fetch(`${target.fhirUrl}/Encounter/${visit.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(visit),
      signal: AbortSignal.timeout(target.timeoutMs),
    }).catch(() => undefined);
    const { lang } = request.body as { lang?: unknown };
    const language = chooseLanguage(lang, request.get('accept-language'));
    response.redirect(SEE_OTHER, `${chartPath(patient.id)}/visit?started=1&lang=${language}`);
  });

  router.post('/patients/:id/feedback', async (request, response, next) => {
    const patient = patients.get(request.params.id);
    const click = clickSchema.safeParse(request.body);
    if (patient === undefined || !click.success) {
      next();
      return;
    }
    const { outcome } = await handleClick(target, shown, click.data);
    // Back to where the card was; never to another site, whatever the form says.
    const { back } = request.body as { back?: unknown };
    const chart = chartPath(patient.id);
    const page = typeof back === 'string' && (back === chart || back.startsWith(`${chart}/`)) ? back : chart;
    const joined = page.includes('?') ? '&' : '?';
    response.redirect(SEE_OTHER, `${page}${joined}lang=${languageOf(request)}&done=${outcome}`);
  });
  return router;
}
