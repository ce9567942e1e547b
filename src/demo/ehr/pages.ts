import { cardView } from './card-view.ts';
import { criteriaView, type CriteriaPanel } from './criteria-view.ts';
import type { HookResult } from './hook-client.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { LANGUAGE_NAMES, LANGUAGES, textsIn } from './texts.ts';
import type { Language, Texts } from './texts.ts';
import { writtenView } from './written-view.ts';
import type { WrittenBack } from './written.ts';

/** A patient of the demo; `story` says in a sentence or two what the chart is about. */
export interface DemoPatient {
  readonly id: string;
  readonly name: string;
  readonly story: Story;
}

export interface Story {
  readonly en: string;
  readonly zh: string;
}

const storyIn = (story: Story, language: Language): string => (language === 'zh-CN' ? story.zh : story.en);

const languageSwitch = (texts: Texts, language: Language, path: string): SafeHtml =>
  html`<nav aria-label="${texts.language}">
    <ul class="languages">
      ${LANGUAGES.map(
        (each) =>
          html`<li>
            <a
              href="${path}?lang=${each}"
              hreflang="${each}"
              lang="${each}"
              ${each === language ? html`aria-current="true"` : ''}
              >${LANGUAGE_NAMES[each]}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`;

const page = (language: Language, path: string, title: string, main: SafeHtml): string => {
  const texts = textsIn(language);
  const heading = title === texts.title ? title : `${title} - ${texts.title}`;
  const { text } = html`<html lang="${language}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${heading}</title>
      <link rel="stylesheet" href="/style.css" />
    </head>
    <body>
      <a class="skip" href="#main">${texts.skip}</a>
      <header class="top">
        <div class="wrap">
          <p class="brand"><a href="/?lang=${language}">${texts.title}</a></p>
          <p class="notice">${texts.notice}</p>
          ${languageSwitch(texts, language, path)}
        </div>
      </header>
      <main id="main" class="wrap" tabindex="-1">${main}</main>
    </body>
  </html>`;
  return `<!doctype html>\n${text}\n`;
};

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

const problemView = (texts: Texts, result: Extract<HookResult, { kind: 'problem' }>): SafeHtml => {
  const lines: Record<typeof result.problem, readonly string[]> = {
    outcome: result.texts,
    http: [],
    notCards: [texts.notCards],
    unreachable: [texts.unreachable],
    timeout: [texts.timeout],
  };
  return html`<section class="problem" role="alert">
    <h3>${texts.problem}</h3>
    ${lines[result.problem].map((line) => html`<p>${line}</p>`)}
    ${result.status === undefined ? '' : html`<p class="quiet">${texts.httpStatus} ${result.status}</p>`}
  </section>`;
};

const resultView = (texts: Texts, result: HookResult): SafeHtml => {
  if (result.kind === 'problem') return problemView(texts, result);
  if (result.cards.length > 0)
    return html`${result.cards.map((card, index) => cardView(texts, card, index))}`;
  return html`<div class="empty" role="status">
    <p>${texts.noCards}</p>
    <p class="quiet">${texts.noCardsWhy}</p>
  </div>`;
};

const indented = (raw: string): string => {
  try {
    return JSON.stringify(JSON.parse(raw), undefined, 2);
  } catch {
    return raw;
  }
};

const requestView = (texts: Texts, serviceId: string, result: HookResult): SafeHtml =>
  html`<aside aria-labelledby="request">
    <h2 id="request">${texts.request}</h2>
    <dl>
      <dt>${texts.hook}</dt>
      <dd>patient-view</dd>
      <dt>${texts.service}</dt>
      <dd>${serviceId}</dd>
      <dt>${texts.duration}</dt>
      <dd>${result.durationMs} ms</dd>
      ${
        result.kind === 'cards'
          ? html`<dt>${texts.count}</dt>
              <dd>${result.cards.length}</dd>`
          : ''
      }
    </dl>
    <details>
      <summary>${texts.rawRequest}</summary>
      <pre tabindex="0">${result.request}</pre>
    </details>
    ${
      result.raw === undefined
        ? ''
        : html`<details>
            <summary>${texts.rawResponse}</summary>
            <pre tabindex="0">${indented(result.raw)}</pre>
          </details>`
    }
  </aside>`;

/** What a patient's page shows beside the patient. */
export interface PatientPageContent {
  readonly serviceId: string;
  readonly fhirUrl: string;
  readonly result: HookResult;
  readonly criteria: CriteriaPanel | undefined;
  readonly written: WrittenBack | undefined;
  /** What happened since the story was told. */
  readonly news: Story | undefined;
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

const bannerView = (
  texts: Texts,
  patient: DemoPatient,
  news: Story | undefined,
  language: Language,
): SafeHtml =>
  html`<div class="banner">
    <h1>${patient.name}</h1>
    <p class="quiet">${texts.id} <code>${patient.id}</code></p>
    <p>
      ${storyIn(patient.story, language)}
      ${news === undefined ? '' : html`<br /><strong>${texts.news}:</strong> ${storyIn(news, language)}`}
    </p>
  </div>`;

export const patientPage = (
  patient: DemoPatient,
  content: PatientPageContent,
  language: Language,
): string => {
  const texts = textsIn(language);
  const { serviceId, fhirUrl, result, criteria, written, news } = content;
  return page(
    language,
    `/patients/${encodeURIComponent(patient.id)}`,
    patient.name,
    html`<p class="back"><a href="/?lang=${language}">${texts.back}</a></p>
      ${bannerView(texts, patient, news, language)} ${contentsView(texts, content)}
      <div class="columns">
        <section aria-labelledby="cards">
          <h2 id="cards">${texts.cards}</h2>
          ${resultView(texts, result)}
        </section>
        ${requestView(texts, serviceId, result)}
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
