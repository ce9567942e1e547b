import { html, webUrl } from './html.ts';
import type { SafeHtml } from './html.ts';
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

const referenceView = (fhirUrl: string, reference: string): SafeHtml => {
  const href = /^[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(reference)
    ? webUrl(`${fhirUrl.replace(/\/+$/, '')}/${reference}`)
    : undefined;
  return href === undefined
    ? html`<code>${reference}</code>`
    : html`<a href="${href}" target="_blank" rel="noopener noreferrer"><code>${reference}</code></a>`;
};

const lineView = (fhirUrl: string, line: CriterionLine): SafeHtml =>
  html`<tr class="${line.result}">
    <td>${line.name}</td>
    <td>
      <span class="result" aria-hidden="true">${MARKS[line.result]}</span>
      ${line.blocks ? html`<strong>${line.resultText}</strong>` : line.resultText}
    </td>
    <td>${line.found === '' ? '–' : line.found}</td>
    <td class="evidence">
      ${
        line.evidence.length === 0
          ? '–'
          : html`<ul>
              ${line.evidence.map((reference) => html`<li>${referenceView(fhirUrl, reference)}</li>`)}
            </ul>`
      }
    </td>
  </tr>`;

/**
 * The criteria of the study as the service judged them, each with the resources it was judged on: what a card has no
 * room for.
 */
export const criteriaView = (texts: Texts, fhirUrl: string, panel: CriteriaPanel): SafeHtml =>
  html`<section class="criteria" aria-labelledby="criteria">
    <h2 id="criteria">${texts.criteria}</h2>
    <p class="verdict">${texts[`criteria.${panel.status}`]}</p>
    ${
      panel.lines.length === 0
        ? ''
        : html`<div class="scroll" role="region" tabindex="0" aria-labelledby="criteria">
            <table>
              <thead>
                <tr>
                  <th scope="col">${texts.criterion}</th>
                  <th scope="col">${texts.result}</th>
                  <th scope="col">${texts.inChart}</th>
                  <th scope="col">${texts.evidence}</th>
                </tr>
              </thead>
              <tbody>
                ${panel.lines.map((line) => lineView(fhirUrl, line))}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
