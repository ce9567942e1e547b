import { dateText } from './dates.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { fhirLink } from './references.ts';
import type { Language, Texts } from './texts.ts';
import type { WrittenBack, WrittenHorizon, WrittenResult } from './written.ts';

const HORIZONS = [6, 12, 24];

/** To the digits that the resource has: what is rounded anew here would differ from the card. */
const percent = (value: number): string => `${(100 * value).toFixed(2)}%`;

const riskView = (texts: Texts, { risk, low, high, likelihood }: WrittenHorizon): SafeHtml => {
  const word = { low: texts.low, moderate: texts.moderate, high: texts.high }[likelihood ?? ''];
  const interval = low === undefined || high === undefined ? [] : [`${percent(low)}–${percent(high)}`];
  const beside = [...interval, ...(word === undefined ? [] : [word])].join(texts.joiner);
  return html`<strong>${risk === undefined ? '–' : percent(risk)}</strong>
    <span class="quiet">${beside}</span>`;
};

const risksView = (texts: Texts, { horizons }: WrittenResult): SafeHtml =>
  horizons.length === 0
    ? html`<td colspan="${HORIZONS.length}" data-label="${texts.risk}">${texts.notEstimable}</td>`
    : html`${HORIZONS.map((months) => {
        const horizon = horizons.find((each) => each.months === months);
        return html`<td data-label="${texts.months.replace('{}', String(months))}">
          ${horizon === undefined ? '–' : riskView(texts, horizon)}
        </td>`;
      })}`;

const linksView = (texts: Texts, fhirUrl: string, result: WrittenResult): SafeHtml => {
  const devices = [...new Set(result.provenances.flatMap(({ device }) => device ?? []))];
  return html`<ul>
    <li>${fhirLink(fhirUrl, result.reference, html`RiskAssessment`)}</li>
    ${result.reports.map((each) => html`<li>${fhirLink(fhirUrl, each, html`DiagnosticReport`)}</li>`)}
    ${result.provenances.map(
      ({ reference, entities }) =>
        html`<li>
          ${fhirLink(fhirUrl, reference, html`Provenance`)}
          <span class="quiet">${texts.entities.replace('{}', String(entities))}</span>
        </li>`,
    )}
    ${devices.map(
      (each) =>
        html`<li>${fhirLink(fhirUrl, each, html`Device`)} <span class="quiet">${texts.device}</span></li>`,
    )}
  </ul>`;
};

const resultView = (texts: Texts, language: Language, fhirUrl: string, result: WrittenResult): SafeHtml =>
  html`<tr>
    <th scope="row" data-label="${texts.asOf}">${dateText(result.landmarkDate, language)}</th>
    ${risksView(texts, result)}
    <td data-label="${texts.onServer}" class="evidence">${linksView(texts, fhirUrl, result)}</td>
  </tr>`;

const tableView = (
  texts: Texts,
  language: Language,
  fhirUrl: string,
  results: WrittenBack['results'],
): SafeHtml =>
  html`<table class="panel-table written">
    <thead>
      <tr>
        <th scope="col">${texts.asOf}</th>
        ${HORIZONS.map((months) => html`<th scope="col">${texts.months.replace('{}', String(months))}</th>`)}
        <th scope="col">${texts.onServer}</th>
      </tr>
    </thead>
    <tbody>
      ${results.map((each) => resultView(texts, language, fhirUrl, each))}
    </tbody>
  </table>`;

/** What the service wrote into the chart, as read back from the FHIR server; each resource is a link to it. */
export const writtenView = (
  texts: Texts,
  language: Language,
  { fhirUrl, patientId, written }: { fhirUrl: string; patientId: string; written: WrittenBack },
): SafeHtml =>
  html`<section class="panel" aria-labelledby="written">
    <h2 id="written">${texts.written}</h2>
    <p class="verdict">${written.results.length === 0 ? texts.nothingWritten : texts.writtenLead}</p>
    ${written.results.length === 0 ? '' : tableView(texts, language, fhirUrl, written.results)}
    <p class="quiet">
      ${fhirLink(
        fhirUrl,
        `AuditEvent?patient=${encodeURIComponent(`Patient/${patientId}`)}&_sort=-date`,
        html`${texts.audited.replace('{}', String(written.audited))}`,
      )}
    </p>
  </section>`;
