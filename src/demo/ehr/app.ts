import express from 'express';
import type { ErrorRequestHandler, Express, Request, Response } from 'express';
import { doneOf, languageOf } from './address.ts';
import { readFeedbackCounts } from './counts.ts';
import type { CriteriaPanel } from './criteria-view.ts';
import { callService, type HookCall, type HookTarget } from './hook-client.ts';
import type { EhrIdentity } from './identity.ts';
import type { DemoPatient, Story } from './layout.ts';
import { notFoundPage, patientPage, patientsPage } from './pages.ts';
import { readPlanned } from './planned.ts';
import { createShownCards } from './shown-cards.ts';
import { STYLE } from './style.ts';
import type { Language } from './texts.ts';
import { remember, workflowRoutes } from './workflow-routes.ts';
import { WORKFLOW_NAMES, type WorkflowName } from './workflows.ts';
import { readWrittenBack } from './written.ts';

export interface DemoEhrOptions {
  readonly patients: readonly DemoPatient[];
  /** Base URL of the CDS service, without /cds-services. */
  readonly serviceUrl: string;
  /** Base URL of the FHIR server, sent to the service as fhirServer. */
  readonly fhirUrl: string;
  readonly serviceId: string;
  /** How long the page waits for the service; 10 000 unless said. */
  readonly timeoutMs?: number;
  /** How the study's criteria were judged of a patient; a page without it shows the cards alone. */
  readonly criteriaOf?: (patientId: string, language: Language) => Promise<CriteriaPanel>;
  /** Show what the service wrote into the chart, read from the FHIR server; false unless said. */
  readonly showWritten?: boolean;
  /** What happened to a patient since the story. */
  readonly newsOf?: (patientId: string) => Story | undefined;
  /** Who signs the calls; published at /.well-known/jwks.json. */
  readonly identity?: EhrIdentity;
  /** The services of what else is done in a chart; without them it can only be opened. */
  readonly services?: Readonly<Partial<Record<WorkflowName, string>>>;
  /** YYYY-MM-DD; this machine's day unless said. */
  readonly today?: () => string;
}

/** No script at all, styles from here only; a card can bring neither. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  Vary: 'Accept-Language',
};

const notFound = (request: Request, response: Response): void => {
  response
    .status(404)
    .type('html')
    .send(notFoundPage(languageOf(request)));
};

/** Addresses that cannot be decoded come here; the page is the same as for those that lead nowhere. */
const unreadable: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) next(error);
  else notFound(request, response);
};

/**
 * A small EHR for the demo: a list of patients, and a chart that calls the CDS service on being opened and shows the
 * cards. Server-rendered, no script. Where the service fails the page says how, with status 502.
 */
export const createDemoEhr = (options: DemoEhrOptions): Express => {
  const target: HookTarget = {
    timeoutMs: 10_000,
    ...options,
    serviceUrl: options.serviceUrl.replace(/\/+$/, ''),
  };
  const { serviceId, fhirUrl, services = {}, identity } = options;
  const today = options.today ?? ((): string => new Date().toISOString().slice(0, 10));
  const shown = createShownCards();
  const workflows = WORKFLOW_NAMES.filter((name) => services[name] !== undefined);
  // After the card; a server that does not tell costs the page this panel and no more.
  const writtenOf = (patientId: string) =>
    readWrittenBack(fhirUrl, patientId, AbortSignal.timeout(target.timeoutMs)).catch(() => undefined);
  const plannedOf = (patientId: string) =>
    workflows.length === 0
      ? Promise.resolve(undefined)
      : readPlanned(fhirUrl, patientId, AbortSignal.timeout(target.timeoutMs)).catch(() => undefined);
  const patients = new Map(options.patients.map((patient) => [patient.id, patient]));
  const app = express();
  app.disable('x-powered-by').set('query parser', 'simple');
  app.use((_request, response, next) => {
    response.set(HEADERS);
    next();
  });
  app.get('/style.css', (_request, response) => {
    response.set('Cache-Control', 'max-age=300').type('css').send(STYLE);
  });
  app.get('/', async (request, response) => {
    const hasWorkflows = workflows.length > 0;
    const counts = hasWorkflows ? await readFeedbackCounts(target).catch(() => undefined) : undefined;
    const content = { patients: options.patients, hasWorkflows, signs: identity !== undefined, counts };
    response.type('html').send(patientsPage(content, languageOf(request)));
  });
  app.get('/patients/:id', async (request, response) => {
    const patient = patients.get(request.params.id);
    if (!patient) {
      notFound(request, response);
      return;
    }
    const language = languageOf(request);
    const call: HookCall = { hook: 'patient-view', serviceId, context: { patientId: patient.id } };
    const [result, criteria, planned] = await Promise.all([
      callService(target, call, language),
      // What went wrong with the chart is on the card: the panel is then left out.
      options.criteriaOf?.(patient.id, language).catch(() => undefined),
      plannedOf(patient.id),
    ]);
    remember(shown, call, result);
    const written = options.showWritten === true ? await writtenOf(patient.id) : undefined;
    const news = options.newsOf?.(patient.id);
    response
      .status(result.kind === 'cards' ? 200 : 502)
      .type('html')
      .send(
        patientPage(
          patient,
          { call, target, result, criteria, written, news, workflows, planned, done: doneOf(request) },
          language,
        ),
      );
  });
  if (identity !== undefined)
    app.get('/.well-known/jwks.json', (_request, response) => {
      response.json(identity.jwks);
    });
  app.use(workflowRoutes({ target, patients, shown, services, today, plannedOf }));
  app.use(notFound);
  app.use(unreadable);
  return app;
};
