import { chartPath, type Done, type DoneOutcome } from './address.ts';
import { doneView } from './done-view.ts';
import type { HookCall, HookResult, HookTarget } from './hook-client.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { bannerView, page, storyIn, type DemoPatient } from './layout.ts';
import { findSame, type Planned } from './planned.ts';
import { plannedView } from './planned-view.ts';
import { referenceView } from './references.ts';
import { requestView, resultView } from './result-view.ts';
import { textsIn } from './texts.ts';
import type { Language, Texts } from './texts.ts';
import { visitOf, WORKFLOWS, type Filled, type WorkflowName } from './workflows.ts';

const named = (texts: Texts, name: WorkflowName) => ({
  title: texts[`${name}.title`],
  lead: texts[`${name}.lead`],
  hint: texts[`${name}.hint`],
  send: texts[`${name}.send`],
  silence: texts[`${name}.silence`],
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
        <ul class="ways">
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
  readonly target: HookTarget;
  /** What the service answered, once something was sent. */
  readonly sent?: { readonly call: HookCall; readonly result: HookResult };
  readonly planned: readonly Planned[] | undefined;
  readonly done: Done | undefined;
  /** Where clicks on the cards come back to. */
  readonly back: string;
}

const fieldsView = (
  texts: Texts,
  { name, filled, today }: WorkflowPageContent,
  language: Language,
): SafeHtml =>
  html`<label
      >${texts.what}
      <select name="what" aria-describedby="hint">
        ${WORKFLOWS[name].choices.map(
          ({ what, label }) =>
            html`<option value="${what}" ${what === filled.what ? html`selected` : ''}>
              ${storyIn(label, language)}
            </option>`,
        )}
      </select>
    </label>
    <label
      >${texts.date}
      <input type="date" name="date" value="${filled.date}" min="${today}" aria-describedby="hint" required
    /></label>`;

const formView = (
  texts: Texts,
  patientId: string,
  content: WorkflowPageContent,
  language: Language,
): SafeHtml => {
  const { name } = content;
  const { lead, hint, send } = named(texts, name);
  const hasFields = WORKFLOWS[name].choices.length > 0;
  return html`<section class="panel" aria-labelledby="step">
    <h2 id="step">${named(texts, name).title}</h2>
    <p class="verdict">${lead}</p>
    <form class="workflow" method="${hasFields ? 'get' : 'post'}" action="${chartPath(patientId)}/${name}">
      <input type="hidden" name="lang" value="${language}" />
      ${hasFields ? fieldsView(texts, content, language) : ''}
      <button type="submit">${send}</button>
    </form>
    <p class="quiet" id="hint">${hint}</p>
  </section>`;
};

/** What leaves it open whether to book or to sign. */
const UNDECIDED: ReadonlySet<DoneOutcome | undefined> = new Set<DoneOutcome>(['overridden', 'not-told']);

/** Books or signs what was filled in, whatever the service said: the decision is the reader's. */
const keepView = (
  texts: Texts,
  patientId: string,
  { name, filled, sent, done }: WorkflowPageContent,
  language: Language,
): SafeHtml | string => {
  const answered = sent?.result.kind === 'cards' ? sent.result : undefined;
  if (name === 'visit' || (answered === undefined && !UNDECIDED.has(done?.outcome))) return '';
  const isSilent = answered?.cards.length === 0;
  return html`<form class="keep" method="post" action="${chartPath(patientId)}/${name}">
    <input type="hidden" name="lang" value="${language}" />
    <input type="hidden" name="what" value="${filled.what}" />
    <input type="hidden" name="date" value="${filled.date}" />
    <button type="submit" class="${isSilent ? '' : 'second'}">
      ${isSilent ? texts[`${name}.keep`] : texts[`${name}.keepAnyway`]}
    </button>
  </form>`;
};

const startedView = (texts: Texts, patientId: string, { name, sent, target }: WorkflowPageContent) =>
  name === 'visit' && sent !== undefined
    ? html`<div class="done" role="status">
        <p>${texts.started} ${referenceView(target.fhirUrl, `Encounter/${visitOf(patientId).id}`)}</p>
      </div>`
    : '';

const sentView = (
  texts: Texts,
  patient: DemoPatient,
  content: WorkflowPageContent,
  language: Language,
): SafeHtml => {
  const { sent, name, planned = [], target, back } = content;
  const keep = keepView(texts, patient.id, content, language);
  if (sent === undefined) return html`${keep}`;
  const forms = {
    action: `${chartPath(patient.id)}/feedback?lang=${language}`,
    back,
    fhirUrl: target.fhirUrl,
    sameAs: (resource: unknown) => findSame(planned, resource),
  };
  return html`<div class="columns">
    <section aria-labelledby="cards">
      <h2 id="cards">${texts.cards}</h2>
      ${resultView(texts, sent.result, forms, named(texts, name).silence)} ${keep}
    </section>
    ${requestView(texts, sent.call, sent.result, target.identity)}
  </div>`;
};

/** A form, and under it what the service says to what was filled in. */
export const workflowPage = (
  patient: DemoPatient,
  content: WorkflowPageContent,
  language: Language,
): string => {
  const texts = textsIn(language);
  const { name, done, back, planned, target } = content;
  const { fhirUrl } = target;
  return page(
    language,
    back,
    `${named(texts, name).title}${texts.colon} ${patient.name}`,
    html`<p class="back">
        <a href="${chartPath(patient.id)}?lang=${language}">${texts.toChart}</a>
      </p>
      ${bannerView(texts, patient, undefined, language)} ${formView(texts, patient.id, content, language)}
      ${startedView(texts, patient.id, content)} ${doneView(texts, done, fhirUrl)}
      ${sentView(texts, patient, content, language)}
      ${planned === undefined ? '' : plannedView(texts, language, { fhirUrl, planned })}`,
  );
};
