import { chartPath, type Done } from './address.ts';
import type { FeedbackCount } from './counts.ts';
import { countsView } from './counts-view.ts';
import { criteriaView, type CriteriaPanel } from './criteria-view.ts';
import { doneView } from './done-view.ts';
import type { HookCall, HookResult, HookTarget } from './hook-client.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { bannerView, page, storyIn, type DemoPatient, type Story } from './layout.ts';
import { findSame, type Planned } from './planned.ts';
import { plannedView } from './planned-view.ts';
import { requestView, resultView } from './result-view.ts';
import { textsIn } from './texts.ts';
import type { Language, Texts } from './texts.ts';
import { writtenView } from './written-view.ts';
import type { WrittenBack } from './written.ts';
import { workflowLinks } from './workflow-page.ts';
import type { WorkflowName } from './workflows.ts';

/** What a reader can do from here, where there is more than to open a chart. */
const stepsView = (texts: Texts): SafeHtml =>
  html`<section class="panel" aria-labelledby="try">
    <h2 id="try">${texts.tryThis}</h2>
    <ol>
      ${[texts.try1, texts.try2, texts.try3].map((each) => html`<li>${each}</li>`)}
    </ol>
  </section>`;

export interface PatientsPageContent {
  readonly patients: readonly DemoPatient[];
  /** Are there other pages of a patient than the chart? */
  readonly hasWorkflows: boolean;
  /** Does this EHR sign its calls? */
  readonly signs: boolean;
  readonly counts: readonly FeedbackCount[] | undefined;
}

export const patientsPage = (
  { patients, hasWorkflows, signs, counts }: PatientsPageContent,
  language: Language,
): string => {
  const texts = textsIn(language);
  return page(
    language,
    '/',
    texts.title,
    html`<h1>${texts.patients}</h1>
      <p class="lead">${texts.patientsLead}${signs ? html` ${texts.signsLead}` : ''}</p>
      ${hasWorkflows ? stepsView(texts) : ''}
      <ul class="patients">
        ${patients.map(
          (patient) =>
            html`<li>
              <h2>
                <a href="/patients/${encodeURIComponent(patient.id)}?lang=${language}">${patient.name}</a>
              </h2>
              <p>${storyIn(patient.story, language)}</p>
              <p class="quiet">${texts.id} <code>${patient.id}</code></p>
            </li>`,
        )}
      </ul>
      ${counts === undefined ? '' : countsView(texts, counts)}`,
  );
};

/** What a patient's page shows beside the patient. */
export interface PatientPageContent {
  readonly call: HookCall;
  readonly target: HookTarget;
  readonly result: HookResult;
  readonly criteria: CriteriaPanel | undefined;
  readonly written: WrittenBack | undefined;
  /** What happened since the story was told. */
  readonly news: Story | undefined;
  /** What can be done from here. */
  readonly workflows: readonly WorkflowName[];
  /** Undefined where the FHIR server did not tell. */
  readonly planned: readonly Planned[] | undefined;
  readonly done: Done | undefined;
}

/** Cards are long: what comes after them is named at the top. */
const contentsView = (texts: Texts, { criteria, written, planned }: PatientPageContent): SafeHtml => {
  const links = [
    { id: 'cards', label: texts.cards },
    ...(planned === undefined ? [] : [{ id: 'planned', label: texts.planned }]),
    ...(criteria === undefined ? [] : [{ id: 'criteria', label: texts.criteria }]),
    ...(written === undefined ? [] : [{ id: 'written', label: texts.written }]),
  ];
  return html`<nav aria-label="${texts.onThisPage}">
    <ul class="contents">
      ${links.map(({ id, label }) => html`<li><a href="#${id}">${label}</a></li>`)}
    </ul>
  </nav>`;
};

export const patientPage = (
  patient: DemoPatient,
  content: PatientPageContent,
  language: Language,
): string => {
  const texts = textsIn(language);
  const { call, target, result, criteria, written, news, workflows, planned, done } = content;
  const { fhirUrl, identity } = target;
  const back = chartPath(patient.id);
  const forms = {
    action: `${back}/feedback?lang=${language}`,
    back,
    fhirUrl,
    sameAs: (resource: unknown) => findSame(planned ?? [], resource),
  };
  return page(
    language,
    back,
    patient.name,
    html`<p class="back"><a href="/?lang=${language}">${texts.back}</a></p>
      ${bannerView(texts, patient, news, language)} ${workflowLinks(texts, patient.id, workflows, language)}
      ${contentsView(texts, content)} ${doneView(texts, done, fhirUrl)}
      <div class="columns">
        <section aria-labelledby="cards">
          <h2 id="cards">${texts.cards}</h2>
          ${resultView(texts, result, forms)}
        </section>
        ${requestView(texts, call, result, identity)}
      </div>
      ${planned === undefined ? '' : plannedView(texts, language, { fhirUrl, planned })}
      ${criteria === undefined ? '' : criteriaView(texts, fhirUrl, criteria)}
      ${written === undefined ? '' : writtenView(texts, language, { fhirUrl, patientId: patient.id, written })}`,
  );
};

export const notFoundPage = (language: Language): string => {
  const texts = textsIn(language);
  return page(
    language,
    '/',
    texts.notFound,
    html`<h1>${texts.notFound}</h1>
      <p><a href="/?lang=${language}">${texts.back}</a></p>`,
  );
};
