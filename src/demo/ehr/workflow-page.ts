import type { ClickOutcome } from './feedback.ts';
import type { HookCall, HookResult } from './hook-client.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { bannerView, page, storyIn, type DemoPatient } from './layout.ts';
import { requestView, resultView } from './result-view.ts';
import { textsIn } from './texts.ts';
import type { Language, Texts } from './texts.ts';
import { WORKFLOWS, type Filled, type WorkflowName } from './workflows.ts';

/** What became of the last click on a card. */
export const doneView = (texts: Texts, done: ClickOutcome | undefined): SafeHtml | string =>
  done === undefined
    ? ''
    : html`<p class="done ${['accepted', 'overridden'].includes(done) ? '' : 'failed'}" role="status">
        ${texts[`done.${done}`]}
      </p>`;

export const chartPath = (patientId: string): string => `/patients/${encodeURIComponent(patientId)}`;

const named = (texts: Texts, name: WorkflowName) => ({
  title: texts[`${name}.title`],
  lead: texts[`${name}.lead`],
  send: texts[`${name}.send`],
});

/** The ways on from a chart. */
export const workflowLinks = (
  texts: Texts,
  patientId: string,
  names: readonly WorkflowName[],
  language: Language,
): SafeHtml | string =>
  names.length === 0
    ? ''
    : html`<nav aria-label="${texts.atVisit}">
        <ul class="contents">
          ${names.map(
            (name) =>
              html`<li>
                <a href="${chartPath(patientId)}/${name}?lang=${language}">${named(texts, name).title}</a>
              </li>`,
          )}
        </ul>
      </nav>`;

export interface WorkflowPageContent {
  readonly name: WorkflowName;
  readonly filled: Filled;
  /** Earliest date that can be chosen. */
  readonly today: string;
  /** What the service answered, once something was sent. */
  readonly sent?: { readonly call: HookCall; readonly result: HookResult };
  readonly done: ClickOutcome | undefined;
  /** Where clicks on the cards come back to. */
  readonly back: string;
}

const formView = (
  texts: Texts,
  patientId: string,
  { name, filled, today }: WorkflowPageContent,
  language: Language,
): SafeHtml => {
  const { lead, send } = named(texts, name);
  const { choices } = WORKFLOWS[name];
  const fields = html`<label
      >${texts.what}
      <select name="what">
        ${choices.map(
          ({ what, label }) =>
            html`<option value="${what}" ${what === filled.what ? html`selected` : ''}>
              ${storyIn(label, language)}
            </option>`,
        )}
      </select>
    </label>
    <label
      >${texts.date} <input type="date" name="date" value="${filled.date}" min="${today}" required
    /></label>`;
  return html`<section class="panel">
    <form
      class="workflow"
      method="${choices.length === 0 ? 'post' : 'get'}"
      action="${chartPath(patientId)}/${name}"
    >
      <p>${lead}</p>
      <input type="hidden" name="lang" value="${language}" />
      ${choices.length === 0 ? '' : fields}
      <button type="submit">${send}</button>
    </form>
  </section>`;
};

/** A form, and under it what the service says to what was filled in. */
export const workflowPage = (
  patient: DemoPatient,
  content: WorkflowPageContent,
  language: Language,
): string => {
  const texts = textsIn(language);
  const { name, sent, done, back } = content;
  const { title } = named(texts, name);
  const forms = { action: `${chartPath(patient.id)}/feedback?lang=${language}`, back };
  return page(
    language,
    back,
    `${title}: ${patient.name}`,
    html`<p class="back">
        <a href="${chartPath(patient.id)}?lang=${language}">${texts.chart}: ${patient.name}</a>
      </p>
      ${bannerView(texts, patient, undefined, language)}
      <h2 class="step">${title}</h2>
      ${formView(texts, patient.id, content, language)} ${doneView(texts, done)}
      ${
        sent === undefined
          ? ''
          : html`<div class="columns">
              <section aria-labelledby="cards">
                <h2 id="cards">${texts.cards}</h2>
                ${resultView(texts, sent.result, forms)}
              </section>
              ${requestView(texts, sent.call, sent.result)}
            </div>`
      }`,
  );
};
