import type { ClickOutcome } from './feedback.ts';
import { criteriaView, type CriteriaPanel } from './criteria-view.ts';
import type { HookCall, HookResult } from './hook-client.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { bannerView, page, storyIn, type DemoPatient, type Story } from './layout.ts';
import { requestView, resultView } from './result-view.ts';
import { textsIn } from './texts.ts';
import type { Language, Texts } from './texts.ts';
import { writtenView } from './written-view.ts';
import type { WrittenBack } from './written.ts';
import { chartPath, doneView, workflowLinks } from './workflow-page.ts';
import type { WorkflowName } from './workflows.ts';

export const patientsPage = (patients: readonly DemoPatient[], language: Language): string => {
  const texts = textsIn(language);
  return page(
    language,
    '/',
    texts.title,
    html`<h1>${texts.patients}</h1>
      <p class="lead">${texts.patientsLead}</p>
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
      </ul>`,
  );
};

/** What a patient's page shows beside the patient. */
export interface PatientPageContent {
  readonly call: HookCall;
  readonly fhirUrl: string;
  readonly result: HookResult;
  readonly criteria: CriteriaPanel | undefined;
  readonly written: WrittenBack | undefined;
  /** What happened since the story was told. */
  readonly news: Story | undefined;
  /** What can be done from here. */
  readonly workflows: readonly WorkflowName[];
  readonly done: ClickOutcome | undefined;
}

/** Cards are long: what comes after them is named at the top. */
const contentsView = (texts: Texts, { criteria, written }: PatientPageContent): SafeHtml => {
  const links = [
    { id: 'cards', label: texts.cards },
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
  const { call, fhirUrl, result, criteria, written, news, workflows, done } = content;
  const back = chartPath(patient.id);
  const forms = { action: `${back}/feedback?lang=${language}`, back };
  return page(
    language,
    back,
    patient.name,
    html`<p class="back"><a href="/?lang=${language}">${texts.back}</a></p>
      ${bannerView(texts, patient, news, language)} ${workflowLinks(texts, patient.id, workflows, language)}
      ${contentsView(texts, content)} ${doneView(texts, done)}
      <div class="columns">
        <section aria-labelledby="cards">
          <h2 id="cards">${texts.cards}</h2>
          ${resultView(texts, result, forms)}
        </section>
        ${requestView(texts, call, result)}
      </div>
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
