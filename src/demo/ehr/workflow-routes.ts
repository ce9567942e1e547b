import express, { Router, type Request, type Response } from 'express';
import { chartPath, doneAddress, doneOf, filledOf, languageOf } from './address.ts';
import { clickSchema, handleClick } from './feedback.ts';
import { putResource, type Write } from './fhir-write.ts';
import { callService, type HookCall, type HookResult, type HookTarget } from './hook-client.ts';
import type { DemoPatient } from './layout.ts';
import type { Planned } from './planned.ts';
import type { ShownCards } from './shown-cards.ts';
import { chooseLanguage, type Language } from './texts.ts';
import { workflowPage } from './workflow-page.ts';
import { visitOf, WORKFLOW_NAMES, WORKFLOWS, type WorkflowName } from './workflows.ts';

export interface WorkflowOptions {
  readonly target: HookTarget;
  readonly patients: ReadonlyMap<string, DemoPatient>;
  readonly shown: ShownCards;
  /** Which service each is sent to. */
  readonly services: Readonly<Partial<Record<WorkflowName, string>>>;
  /** YYYY-MM-DD */
  readonly today: () => string;
  /** What is ordered and booked of a patient; undefined where the FHIR server does not tell. */
  readonly plannedOf: (patientId: string) => Promise<readonly Planned[] | undefined>;
}

const SEE_OTHER = 303;

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

const isWorkflow = (name: string): name is WorkflowName =>
  (WORKFLOW_NAMES as readonly string[]).includes(name);

const fieldsOf = ({ body }: Request): Readonly<Record<string, unknown>> =>
  (body ?? {}) as Readonly<Record<string, unknown>>;

/** A form says in a field in which language its page was. */
const formLanguage = (request: Request): Language =>
  chooseLanguage(fieldsOf(request)['lang'] ?? request.query['lang'], request.get('accept-language'));

/** Pages at which something is done, and the clicks on cards of any page. */
export function workflowRoutes(options: WorkflowOptions): Router {
  const { target, patients, shown, services, today, plannedOf } = options;
  const router = Router();

  /** A visit's cards stay when one was clicked; a date or an order that was decided on is not asked about again. */
  const isSent = ({ query }: Request, name: WorkflowName): boolean =>
    name === 'visit' ? query['started'] !== undefined : query['date'] !== undefined && !('done' in query);

  const show = async (
    patient: DemoPatient,
    name: WorkflowName,
    serviceId: string,
    request: Request,
    response: Response,
  ): Promise<void> => {
    const language = languageOf(request);
    const filled = filledOf(request.query, name, today(), language);
    const { hook, contextOf } = WORKFLOWS[name];
    const call: HookCall = { hook, serviceId, context: contextOf(patient.id, filled) };
    const [result, planned] = await Promise.all([
      isSent(request, name) ? callService(target, call, language) : undefined,
      plannedOf(patient.id),
    ]);
    if (result !== undefined) remember(shown, call, result);
    const isFilled = name === 'visit' ? result !== undefined : request.query['date'] !== undefined;
    const asked = name === 'visit' ? 'started=1' : `what=${filled.what}&date=${filled.date}`;
    const content = {
      ...{ name, filled, today: today(), done: doneOf(request), planned, target },
      back: `${chartPath(patient.id)}/${name}${isFilled ? `?${asked}` : ''}`,
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

  router.post('/patients/:id/feedback', async (request, response, next) => {
    const patient = patients.get(request.params.id);
    const click = clickSchema.safeParse(request.body);
    if (patient === undefined || !click.success) {
      next();
      return;
    }
    const clicked = await handleClick(target, shown, click.data);
    // Back to where the card was; never to another site, whatever the form says.
    const { back } = fieldsOf(request);
    const chart = chartPath(patient.id);
    const page = typeof back === 'string' && (back === chart || back.startsWith(`${chart}/`)) ? back : chart;
    response.redirect(SEE_OTHER, doneAddress(page, formLanguage(request), clicked));
  });

  router.post('/patients/:id/:workflow', async (request, response, next) => {
    const { id, workflow } = request.params;
    const patient = patients.get(id);
    if (patient === undefined || !isWorkflow(workflow) || services[workflow] === undefined) {
      next();
      return;
    }
    const language = formLanguage(request);
    const page = `${chartPath(id)}/${workflow}`;
    const filled = filledOf(fieldsOf(request), workflow, today(), language);
    const resource = workflow === 'visit' ? visitOf(id) : WORKFLOWS[workflow].keptOf?.(id, filled, today());
    const { ok, reference } = await putResource(target, resource).catch((): Write => ({ ok: false }));
    if (ok && workflow === 'visit') response.redirect(SEE_OTHER, `${page}?started=1&lang=${language}`);
    else {
      const written = reference === undefined ? [] : [reference];
      response.redirect(
        SEE_OTHER,
        doneAddress(page, language, { outcome: ok ? 'kept' : 'not-kept', written }),
      );
    }
  });
  return router;
}
