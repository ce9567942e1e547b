import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { referenceView } from './references.ts';
import type { Texts } from './texts.ts';

/** One criterion in the reader's language. */
export interface CriterionLine {
  readonly name: string;
  readonly result: 'met' | 'not-met' | 'unknown';
  /** The result in words. */
  readonly resultText: string;
  readonly blocks: boolean;
  readonly found: string;
  /** `Type/id` */
  readonly evidence: readonly string[];
}

/** How a patient was judged; the lines are empty for a patient out of scope. */
export interface CriteriaPanel {
  readonly status: 'eligible' | 'not-eligible' | 'barred' | 'out-of-scope';
  readonly lines: readonly CriterionLine[];
}

const MARKS: Readonly<Record<CriterionLine['result'], string>> = { met: '✓', 'not-met': '✗', unknown: '?' };

/** As many references as are shown at once; the others unfold. */
const SHOWN = 3;

const listView = (fhirUrl: string, references: readonly string[]): SafeHtml =>
  html`<ul>
    ${references.map((reference) => html`<li>${referenceView(fhirUrl, reference)}</li>`)}
  </ul>`;

const evidenceView = (texts: Texts, fhirUrl: string, evidence: readonly string[]): SafeHtml => {
  if (evidence.length === 0) return html`–`;
  if (evidence.length <= SHOWN + 1) return listView(fhirUrl, evidence);
  const more = evidence.slice(SHOWN);
  return html`${listView(fhirUrl, evidence.slice(0, SHOWN))}
    <details>
      <summary>${texts.more.replace('{}', String(more.length))}</summary>
      ${listView(fhirUrl, more)}
    </details>`;
};

const lineView = (texts: Texts, fhirUrl: string, line: CriterionLine): SafeHtml =>
  html`<tr class="${line.result}">
    <th scope="row">${line.name}</th>
    <td data-label="${texts.result}">
      <span class="judged">
        <span class="result" aria-hidden="true">${MARKS[line.result]}</span>
        ${line.blocks ? html`<strong>${line.resultText}</strong>` : html`<span>${line.resultText}</span>`}
      </span>
    </td>
    <td data-label="${texts.inChart}">${line.found === '' ? '–' : line.found}</td>
    <td class="evidence" data-label="${texts.evidence}">${evidenceView(texts, fhirUrl, line.evidence)}</td>
  </tr>`;

/**
 * The criteria of the study as the service judged them, each with the resources it was judged on: what a card has no
 * room for.
 */
export const criteriaView = (texts: Texts, fhirUrl: string, panel: CriteriaPanel): SafeHtml =>
  html`<section class="panel" aria-labelledby="criteria">
    <h2 id="criteria">${texts.criteria}</h2>
    <p class="verdict">${texts[`criteria.${panel.status}`]}</p>
    ${
      panel.lines.length === 0
        ? ''
        : html`<table class="panel-table">
            <thead>
              <tr>
                <th scope="col">${texts.criterion}</th>
                <th scope="col">${texts.result}</th>
                <th scope="col">${texts.inChart}</th>
                <th scope="col">${texts.evidence}</th>
              </tr>
            </thead>
            <tbody>
              ${panel.lines.map((line) => lineView(texts, fhirUrl, line))}
            </tbody>
          </table>`
    }
  </section>`;
